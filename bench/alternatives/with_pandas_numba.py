"""pandas with its numba engine: the same calls, their loops compiled when first used."""

from __future__ import annotations

import pandas as pd

from bench.alternatives.common import Signals, Values, decided, true_range
from bench.baseline.workload import FAST, RANGE, SLOW, Prices

PACKAGE = "pandas"
CANNOT = (
    "Seconds of compiling in every process, sums, means, extremes and deviations alone, and nothing for what "
    "depends on the trade before."
)


def values(prices: Prices) -> Values:
    close, ranges = pd.Series(prices.close), pd.Series(true_range(prices))
    rolled = close.rolling(FAST), close.rolling(SLOW), ranges.rolling(RANGE)
    return Values(*(window.mean(engine="numba").to_numpy() for window in rolled))


def signals(prices: Prices) -> Signals:
    return decided(values(prices), prices.tie)
