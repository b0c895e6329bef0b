"""bottleneck: moving windows in C."""

from __future__ import annotations

import bottleneck as bn

from bench.alternatives.common import Signals, Values, decided, true_range
from bench.baseline.workload import FAST, RANGE, SLOW, Prices

PACKAGE = "Bottleneck"
CANNOT = (
    "Ten moving functions and no exponential mean among them, running sums whose rounding errors stay for ever, and "
    "nothing for what depends on the trade before."
)


def values(prices: Prices) -> Values:
    ranges = true_range(prices)
    return Values(bn.move_mean(prices.close, FAST), bn.move_mean(prices.close, SLOW), bn.move_mean(ranges, RANGE))


def signals(prices: Prices) -> Signals:
    return decided(values(prices), prices.tie)
