"""NumPy: each window summed anew, through a view of overlapping windows."""

from __future__ import annotations

import numpy as np

from bench.alternatives.common import Signals, Values, decided, true_range
from bench.baseline.workload import FAST, RANGE, SLOW, Prices

PACKAGE = "numpy"
CANNOT = (
    "Work grows with the window (a window of 1,000 costs twenty times one of 50), and no quantity that is a recursion."
)


def mean(x: np.ndarray, window: int) -> np.ndarray:
    out = np.full(len(x), np.nan)
    out[window - 1 :] = np.lib.stride_tricks.sliding_window_view(x, window).mean(axis=1)
    return out


def values(prices: Prices) -> Values:
    return Values(mean(prices.close, FAST), mean(prices.close, SLOW), mean(true_range(prices), RANGE))


def signals(prices: Prices) -> Signals:
    return decided(values(prices), prices.tie)
