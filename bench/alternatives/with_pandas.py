"""pandas: rolling windows over whole columns."""

from __future__ import annotations

import pandas as pd

from bench.alternatives.common import Signals, Values, decided
from bench.baseline.workload import FAST, RANGE, SLOW, Prices

PACKAGE = "pandas"
CANNOT = (
    "One core, a column in memory for every step, a Python call per window as soon as the function is one's own, and "
    "nothing for what depends on the trade before."
)


def values(prices: Prices) -> Values:
    frame = pd.DataFrame({"high": prices.high, "low": prices.low, "close": prices.close})
    previous = frame["close"].shift(1)
    spans = [frame["high"] - frame["low"], (frame["high"] - previous).abs(), (frame["low"] - previous).abs()]
    ranges = pd.concat(spans, axis=1).max(axis=1)
    close = frame["close"]
    means = close.rolling(FAST).mean(), close.rolling(SLOW).mean(), ranges.rolling(RANGE).mean()
    return Values(*(mean.to_numpy() for mean in means))


def signals(prices: Prices) -> Signals:
    return decided(values(prices), prices.tie)
