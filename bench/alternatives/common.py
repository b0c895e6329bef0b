"""What the tools are asked for, and exact values to compare with."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bench.baseline.workload import FAST, RANGE, SLOW, STOP, TARGET, Prices

PART = 20_000  # windows whose exact values are computed at a time


class Signals(NamedTuple):
    """Per candle: whether an entry is wanted, and the distances of stop and target in price units."""

    entries: np.ndarray  # bool
    stop: np.ndarray  # float64
    target: np.ndarray  # float64


class Values(NamedTuple):
    """The quantities that the signals are made of; NaN where the window is not full."""

    fast: np.ndarray
    slow: np.ndarray
    range: np.ndarray


def crosses(distance: np.ndarray, tie: float) -> np.ndarray:
    """Where a distance is above `tie` and was not on the candle before; NaN is neither."""
    found = np.zeros(len(distance), dtype=bool)
    found[1:] = (distance[1:] > tie) & (distance[:-1] <= tie)
    return found


def true_range(prices: Prices) -> np.ndarray:
    """The largest of high - low and the distances of both from the previous close."""
    previous = prices.close[:-1]
    out = prices.high - prices.low
    np.maximum(out[1:], np.abs(prices.high[1:] - previous), out=out[1:])
    np.maximum(out[1:], np.abs(prices.low[1:] - previous), out=out[1:])
    return out


def decided(values: Values, tie: float) -> Signals:
    """Signals and levels of values as NumPy arrays."""
    return Signals(crosses(values.fast - values.slow, tie), STOP * values.range, TARGET * values.range)


def exact_mean(x: np.ndarray, window: int) -> np.ndarray:
    """The mean of each full window in extended precision; NaN before."""
    out = np.full(len(x), np.nan, dtype=np.longdouble)
    for start in range(window - 1, len(x), PART):
        stop = min(start + PART, len(x))
        windows = np.lib.stride_tricks.sliding_window_view(x[start - window + 1 : stop], window)
        out[start:stop] = windows.sum(axis=1, dtype=np.longdouble) / window
    return out


def exact_values(prices: Prices) -> Values:
    return Values(exact_mean(prices.close, FAST), exact_mean(prices.close, SLOW), exact_mean(true_range(prices), RANGE))


def exact_entries(prices: Prices) -> np.ndarray:
    """Where an entry is wanted, by whole ticks: nothing is rounded."""
    sums = np.concatenate([[0], prices.in_ticks(prices.close).cumsum()])
    means = {n: np.full(len(prices.close), np.nan) for n in (FAST, SLOW)}
    for n, mean in means.items():
        mean[n - 1 :] = sums[n:] - sums[:-n]
    return crosses(SLOW * means[FAST] - FAST * means[SLOW], 0.0)
