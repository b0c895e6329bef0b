"""Strategies with sessions and longer timeframes: the engine's trades are the twin's, and the future changes none."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.engine import simulate as twin

import btcore as bt
from properties.test_laws import equal, table
from properties.test_trees import with_arrays

COSTS = bt.Costs(spread=1e-5, slippage=1e-5)
FX_DAY = {"tz": "America/New_York", "roll": "17:00"}


def random_strategy(seed):
    """A signal on minutes that a longer timeframe and the time of day let pass."""
    rng = random.Random(seed)
    frame = rng.choice(["5min", "15min", "1h", "4h"])
    trend = bt.timeframe(frame, bt.close > bt.ema(bt.close, rng.choice([3, 8])))
    session = bt.between("08:00", rng.choice(["16:30", "05:00"]), tz=rng.choice(["Europe/London", "Australia/Sydney"]))
    early = bt.hour(tz="America/New_York+7") < rng.choice([12, 23])
    up, down = bt.crosses_above(bt.close, bt.ema(bt.close, 9)), bt.crosses_below(bt.close, bt.ema(bt.close, 9))
    stop = rng.choice([1.0, 2.0]) * bt.timeframe("15min", bt.atr(3))
    day_high = bt.timeframe("1d", bt.high, **FX_DAY)
    return bt.Strategy(
        up & trend & session,
        down & ~trend & early & (bt.close < day_high),
        exit_long=bt.new_day(**FX_DAY),
        exit_short=bt.timeframe("1h", bt.timeframe("4h", bt.close > bt.open)),
        stop=stop,
        target=bt.timeframe("1h", bt.high - bt.low),
        max_bars=rng.choice([30, 200]),
    )


@pytest.fixture(scope="module")
def candles():
    """Three weeks of minutes with holes, over the clock changes of March 2024."""
    whole = bt.synthetic_candles(20_000, seed=8, start="2024-03-07")
    keep = np.random.default_rng(9).random(len(whole)) < 0.9
    keep[5000:5400] = keep[900:1010] = False
    names = ("timestamp", "open", "high", "low", "close", "volume")
    return bt.Candles(*(getattr(whole, name)[keep] for name in names), tick=whole.tick, period="1min")


@pytest.mark.parametrize("seed", range(6))
def test_trades_equal_the_twins(seed, candles):
    strategy = random_strategy(seed)
    fast = bt.simulate(strategy, candles, costs=COSTS)
    slow = twin(with_arrays(strategy, candles, {}), candles, costs=COSTS)
    assert len(fast.trades) == len(slow.trades) > 20
    rows = fast.trades.to_numpy()
    for name in rows.dtype.names:
        np.testing.assert_array_equal(rows[name], [trade[name] for trade in slow.trades], err_msg=name)
    assert fast.rejected == slow.rejected


def closed_before(rows, k):
    """Trades that ended before candle k, not because the candles ended."""
    return [row for row in rows if row["exit_index"] < k and row["exit_reason"] != bt.ExitReason.END_OF_DATA]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 5), st.integers(1, 17_000))
def test_p1_the_past_does_not_depend_on_the_future(candles, seed, k):
    strategy = random_strategy(seed)
    k = min(k, len(candles))
    whole = bt.simulate(strategy, candles, costs=COSTS).trades.to_numpy()
    part = bt.simulate(strategy, candles[:k], costs=COSTS)
    known = [row for row in table(part) if row[14] != bt.ExitReason.END_OF_DATA]
    assert equal(known, [tuple(row.tolist()) for row in closed_before(whole, k)])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 5), st.integers(1, 16_000), st.integers(1, 500))
def test_p1_another_future(candles, seed, k, gap):
    """What comes after candle k is left out for a while, and its prices are others."""
    strategy = random_strategy(seed)
    names = ("open", "high", "low", "close", "volume")
    later = min(k + gap, len(candles) - 1)
    columns = [np.concatenate([getattr(candles, name)[:k], 1.5 * getattr(candles, name)[later:]]) for name in names]
    columns = [np.round(column, 5) for column in columns]
    times = np.concatenate([candles.timestamp[:k], candles.timestamp[later:]])
    other = bt.Candles(times, *columns, tick=candles.tick, period="1min")
    one, two = (bt.simulate(strategy, c, costs=COSTS).trades.to_numpy() for c in (candles, other))
    # the exit of a trade may be decided before k and filled on the candle after it
    assert equal(*([tuple(row.tolist()) for row in closed_before(rows, k)] for rows in (one, two)))
