"""Strategies that no special kernel knows: random expression trees, traded by the engine and by the twin.

BTCORE_TREE_CANDLES=500000 runs them on a longer series than the suite does; it takes a few minutes.
"""

from __future__ import annotations

import os
import random

import numpy as np
import pytest
from reference.engine import simulate as twin
from reference.operators import evaluate

import btcore as bt

CANDLES = int(os.environ.get("BTCORE_TREE_CANDLES", "100000"))
TREES = 20


@pytest.fixture(scope="module")
def candles():
    return bt.synthetic_candles(CANDLES, seed=7)


@pytest.fixture(scope="module")
def memo():
    """Series that the twin has evaluated already."""
    return {}


def random_series(rng):
    """An oscillating series and the range in which it moves."""
    window = rng.choice([10, 20, 50, 100])
    choice = rng.randrange(4)
    if choice == 0:
        return bt.zscore(bt.close, window), 1.0, 2.0
    if choice == 1:
        return (bt.rsi(bt.close, rng.choice([7, 14, 21])) - 50.0) / 15.0, 1.0, 1.5
    if choice == 2:
        fast, slow = rng.choice([5, 8, 12]), rng.choice([20, 34, 50])
        return (bt.ema(bt.close, fast) - bt.sma(bt.close, slow)) / bt.atr(14), 0.5, 2.0
    band = bt.donchian(window)
    return 4.0 * (bt.close - band.middle) / (band.upper - band.lower), 1.5, 1.9


def random_condition(rng):
    series, least, most = random_series(rng)
    bound = round(rng.uniform(least, most), 2)
    shape = rng.randrange(4)
    if shape == 0:
        return bt.crosses_above(series, bound), bt.crosses_below(series, -bound)
    if shape == 1:
        return bt.crosses_below(series, -bound), bt.crosses_above(series, bound)
    calm = bt.rolling_std(bt.close, 30) < bt.rolling_mean(bt.true_range(), 60) * rng.choice([1.5, 2.0])
    if shape == 2:
        return calm & (series > bound) & ~(series.shift(1) > bound), calm & (series < -bound) & (
            series.shift(1) >= -bound
        )
    trend = bt.close > bt.rolling_max(bt.high, 30).shift(1)
    return trend & (series > 0), (bt.close < bt.rolling_min(bt.low, 30).shift(1)) & (series < 0)


def random_strategy(seed):
    """A strategy of one of the entry kinds with some exits, both sides or one."""
    rng = random.Random(seed)
    long, short = random_condition(rng)
    distance = rng.choice([1.0, 1.5, 2.0]) * bt.atr(14, smoothing=rng.choice(["wilder", "ema"]))
    extras = {"target": rng.choice([2.0, 3.0]) * distance, "stop": distance}
    if rng.random() < 0.4:
        extras["trail"] = bt.where(bt.rsi(bt.close, 14) > 50, distance, 1.5 * distance)
        extras["activate"] = distance if rng.random() < 0.5 else None
    entry = ("market", "stop", "limit")[seed % 3]
    if entry != "market":
        away = 0.5 * bt.atr(14) if entry == "stop" else -0.5 * bt.atr(14)
        extras |= {"entry": entry, "price": (bt.close + away, bt.close - away), "expiry": rng.randint(2, 20)}
    if rng.random() < 0.5:
        extras |= {"exit_long": short, "exit_short": long}
    if rng.random() < 0.5:
        extras["max_bars"] = rng.randint(10, 200)
    return bt.Strategy(long, short if rng.random() < 0.8 else None, **extras)


def with_arrays(strategy, candles, memo):
    """The same strategy with the twin's values in place of its expressions."""
    conditions = {
        name: None if expr is None else np.array(evaluate(expr, candles, memo))
        for name, expr in strategy.conditions.items()
    }
    levels = {
        name: tuple(None if part is None else np.array(evaluate(part, candles, memo)) for part in pair)
        for name, pair in strategy.levels.items()
    }
    options = {name: getattr(strategy, name) for name in ("entry", "trail_source", "max_bars", "expiry")}
    return bt.Strategy(**conditions, **{k: v for k, v in levels.items() if v[0] is not None}, **options)


@pytest.mark.parametrize("seed", range(TREES))
def test_trades_equal_the_twins(seed, candles, memo):
    strategy = random_strategy(seed)
    fast = bt.simulate(strategy, candles, costs=bt.Costs(spread=1e-5, slippage=1e-5))
    slow = twin(with_arrays(strategy, candles, memo), candles, costs=bt.Costs(spread=1e-5, slippage=1e-5))
    assert len(fast.trades) == len(slow.trades) > 50
    rows = fast.trades.to_numpy()
    for name in rows.dtype.names:
        np.testing.assert_array_equal(rows[name], [trade[name] for trade in slow.trades], err_msg=name)
    assert fast.rejected == slow.rejected
