"""Candles of a longer timeframe from candles of a shorter one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from btcore.candles.columns import Columns
from btcore.candles.timeframe import Frame, frame, timeframe_ns

if TYPE_CHECKING:
    from btcore.candles.container import Candles

__all__ = ["resample", "timeframe_ns"]


def resample(candles: Candles, timeframe: str, tz: Any = "UTC", roll: Any = "00:00") -> Candles:
    """See `Candles.resample`."""
    buckets = frame(timeframe, tz, roll)
    buckets.check_period(candles.period, candles.timestamp)
    return _gathered(candles, buckets)


def _gathered(candles: Candles, frame: Frame) -> Candles:
    from btcore.candles.build import rebuild

    buckets = frame.starts(candles.timestamp)
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
    facts = candles._facts() | {"steps": (frame.length, frame.length) if frame.even else None}
    if isinstance(candles.spread, np.ndarray):
        facts["spread"] = np.maximum.reduceat(candles.spread, first)
    if candles.ask is not None:
        facts["ask"] = _gathered(candles.ask, frame)
    return rebuild(columns, candles._grid, facts)
