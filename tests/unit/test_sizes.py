"""Sizing rules: values; what they work out is in the fill rules' own tests (S4)."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import btcore as bt
from btcore import errors, sizes

RULES = [getattr(sizes, name) for name in sizes.__all__]


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
