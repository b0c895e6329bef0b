"""numbagg: moving windows compiled by numba."""

from __future__ import annotations

import numbagg

from bench.alternatives.common import Signals, Values, decided, true_range
from bench.baseline.workload import FAST, RANGE, SLOW, Prices

PACKAGE = "numbagg"
CANNOT = (
    "Sums, means, deviations and correlations alone, compiled anew where its cache is cold, with running sums whose "
    "rounding errors stay."
)


def values(prices: Prices) -> Values:
    def mean(x, window):
        return numbagg.move_mean(x, window=window, min_count=window)

    return Values(mean(prices.close, FAST), mean(prices.close, SLOW), mean(true_range(prices), RANGE))


def signals(prices: Prices) -> Signals:
    return decided(values(prices), prices.tie)
