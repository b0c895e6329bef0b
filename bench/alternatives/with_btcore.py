"""btcore: its indicators on arrays; in a simulation the same expressions run without any array in between."""

from __future__ import annotations

import btcore as bt
from bench.alternatives.common import Signals, Values
from bench.baseline.workload import FAST, RANGE, SLOW, STOP, TARGET, Prices

PACKAGE = "btcore"
CANNOT = (
    "An operator that is not there is a Python or compiled function per window, or an addition to the core; candles of "
    "one instrument at a time."
)


def values(prices: Prices) -> Values:
    spread = bt.atr(prices.high, prices.low, prices.close, RANGE, smoothing="sma")
    return Values(bt.sma(prices.close, FAST), bt.sma(prices.close, SLOW), spread)


def signals(prices: Prices) -> Signals:
    fast, slow, spread = values(prices)
    return Signals(bt.crosses_above(fast - slow, prices.tie), STOP * spread, TARGET * spread)
