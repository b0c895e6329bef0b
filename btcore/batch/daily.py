"""Equity curves by the day."""

from __future__ import annotations

import numpy as np

from btcore.candles import Candles
from btcore.candles.zones import DAY_NS

__all__ = ["daily_equity", "simple_returns"]


def daily_equity(candles: Candles, start: int, end: int, equity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(days, values): the last equity of each UTC day that has a candle in [start, end) (rule T4).

    Parameters
    ----------
    candles : Candles
    start, end : int
        The evaluation window.
    equity : float64 [end - start]
        At each close of it.

    Returns
    -------
    days : int64 [days], counted from 1970-01-01
    values : float64 [days]
    """
    ends = candles.day_ends
    ends = ends[np.searchsorted(ends, start) : np.searchsorted(ends, end - 1)]
    ends = np.append(ends, end - 1)
    return candles.timestamp[ends] // DAY_NS, equity[ends - start]


def simple_returns(values: np.ndarray, cash: float) -> np.ndarray:
    """Returns from each value to the next, the first of them from `cash`; 0 where there was nothing left to lose.

    >>> simple_returns(np.array([110.0, 99.0, -1.0, -1.0]), 100.0).round(3).tolist()
    [0.1, -0.1, -1.01, 0.0]
    """
    before = np.append(cash, values[:-1])
    alive = before > 0.0
    returns: np.ndarray = np.where(alive, (values - before) / np.where(alive, before, 1.0), 0.0)
    return returns
