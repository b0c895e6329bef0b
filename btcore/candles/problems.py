"""What is wrong with candles, in words: counts, first rows, remedy. Runs only after the compiled check has failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from btcore.candles.columns import Columns
    from btcore.candles.ticks import Grid

FIELDS = ("open", "high", "low", "close")
SHOWN_ROWS = 3
NOT_A_TIME = np.iinfo(np.int64).min

Problem = tuple[str, np.ndarray, Callable[[int], str], str]


def time_text(timestamp: int) -> str:
    """A nanosecond time as people write it: ``2012-02-01 00:03:00 UTC``."""
    if timestamp == NOT_A_TIME:
        return "no time"
    text = str(np.datetime64(int(timestamp), "ns")).replace("T", " ")
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}{'.' + fraction if fraction else ''} UTC"


def of_symbol(columns: Columns) -> str:
    """`` of EURUSD`` where the symbol is known, else nothing."""
    return f" of {columns.symbol}" if columns.symbol else ""


def row_text(columns: Columns, row: int) -> str:
    """How messages name a row: ``candle 3 (2012-02-01 00:03:00 UTC)``."""
    return f"candle {row} ({time_text(columns.timestamp[row])})"


def invalid_rows(columns: Columns) -> np.ndarray:
    """Boolean array [n]: True where the prices of a row, or a missing time, break rule C2."""
    bad = np.zeros(len(columns), bool)
    for _, mask, _, _ in _row_problems(columns):
        bad |= mask
    return bad


def invalid_text(columns: Columns) -> str:
    """The message for candles that break rule C2."""
    found = [problem for problem in (*_row_problems(columns), *_time_problems(columns)) if problem[1].any()]
    lines = [f"candles{of_symbol(columns)} are not valid ({len(columns)} candles)"]
    remedies: list[str] = []
    for label, mask, describe, remedy in found:
        rows = np.flatnonzero(mask)
        shown = "; ".join(f"{row_text(columns, row)}: {describe(row)}" for row in rows[:SHOWN_ROWS])
        more = "; ..." if len(rows) > SHOWN_ROWS else ""
        lines.append(f"  {len(rows)} {label}: {shown}{more}")
        if remedy not in remedies:
            remedies.append(remedy)
    lines.append(f"Correct the source, or ask for a repair by name: {'; '.join(remedies)}")
    return "\n".join(lines)


def _row_problems(columns: Columns) -> Iterator[Problem]:
    open_, high, low, close = columns.prices
    remedy = "repair='drop_invalid' drops rows with impossible prices"
    finite = np.ones(len(columns), bool)
    yield "without a time", columns.timestamp == NOT_A_TIME, lambda row: "time is missing", remedy
    for field, values in zip(FIELDS, columns.prices, strict=True):
        ok = np.isfinite(values)
        finite &= ok
        yield f"{field} not finite", ~ok, _value_of(field, values), remedy
    for field, values in zip(FIELDS, columns.prices, strict=True):
        yield f"{field} zero or negative", finite & (values <= 0.0), _value_of(field, values), remedy
    crossed = finite & (high < low)
    yield "high below low", crossed, lambda row: f"high is {high[row]}, low is {low[row]}", remedy
    for field, values in (("open", open_), ("close", close)):
        outside = finite & ~crossed & ((values > high) | (values < low))
        yield f"{field} outside low to high", outside, _outside(field, values, low, high), remedy


def _outside(field: str, values: np.ndarray, low: np.ndarray, high: np.ndarray) -> Callable[[int], str]:
    return lambda row: f"{field} is {values[row]}, low is {low[row]}, high is {high[row]}"


def _value_of(field: str, values: np.ndarray) -> Callable[[int], str]:
    return lambda row: f"{field} is {'NaN' if np.isnan(values[row]) else values[row]}"


def _time_problems(columns: Columns) -> Iterator[Problem]:
    times = columns.timestamp
    same, earlier = np.zeros(len(times), bool), np.zeros(len(times), bool)
    same[1:] = times[1:] == times[:-1]
    earlier[1:] = times[1:] < times[:-1]
    equal_rows = same.copy()
    for values in (*columns.prices, columns.volume):
        equal_rows[1:] &= (values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1]))
    yield (
        "duplicate rows",
        equal_rows,
        lambda row: f"equals candle {row - 1}",
        "repair='drop_duplicates' drops rows that equal the one before",
    )
    yield (
        "duplicate times with different values",
        same & ~equal_rows,
        lambda row: f"has the time of candle {row - 1} but other values",
        "repair='keep_first' or 'keep_last' keeps one row of each time",
    )
    yield (
        "out of order",
        earlier,
        lambda row: f"comes before candle {row - 1} ({time_text(times[row - 1])})",
        "repair='sort' sorts rows by time",
    )


def off_grid_text(columns: Columns, grid: Grid) -> str:
    """The message for prices that are not on a declared grid."""
    lines: dict[int, str] = {}
    count = np.zeros(len(columns), bool)
    for field, values in zip(FIELDS, columns.prices, strict=True):
        exact = values * grid.scale if grid.is_ratio else values / grid.scale
        distance = np.abs(exact - np.rint(exact))
        off = ~((distance <= grid.near) & (distance <= grid.keep * exact))
        count |= off
        for row in np.flatnonzero(off)[:SHOWN_ROWS]:
            lines.setdefault(row, f"{row_text(columns, row)}: {field} is {values[row]!s}, {exact[row]:.10g} ticks")
    shown = "; ".join(lines[row] for row in sorted(lines)[:SHOWN_ROWS])
    return (
        f"{int(count.sum())} of {len(columns)} candles{of_symbol(columns)} have prices off the grid of "
        f"tick={grid.tick!r}: {shown}\nPass the tick of the source, or none to have it inferred; "
        "repair='round_to_tick' rounds every price to the tick"
    )
