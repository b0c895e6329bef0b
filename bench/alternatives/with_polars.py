"""polars: lazy expressions over a frame."""

from __future__ import annotations

import polars as pl

from bench.alternatives.common import Signals, Values, decided
from bench.baseline.workload import FAST, RANGE, SLOW, Prices

PACKAGE = "polars"
CANNOT = (
    "No recursion of one's own but by a Python function per value, and nothing for what depends on the trade before."
)


def values(prices: Prices) -> Values:
    frame = pl.LazyFrame({"high": prices.high, "low": prices.low, "close": prices.close})
    high, low, close = pl.col("high"), pl.col("low"), pl.col("close")
    previous = close.shift(1)
    ranges = pl.max_horizontal(high - low, (high - previous).abs(), (low - previous).abs())
    found = frame.select(
        fast=close.rolling_mean(FAST), slow=close.rolling_mean(SLOW), range=ranges.rolling_mean(RANGE)
    ).collect()
    return Values(*(found[name].to_numpy() for name in Values._fields))


def signals(prices: Prices) -> Signals:
    return decided(values(prices), prices.tie)
