"""The answer on top of the page: three figures against what was asked for."""

from __future__ import annotations

from typing import Any

from bench.research.words import count, megabytes, seconds
from bench.research.writing import number, percent, table

ASKED = {"reduction": 0.9, "hours": 4.0, "gigabytes": 16.0}  # what the research set out for
DEFAULT = "processes"

Row = dict[str, Any]


def section(baseline: Row | None, fifty: Row | None) -> str:
    """A sentence and a table; figures whose result file is missing are left out."""
    rows = [*_one(baseline), *_fifty(fifty)]
    return f"{_sentence(baseline, fifty)}\n\n" + table(["", "asked for", "measured", "that is"], rows, left=4)


def case(fifty: Row, executor: str = DEFAULT) -> Row:
    """The row of an executor."""
    return next(row for row in fifty["rows"] if row["executor"] == executor)


def _sentence(baseline: Row | None, fifty: Row | None) -> str:
    told = []
    if baseline is not None:
        head = baseline["headline"]
        told.append(
            f"Over {count(head['candles'])} candles the engine that slices a window per candle takes "
            f"{seconds(head['baseline_seconds'])}; btcore takes **{seconds(head['btcore_seconds'])}** for the same "
            f"{count(head['equal'])} trades."
        )
    if fifty is not None:
        row = case(fifty)
        told.append(
            f"{count(row['simulations'])} simulations take **{seconds(row['seconds'])}** with {count(row['workers'])} "
            f"workers, and all processes together **{megabytes(row['peak_mb'])}**."
        )
    told.append(
        "The time of the old way goes into making Python objects, not into arithmetic; what replaces it computes every "
        "operator once, carries its window in a ring from block to block, and visits only the candles on which "
        "something can happen. The rest of this page is the evidence."
    )
    return " ".join(told)


def _one(baseline: Row | None) -> list[list[str]]:
    if baseline is None:
        return []
    head = baseline["headline"]
    measured = (
        f"{percent(head['reduction'])}: {seconds(head['baseline_seconds'])} to {seconds(head['btcore_seconds'])}, "
        f"{count(head['equal'])} of {count(head['trades'])} trades equal"
    )
    asked = f"{percent(ASKED['reduction'])} less time"
    return [["one simulation", asked, measured, f"{number(head['times'])} times as fast"]]


def _fifty(fifty: Row | None) -> list[list[str]]:
    if fifty is None:
        return []
    row = case(fifty)
    allowed, limit = ASKED["hours"] * 3600, ASKED["gigabytes"] * 1024
    who = f"{count(row['simulations'])} simulations"
    what = f"{seconds(row['seconds'])}, {count(row['trades'])} trades, `{row['executor']}`"
    memory = f"{megabytes(row['peak_mb'])}, mapped candles included"
    return [
        [who, f"at most {seconds(allowed)}", what, f"{number(allowed / row['seconds'])} times as fast"],
        ["peak memory of them", f"at most {megabytes(limit)}", memory, f"{percent(row['peak_mb'] / limit)} of it"],
    ]


def details(fifty: Row) -> str:
    """How the fifty were run, and by which executor."""
    rows = [
        [row["executor"], count(row["workers"]), seconds(row["seconds"]), count(row["trades"]),
         megabytes(row["peak_mb"]), seconds(row["seconds"] / row["trades"])]
        for row in fifty["rows"]
    ]  # fmt: skip
    first = fifty["rows"][0]
    text = (
        f"{count(first['simulations'])} pairs of exponential means crossing, each with stop and target, over "
        f"{count(first['candles'])} candles: from opening the saved candles to all statistics, every process counted."
    )
    head = ["executor", "workers", "time", "trades", "peak memory of all processes", "time per trade"]
    return f"## Fifty simulations\n\n{text}\n\n" + table(head, rows)
