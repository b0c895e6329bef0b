"""Candles of a longer timeframe from candles of a shorter one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from btcore.candles.columns import Columns
from btcore.errors import ParameterError

if TYPE_CHECKING:
    from btcore.candles.container import Candles

SECOND_NS = 1_000_000_000
DAY_NS = 86_400 * SECOND_NS
WEEK_NS = 7 * DAY_NS
# 1970-01-01 was a Thursday; weeks start on Monday.
MONDAY_NS = 4 * DAY_NS
UNITS = {
    "s": SECOND_NS, "m": 60 * SECOND_NS, "min": 60 * SECOND_NS, "h": 3600 * SECOND_NS, "d": DAY_NS, "w": WEEK_NS,
}  # fmt: skip


def timeframe_ns(timeframe: str) -> int:
    """Length in ns of a timeframe such as "30s", "5min" ("5m"), "1h", "1d", "1w".

    Raises ParameterError for anything else.

    Examples
    --------
    >>> timeframe_ns("5min")
    300000000000
    """
    match = re.fullmatch(r"(\d*)([a-z]+)", timeframe.strip().lower()) if isinstance(timeframe, str) else None
    count = int(match[1] or 1) if match else 0
    if match is None or count == 0 or match[2] not in UNITS:
        raise ParameterError(f"timeframe must be like '30s', '5min', '1h', '4h', '1d' or '1w', got {timeframe!r}")
    return count * UNITS[match[2]]


def bucket_starts(timestamp: np.ndarray, length: int) -> np.ndarray:
    """int64 [n]: the open time (ns UTC) of the bucket of `length` ns that each timestamp lies in."""
    offset = MONDAY_NS if length % WEEK_NS == 0 else 0
    return (timestamp - offset) // length * length + offset


def _check_multiple(candles: Candles, timeframe: str, length: int) -> None:
    """Raise ParameterError where candles of their period cannot fill buckets of `length` ns."""
    if candles.period == 0 or length % candles.period == 0:
        return
    # Where many candles are missing, the most common step is longer than the period.
    period = int(np.gcd.reduce(np.diff(candles.timestamp)))
    if length % period:
        raise ParameterError(
            f"timeframe {timeframe!r} is not a multiple of the candles' period ({period / SECOND_NS:g} seconds)"
        )


def resample(candles: Candles, timeframe: str) -> Candles:
    """See `Candles.resample`."""
    from btcore.candles.build import rebuild

    length = timeframe_ns(timeframe)
    _check_multiple(candles, timeframe, length)
    buckets = bucket_starts(candles.timestamp, length)
    first = np.concatenate(([0], np.flatnonzero(buckets[1:] != buckets[:-1]) + 1))
    last = np.append(first[1:], len(candles)) - 1
    columns = Columns(
        buckets[first],
        candles.open[first],
        np.maximum.reduceat(candles.high, first),
        np.minimum.reduceat(candles.low, first),
        candles.close[last],
        np.add.reduceat(candles.volume, first),
        symbol=candles.symbol,
    )
    facts = candles._facts()
    if isinstance(candles.spread, np.ndarray):
        facts["spread"] = np.maximum.reduceat(candles.spread, first)
    if candles.ask is not None:
        facts["ask"] = resample(candles.ask, timeframe)
    return rebuild(columns, candles._grid, facts)
