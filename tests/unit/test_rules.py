"""Options of the fill rules."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import btcore as bt
from btcore import errors

MODES = "'worst', 'best', 'open_nearest', 'ohlc', 'olhc'"


def test_defaults() -> None:
    assert bt.Rules() == bt.Rules("worst", "open", 0)
    assert bt.RULES_VERSION == 1


def test_a_value() -> None:
    rules = bt.Rules(limit_gap="limit", limit_through_ticks=2)
    assert rules == pickle.loads(pickle.dumps(rules)) != bt.Rules()
    assert hash(rules) == hash(bt.Rules(limit_gap="limit", limit_through_ticks=2))
    with pytest.raises(AttributeError):
        rules.limit_gap = "open"  # type: ignore[misc]


def test_numpy_counts_are_counts() -> None:
    assert bt.Rules(limit_through_ticks=np.int64(2)) == bt.Rules(limit_through_ticks=2)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ambiguity": "Best"}, f"Rules: ambiguity must be one of {MODES}, got 'Best'"),
        ({"ambiguity": None}, f"Rules: ambiguity must be one of {MODES}, got None"),
        ({"limit_gap": "close"}, "Rules: limit_gap must be 'open' or 'limit', got 'close'"),
        ({"limit_through_ticks": -1}, "Rules: limit_through_ticks must be a whole number >= 0, got -1"),
        ({"limit_through_ticks": 1.0}, "Rules: limit_through_ticks must be a whole number >= 0, got 1.0"),
        ({"limit_through_ticks": True}, "Rules: limit_through_ticks must be a whole number >= 0, got True"),
        ({"limit_through_ticks": "1"}, "Rules: limit_through_ticks must be a whole number >= 0, got '1'"),
    ],
)
def test_options_that_are_none(given: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.ParameterError, match=message):
        bt.Rules(**given)


@pytest.mark.parametrize("ticks", [2**31, 2**62, 2**63, 2**70])
def test_more_ticks_than_there_are_fill_nothing(ticks: int) -> None:
    """Refused with a plain message, or never reached; no overflow."""
    try:
        rules = bt.Rules(limit_through_ticks=ticks)
        result = bt.simulate([bt.Order(2, "long", "limit", 0.9)], bt.synthetic_candles(20), rules=rules)
    except errors.BtcoreError:
        return
    assert dict(result.rejected) == {"UNFILLED": 1}
