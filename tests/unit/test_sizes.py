"""Sizing rules: values; what they work out is in the fill rules' own tests (S4)."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import btcore as bt
from btcore import errors, sizes

RULES = [getattr(sizes, name) for name in sizes.__all__ if name != "VolatilityTarget"]


@pytest.mark.parametrize("rule", RULES)
def test_values(rule: Any) -> None:
    made = rule(np.float32(2))
    (name,) = vars(made)
    assert type(getattr(made, name)) is float
    assert made == rule(2.0) != rule(3.0)
    assert hash(made) == hash(rule(2))
    assert repr(made) == f"{rule.__name__}({name}=2.0)"
    assert pickle.loads(pickle.dumps(made)) == made
    with pytest.raises(AttributeError):
        setattr(made, name, 1.0)


def test_rules_of_different_kinds_differ() -> None:
    assert len({rule(2) for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), -0.0])
@pytest.mark.parametrize("rule", RULES)
def test_amounts_that_size_nothing(rule: Any, value: float) -> None:
    with pytest.raises(
        errors.ParameterError, match=f"{rule.__name__} takes a finite number above 0, got {float(value)}"
    ):
        rule(value)


@pytest.mark.parametrize("value", ["ten", None, [1]])
@pytest.mark.parametrize("rule", RULES)
def test_amounts_that_are_no_numbers(rule: Any, value: Any) -> None:
    with pytest.raises(errors.ParameterError, match=f"{rule.__name__} takes a number, got "):
        rule(value)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_sizes_a_trade(rule: Any) -> None:
    order = bt.Order(5, "long", stop=0.01, size=rule(10))
    row = bt.simulate([order], bt.synthetic_candles(20), cash=1000.0).trades[0]
    price, risk = row["entry_price"], row["entry_price"] - row["stop_price"]
    expected = {"FixedCash": 10 / price, "PercentEquity": 100 / price, "RiskPercent": 100 / risk}[rule.__name__]
    assert row["size"] == pytest.approx(expected, rel=1e-12)


def test_a_volatility_target_keeps_a_number_or_an_expression() -> None:
    assert bt.VolatilityTarget(1, np.float32(2)).volatility == 2.0
    assert repr(bt.VolatilityTarget(1, bt.atr(14))) == "VolatilityTarget(percent=1.0, volatility=atr(14))"
    again = pickle.loads(pickle.dumps(bt.VolatilityTarget(1.5, bt.atr(14))))
    assert (again.percent, again.volatility.key) == (1.5, bt.atr(14).key)


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_volatility_targets_that_size_nothing(value: float) -> None:
    with pytest.raises(errors.ParameterError, match="VolatilityTarget takes a finite number above 0, got "):
        bt.VolatilityTarget(value, 1.0)
    with pytest.raises(errors.ParameterError, match="VolatilityTarget: volatility takes a finite number above 0, got "):
        bt.VolatilityTarget(1.0, value)


def test_volatilities_that_are_none() -> None:
    with pytest.raises(errors.ParameterError, match="VolatilityTarget: volatility takes a number, got 'much'"):
        bt.VolatilityTarget(1.0, "much")
    with pytest.raises(errors.StrategyError, match="order at 5: its size must be a number or a sizing rule"):
        bt.simulate([bt.Order(5, "long", size=bt.VolatilityTarget(1, bt.atr(3)))], bt.synthetic_candles(20))


def test_a_volatility_target_follows_its_expression() -> None:
    candles = bt.synthetic_candles(400, seed=1)
    strategy = bt.Strategy(bt.close > bt.sma(bt.close, 20), max_bars=3, size=bt.VolatilityTarget(2, bt.atr(14)))
    result = bt.simulate(strategy, candles, cash=1000.0)
    atr = bt.atr(candles.high, candles.low, candles.close, 14)
    equity = 1000.0
    assert len(result.trades) > 20
    for trade in result.trades:
        assert trade["size"] == pytest.approx(0.02 * equity / atr[trade["signal_index"]], rel=1e-9)
        equity += trade["net"]


def test_the_volatility_is_part_of_what_a_result_comes_from() -> None:
    candles = bt.synthetic_candles(50)

    def digest(volatility: Any) -> str:
        return bt.simulate([], candles, size=bt.VolatilityTarget(1, volatility)).content_hash

    assert digest(bt.atr(3)) == digest(bt.atr(3)) != digest(bt.atr(4))
    assert digest(0.001) != digest(0.002)
