"""The fill engine alone: signals and levels are arrays or numbers, so that nothing is computed but orders and fills."""

from __future__ import annotations

import numpy as np
import pytest

import btcore as bt
from bench.sizes import CANDLES

APART = 60  # candles between signals, on average
NEAR, FAR = 0.0010, 0.0020
BRACKET = {"stop": NEAR, "target": FAR}
KINDS = {
    "market, bracket": BRACKET,
    "market, bracket, long and short": {**BRACKET, "enter_short": True},
    "market, reversed by the other side": {**BRACKET, "enter_short": True, "reverse": True},
    "market, exit by signal": {"exit_long": True},
    "market, exit by time": {"max_bars": 120},
    "market, trail": {"stop": NEAR, "trail": NEAR},
    "market, break-even": {**BRACKET, "breakeven": NEAR / 2},
    "limit, expiring": {**BRACKET, "entry": "limit", "price": -NEAR / 4, "expiry": 30},
    "stop entry, expiring": {**BRACKET, "entry": "stop", "price": NEAR / 4, "expiry": 30},
}


@pytest.fixture(scope="module")
def signals():
    """Arrays of signals for entries of both sides and for exits, none at the same candle."""
    drawn = np.random.default_rng(1).integers(0, 3 * APART, CANDLES)
    return {"enter_long": drawn == 0, "enter_short": drawn == 1, "exit_long": drawn == 2}


def built(kind, signals, candles):
    """The strategy of a kind; a price is counted from the close of the signal candle."""
    options = {**KINDS[kind], "enter_long": True}
    chosen = {name: signals[name] if value is True and name in signals else value for name, value in options.items()}
    if "price" in chosen:
        chosen["price"] = candles.close + chosen["price"]
    return bt.Strategy(**chosen)


@pytest.mark.parametrize("kind", KINDS)
def bench_fills(benchmark, candles, signals, kind):
    strategy = built(kind, signals, candles)
    bt.simulate([bt.Order(0, "long", max_bars=1)], candles)  # zones and ends of days
    result = benchmark.pedantic(bt.simulate, (strategy, candles), rounds=7, warmup_rounds=1)
    benchmark.extra_info["trades"] = len(result.trades)
    assert len(result.trades) > CANDLES / APART / 300
