"""What a batch costs by its simulations and by its candles: the table and the picture of docs/batches.md.

    python -m bench.curves bench/results/batch.json --out docs/batch-cost.svg

Prints the table as Markdown. Needs matplotlib.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from bench.batch import FULL, table
from bench.research.writing import INK, OURS, finished

Row = dict[str, Any]


def serial(rows: list[Row]) -> list[Row]:
    """The pairs of spans, one after the other in one process."""
    return [row for row in rows if row["what"] == "pairs" and row["executor"] == "serial"]


def drawn(rows: list[Row]) -> str:
    """An SVG with seconds by the trades of 1 to 1,000 simulations on the left, and by candles on the right."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    by_simulations = [row for row in serial(rows) if row["candles"] == FULL]
    by_candles = [row for row in serial(rows) if row["simulations"] == 50]
    with rc_context({"svg.hashsalt": "btcore", "svg.fonttype": "none", "font.size": 10, "text.color": INK}):
        figure = Figure(figsize=(8.4, 3.2), layout="constrained")
        left, right = figure.subplots(1, 2)
        curve(left, by_simulations, "trades", f"seconds, {FULL:,} candles, 1 to 1,000 simulations")
        for row in by_simulations[-2:]:
            left.annotate(f"{row['simulations']:,} ", (row["trades"], row["seconds"]), ha="right", color=INK)
        curve(right, by_candles, "candles", "seconds, 50 simulations")
        return finished(figure, left, right)


def curve(axes: Any, rows: list[Row], across: str, title: str) -> None:
    """Measured points in order, from zero."""
    points = sorted((row[across], row["seconds"]) for row in rows)
    axes.plot(*zip(*points, strict=True), marker="o", color=OURS)
    axes.set_xlabel(across)
    axes.set_title(title, loc="left", fontsize=10, color=INK)
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value / 1e6:g} M" if value >= 1e6 else f"{value:,.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="what bench.batch wrote")
    parser.add_argument("--out", type=Path, help="file for the picture, SVG")
    options = parser.parse_args()
    rows = json.loads(options.file.read_text())["rows"]
    print("\n".join(table(rows)))
    if options.out:
        options.out.write_text(drawn(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
