"""TA-Lib: its functions over whole arrays."""

from __future__ import annotations

import talib

from bench.alternatives.common import Signals, Values, decided
from bench.baseline.workload import FAST, RANGE, SLOW, Prices

PACKAGE = "TA-Lib"
CANNOT = (
    "A fixed list of indicators with fixed seeds and none of one's own, running sums whose rounding errors stay, and "
    "nothing for what depends on the trade before."
)


def values(prices: Prices) -> Values:
    ranges = talib.TRANGE(prices.high, prices.low, prices.close)
    return Values(talib.SMA(prices.close, FAST), talib.SMA(prices.close, SLOW), talib.SMA(ranges, RANGE))


def signals(prices: Prices) -> Signals:
    return decided(values(prices), prices.tie)
