"""Costs and commissions: values that refuse what makes no sense."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import btcore as bt
from btcore import errors

PARTS = ("per_trade", "per_unit", "per_lot", "percent", "minimum")


def test_defaults_cost_nothing() -> None:
    costs = bt.Costs()
    assert (costs.spread, costs.slippage) == (None, 0.0)
    assert costs.commission == bt.Commission(0, 0, 0, 0, 0)


def test_a_number_as_commission_is_an_amount_per_fill() -> None:
    assert bt.Costs(commission=2).commission == bt.Commission(per_trade=2.0)
    assert bt.Costs(commission=None).commission == bt.Commission()
    assert bt.Costs(commission=bt.Commission(percent=1)).commission.percent == 1.0


@pytest.mark.parametrize("value", [3, np.float32(3), np.int64(3), "3"])
def test_numbers_become_floats(value: Any) -> None:
    assert type(bt.Costs(slippage=value).slippage) is float
    assert type(bt.Commission(per_lot=value).per_lot) is float
    assert bt.Commission(per_lot=value) == bt.Commission(per_lot=3.0)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
def test_commissions_that_are_none(part: str, value: float) -> None:
    with pytest.raises(errors.ParameterError, match=f"Commission: {part} must be finite and not negative, got {value}"):
        bt.Commission(**{part: value})


@pytest.mark.parametrize("part", PARTS)
def test_commissions_that_are_no_numbers(part: str) -> None:
    with pytest.raises(errors.ParameterError, match=f"Commission: {part} must be a number, got None"):
        bt.Commission(**{part: None})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"slippage": -1}, "Costs: slippage must be finite and not negative, got -1.0"),
        ({"slippage": float("nan")}, "Costs: slippage must be finite and not negative, got nan"),
        ({"slippage": "much"}, "Costs: slippage must be a number, got 'much'"),
        ({"slippage": None}, "Costs: slippage must be a number, got None"),
        ({"spread": -1}, "Costs: spread must be finite and not negative, got -1.0"),
        ({"spread": float("inf")}, "Costs: spread must be finite and not negative, got inf"),
        ({"spread": "wide"}, "Costs: spread must be a number, got 'wide'"),
        ({"spread": np.array(-1.0)}, "Costs: spread must be finite and not negative, got -1.0"),
        ({"spread": object()}, "Costs: spread must be a number"),
        ({"commission": -1}, "Commission: per_trade must be finite and not negative, got -1.0"),
        ({"commission": "1 USD"}, "Commission: per_trade must be a number, got '1 USD'"),
    ],
)
def test_costs_that_are_none(given: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.ParameterError, match=message) as caught:
        bt.Costs(**given)
    assert isinstance(caught.value, ValueError)


def test_costs_cannot_be_changed_and_can_be_pickled() -> None:
    costs = bt.Costs(spread=0.5, slippage=0.1, commission=1)
    with pytest.raises(AttributeError):
        costs.spread = 1.0  # type: ignore[misc]
    with pytest.raises(AttributeError):
        costs.commission.minimum = 1.0
    again = pickle.loads(pickle.dumps(costs))
    assert (again.spread, again.slippage, again.commission) == (0.5, 0.1, bt.Commission(1.0))


@pytest.mark.parametrize("amount", [1e30, 1e300])
@pytest.mark.parametrize("name", ["slippage", "spread"])
def test_amounts_beyond_all_prices_are_refused_or_kept_whole(name: str, amount: float) -> None:
    """More than the engine can count in ticks must not turn into a gain."""
    candles = bt.synthetic_candles(20)
    try:
        result = bt.simulate([bt.Order(5, "long"), bt.Exit(8)], candles, costs=bt.Costs(**{name: amount}))
    except errors.BtcoreError:
        return
    assert (result.trades.to_numpy()["net"] < 0).all()
    assert (result.trades.to_numpy()[f"{name}_cost"] > 0).all()
