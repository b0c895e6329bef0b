"""The page of the research is made of its result files: every number on it is from one, or from a decision."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path

import pytest

from bench.research import page as pages
from bench.research.decisions import decisions
from bench.research.headline import ASKED

SAMPLES = Path(__file__).parent / "research" / "samples"
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?")
STATES = {"finished", "lost", "code", "left"}  # what happened, not what was measured
METHOD = {"5,000"}  # how often a series of the alternatives has a wrong price
LINK = re.compile(r"\]\([^)]*\)")


@pytest.fixture(scope="module")
def found():
    return pages.results(SAMPLES)


def changed(value, path=""):
    """The same result with every measured number another one, each by a factor of its own so that ratios change too."""
    if isinstance(value, dict):
        return {name: inner if name in STATES else changed(inner, path + name) for name, inner in value.items()}
    if isinstance(value, list):
        return [changed(inner, f"{path}{place}") for place, inner in enumerate(value)]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    factor = 2.0 + zlib.crc32(path[::-1].encode()) % 1000 / 1000
    return round(value * factor) + 1 if isinstance(value, int) else value * factor


def strings(value):
    """All texts of a result, which may hold numbers."""
    if isinstance(value, dict):
        return [text for name, inner in value.items() for text in (name, *strings(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in strings(inner)]
    return [value] if isinstance(value, str) else []


def bare(text):
    """Lines without their numbers, each with the numbers of all such lines."""
    lines: dict[str, list[list[str]]] = {}
    for line in LINK.sub("", text).splitlines():
        lines.setdefault(NUMBER.sub("#", line), []).append(NUMBER.findall(line))
    return lines


def test_samples_are_complete(found):
    assert set(found) == set(pages.NAMES)


def test_no_number_is_typed(found):
    """Where all results change, all numbers do, but those of texts, of the decisions, and what was asked for."""
    before, after = (bare(pages.page(results)) for results in (found, changed(found)))
    known = " ".join([*strings(found), *(f"{row}" for row in decisions())])
    allowed = METHOD | set(NUMBER.findall(known)) | {f"{100 * ASKED['reduction']:.1f}", f"{ASKED['hours']:.0f}"}
    allowed.add(f"{ASKED['gigabytes']:.1f}")
    typed = []
    for text, numbers in before.items():
        for one, other in zip(numbers, after.get(text, []), strict=False):
            typed += [(a, text) for a, b in zip(one, other, strict=True) if a == b and a not in allowed]
    assert len(before.keys() & after.keys()) > 0.8 * len(before)
    assert not typed


def test_headline_figures(found):
    text = pages.page(found)
    row = next(row for row in found["fifty"]["rows"] if row["executor"] == "processes")
    assert f"{row['trades']:,} trades" in text
    assert f"{row['peak_mb']:,.0f} MB" in text
    assert f"{found['baseline']['headline']['trades']:,}" in text


def test_a_quick_run_says_so(found):
    assert pages.QUICK in pages.page(found)
    full = {name: result | {"quick": False} for name, result in found.items()}
    assert pages.QUICK not in pages.page(full)


@pytest.mark.parametrize("missing", pages.NAMES)
def test_a_result_may_be_missing(found, missing):
    text = pages.page({name: result for name, result in found.items() if name != missing})
    assert text.startswith(pages.GENERATED)


def test_pictures_are_the_same_twice_and_named_on_the_page(found, tmp_path):
    pytest.importorskip("matplotlib")
    pages.write(SAMPLES, tmp_path / "research.md")
    text = (tmp_path / "research.md").read_text()
    for name, svg in pages.pictures(found).items():
        assert (tmp_path / "research" / name).read_text() == svg
        assert f"(research/{name})" in text


def test_every_decision_says_what_why_and_instead_of_what():
    found = decisions()
    assert len(found) >= 15
    for row in found:
        assert row.title and row.decision and row.why and row.instead


def test_a_decision_without_its_parts_is_named(tmp_path):
    (tmp_path / "01-x.md").write_text("# X\n\n**Decision.** This.\n\n**Why.** That.\n")
    with pytest.raises(ValueError, match=r"01-x.md does not say: Instead of"):
        decisions(tmp_path)


def test_the_page_in_docs_is_that_of_its_results():
    root = Path(__file__).resolve().parents[1]
    found = pages.results(root / "bench" / "results" / "research")
    assert (root / "docs" / "research.md").read_text(encoding="utf-8") == pages.page(found)


def test_results_are_json(found):
    assert json.loads(json.dumps(found)) == found
