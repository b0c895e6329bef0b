"""Margin: values, errors, and what liquidation leaves over long histories."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from reference.engine import simulate as twin

import btcore as bt
from btcore import errors


def test_values() -> None:
    margin = bt.Margin(30)
    assert (margin.leverage, margin.stop_out) == (30.0, 0.5)
    assert margin == bt.Margin(30.0, 0.5) == pickle.loads(pickle.dumps(margin)) != bt.Margin(30, 0.4)
    assert bt.Costs(margin=margin).margin is margin
    with pytest.raises(AttributeError):
        margin.leverage = 1.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((0,), r"Margin: leverage must be finite and above 0, got 0\.0"),
        ((-5,), r"Margin: leverage must be finite and above 0, got -5\.0"),
        ((float("inf"),), "Margin: leverage must be finite and above 0, got inf"),
        (("much",), "Margin: leverage must be a number, got 'much'"),
        ((30, -0.1), r"Margin: stop_out must be finite and not negative, got -0\.1"),
        ((30, float("nan")), "Margin: stop_out must be finite and not negative, got nan"),
        ((30, None), "Margin: stop_out must be a number, got None"),
    ],
)
def test_values_that_are_none(given: tuple[Any, ...], message: str) -> None:
    with pytest.raises(errors.ParameterError, match=message):
        bt.Margin(*given)


def test_costs_take_margin_only() -> None:
    with pytest.raises(errors.ParameterError, match="Costs: margin must be Margin or None, got 30"):
        bt.Costs(margin=30)  # type: ignore[arg-type]


def test_it_is_part_of_what_a_result_comes_from() -> None:
    candles = bt.synthetic_candles(20)
    digests = [bt.simulate([], candles, costs=bt.Costs(margin=bt.Margin(r))).content_hash for r in (1, 1, 2)]
    assert digests[0] == digests[1] != digests[2]


def run(candles: bt.Candles, margin: bt.Margin | None) -> bt.Result:
    strategy = bt.Strategy(bt.crosses_above(bt.close, bt.sma(bt.close, 2_000)), max_bars=8_000)
    return bt.simulate(strategy, candles, costs=bt.Costs(spread=0.00002, margin=margin), size=100_000, cash=4_500)


def test_a_margin_that_is_never_used_up_changes_nothing() -> None:
    candles = bt.synthetic_candles(30_000, seed=3)
    free, bound = run(candles, None), run(candles, bt.Margin(1e9, 0))
    assert free.trades.to_numpy().tobytes() == bound.trades.to_numpy().tobytes()
    assert free.stats == bound.stats
    assert len(free.trades) > 2


def test_equity_does_not_fall_below_the_level_between_candles() -> None:
    candles = bt.synthetic_candles(30_000, seed=3)
    result = run(candles, bt.Margin(30, 1.0))
    trades, equity = result.trades.to_numpy(), result.equity()
    liquidated = trades[trades["exit_reason"] == bt.ExitReason.LIQUIDATED]
    assert len(liquidated) > 0
    for trade in trades:
        used = trade["entry_price"] * trade["size"] / 30
        assert np.all(equity[trade["entry_index"] : trade["exit_index"]] > used)
    for trade in liquidated:
        left, at = equity[trade["exit_index"]], trade["exit_index"]
        used = trade["entry_price"] * trade["size"] / 30
        inside = trade["exit_price"] != candles.open[at]
        assert left < used + 0.6  # a tick is worth 1, the level is rounded to one
        assert left > used - 0.6 or not inside  # an open may lie far beyond


def test_a_candle_that_touches_no_level_may_liquidate() -> None:
    """Ten units at 100 use 100 of margin at 10 to 1: at half of it, that is at a price of 95, they leave."""
    rows = [(100.0, 100.0, 100.0, 100.0)] * 4 + [(100.0, 100.0, 94.0, 96.0)] + [(96.0, 97.0, 96.0, 97.0)] * 3
    prices = np.array(rows).T
    candles = bt.Candles(np.arange(8) * 60_000_000_000, *prices, tick=1.0)
    costs = bt.Costs(margin=bt.Margin(10, 0.5))
    for orders in ([bt.Order(0, 1)], bt.Strategy(np.arange(8) == 0)):
        (trade,) = bt.simulate(orders, candles, costs=costs, size=10, cash=100).trades
        assert (trade["exit_index"], trade["exit_price"], trade["net"]) == (4, 95.0, -50.0)
        assert trade["exit_reason"] == bt.ExitReason.LIQUIDATED


def test_amounts_that_no_float_holds() -> None:
    """Value and margin are infinite, and their difference is no number: nobody is told to leave by it."""
    rows = [[100.0, 100.0, 100.0, 100.0], [100.0, 121.0, 100.0, 120.0], [120.0, 121.0, 119.0, 120.0]]
    candles = bt.Candles(np.arange(3), *np.array(rows).T, tick=1.0)
    orders = [bt.Order(0, "long", size=1e308)]
    arguments = {"costs": bt.Costs(margin=bt.Margin(1e-3, 1.0)), "cash": 1e308, "size": None, "rules": bt.Rules()}
    result = bt.simulate(orders, candles, **arguments)
    assert result.trades["exit_reason"].tolist() == [bt.ExitReason.END_OF_DATA]
    assert [trade["exit_reason"] for trade in twin(orders, candles, **arguments).trades] == [bt.ExitReason.END_OF_DATA]
