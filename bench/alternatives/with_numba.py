"""numba: one loop of one's own over the candles, which makes all signals in a single pass."""

from __future__ import annotations

import numba
import numpy as np

from bench.alternatives.common import Signals, Values
from bench.baseline.workload import FAST, RANGE, SLOW, STOP, TARGET, Prices

PACKAGE = "numba"
CANNOT = (
    "Nothing in principle, everything in practice: each strategy is a loop to write, test and compile again, with its "
    "warm-up, its NaN and its rounding errors left to the author."
)


@numba.njit
def moving(x, t, window, total):
    """A running sum taken on by one value; the sum of the window once it is full."""
    total += x[t]
    return total - x[t - window] if t >= window else total


@numba.njit
def loop(high, low, close):
    n = len(close)
    fast, slow, spread, ranges = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan), np.empty(n)
    a, b, c = 0.0, 0.0, 0.0
    for t in range(n):
        previous = close[t - 1] if t else close[0]
        ranges[t] = max(high[t] - low[t], abs(high[t] - previous), abs(low[t] - previous)) if t else high[t] - low[t]
        a, b, c = moving(close, t, FAST, a), moving(close, t, SLOW, b), moving(ranges, t, RANGE, c)
        if t >= FAST - 1:
            fast[t] = a / FAST
        if t >= SLOW - 1:
            slow[t] = b / SLOW
        if t >= RANGE - 1:
            spread[t] = c / RANGE
    return fast, slow, spread


@numba.njit
def decide(fast, slow, spread, tie):
    entries = np.zeros(len(fast), dtype=np.bool_)
    for t in range(1, len(fast)):
        entries[t] = fast[t] - slow[t] > tie and fast[t - 1] - slow[t - 1] <= tie
    return entries, STOP * spread, TARGET * spread


def values(prices: Prices) -> Values:
    return Values(*loop(prices.high, prices.low, prices.close))


def signals(prices: Prices) -> Signals:
    return Signals(*decide(*loop(prices.high, prices.low, prices.close), prices.tie))
