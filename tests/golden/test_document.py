"""docs/fill-rules.md and the golden cases speak of the same rules and show the same candles."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from golden.loader import FOLDER, load_cases

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "fill-rules.md"
IN_SCOPE = {
    *("C1", "C2", "C3", "C4", "C5"),
    *("D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10"),
    *("E1", "E2", "E3", "E4", "X1", "X2", "X3", "X4", "X5", "X6", "X7", "X8", "X9"),
    *("S1", "S2", "S3", "S4", "S5", "S6", "T1", "T2", "T3", "T4", "P1", "P2", "P3", "P4", "P5"),
}


def sections() -> dict[str, str]:
    """Rule number -> the text under its heading."""
    parts = re.split(r"^#{2,4} ", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {part.split()[0]: part for part in parts if re.match(r"[A-Z]\d+ ", part)}


def examples(text: str) -> list[tuple[str, list[list[float]]]]:
    """Each case named on a line of its own, with the rows of the table that follows."""
    blocks = re.findall(r"^`([A-Z]\d+-[\w-]+)`\n\n((?:\|.*\n)+)", text, flags=re.MULTILINE)
    found = []
    for name, table in blocks:
        cells = [line.strip("|").split("|") for line in table.split("\n")[2:] if line]
        found.append((name, [[float(cell) for cell in row[1:]] for row in cells]))
    return found


def test_every_rule_has_a_case():
    assert {rule for case in load_cases() for rule in case["rules"]} == IN_SCOPE


def test_every_rule_has_a_section():
    assert sections().keys() == IN_SCOPE


def test_every_section_has_an_example_of_its_rule():
    without = [rule for rule, text in sections().items() if not examples(text)]
    assert not without
    for rule, text in sections().items():
        assert all(name.startswith(f"{rule}-") for name, _ in examples(text))


def test_examples_show_the_candles_of_their_cases():
    raw = [case for path in FOLDER.glob("*.toml") for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]]
    candles = {case["id"]: [row[:4] for row in case["candles"]] for case in raw}
    for text in sections().values():
        for name, rows in examples(text):
            assert rows == candles[name], name
