"""The page from result files: texts of the sections, in order, and the pictures beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.research import alternatives_section, baseline_section, headline, parallel_section
from bench.research.decisions import decisions
from bench.research.decisions import section as decisions_section
from bench.research.words import count, machine, seconds
from bench.research.writing import table

Row = dict[str, Any]
SECTIONS = {"baseline": baseline_section, "alternatives": alternatives_section, "parallel": parallel_section}
NAMES = (*SECTIONS, "fifty", "steps")
GENERATED = "<!-- Written by `python -m bench.research`; edit the scripts in bench/, not this page. -->"
QUICK = "**A quick run: small sizes, to see that everything works. Its figures mean nothing.**"


def results(folder: Path) -> dict[str, Row]:
    """What there is of the result files, by name."""
    paths = {name: folder / f"{name}.json" for name in NAMES}
    return {name: json.loads(path.read_text()) for name, path in paths.items() if path.exists()}


def page(found: dict[str, Row]) -> str:
    """Markdown of the whole page."""
    parts = [GENERATED, "# Research: from a window per candle to a batch in seconds"]
    if any(result["quick"] for result in found.values()):
        parts.append(QUICK)
    parts.append(headline.section(found.get("baseline"), found.get("fifty")))
    parts.append(CONTENTS)
    for name, module in SECTIONS.items():
        if name in found:
            parts.append(module.section(found[name]))
    if "fifty" in found:
        parts.append(headline.details(found["fifty"]))
    parts += [decisions_section(decisions()), made(found)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


CONTENTS = (
    "What follows: where the time of the old way goes; other ways to compute signals; ways to use several cores; fifty "
    "simulations; the decisions that came of it; how to make this page again. Other engines on one workload are on the "
    "page on [performance](performance.md#against-other-engines)."
)


def made(found: dict[str, Row]) -> str:
    """Machine, date and versions of each result, and the way to repeat it."""
    lines = [
        "## How this page was made",
        "",
        "Every number above stands in a result file, or follows from some of them:",
    ]
    lines += ["", *(f"- `{name}.json`: {machine(result['made'])}" for name, result in found.items() if name != "steps")]
    lines += ["", '    pip install -e ".[bench]"', "    python -m bench.research", ""]
    lines.append(
        "runs the scripts, writes `bench/results/research/` and this page; `--quick` does so at small sizes, into a "
        "folder of its own; `--render` makes the page from the files that are there; `--only` picks scripts."
    )
    if "steps" in found:
        rows = [[f"`{step['command']}`", seconds(step["seconds"])] for step in found["steps"]["steps"]]
        total = sum(step["seconds"] for step in found["steps"]["steps"])
        lines += ["", table(["step", "time"], [*rows, [f"all {count(len(rows))}", seconds(total)]])]
    return "\n".join(lines)


def pictures(found: dict[str, Row]) -> dict[str, str]:
    """SVG by file name."""
    return {
        file: svg
        for name, module in SECTIONS.items()
        if name in found
        for file, svg in module.plots(found[name]).items()
    }


def write(folder: Path, out: Path) -> None:
    """The page and, beside it in research/, its pictures."""
    found = results(folder)
    beside = out.parent / "research"
    beside.mkdir(parents=True, exist_ok=True)
    for name, svg in pictures(found).items():
        (beside / name).write_text(svg, encoding="utf-8")
    out.write_text(page(found), encoding="utf-8")
