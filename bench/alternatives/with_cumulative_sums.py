"""NumPy: differences of one cumulative sum."""

from __future__ import annotations

import numpy as np

from bench.alternatives.common import Signals, Values, decided, true_range
from bench.baseline.workload import FAST, RANGE, SLOW, Prices

PACKAGE = "numpy"
CANNOT = (
    "The sum of the whole history is rounded, so errors grow with its length and with the prices; one NaN spoils all "
    "that follows; no extremes, no medians."
)


def mean(x: np.ndarray, window: int) -> np.ndarray:
    sums = np.concatenate([[0.0], np.cumsum(x)])
    out = np.full(len(x), np.nan)
    out[window - 1 :] = (sums[window:] - sums[:-window]) / window
    return out


def values(prices: Prices) -> Values:
    return Values(mean(prices.close, FAST), mean(prices.close, SLOW), mean(true_range(prices), RANGE))


def signals(prices: Prices) -> Signals:
    return decided(values(prices), prices.tie)
