"""Spreads by the hour: values, errors, and what candles get of them."""

from __future__ import annotations

import datetime
import pickle
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import btcore as bt
from btcore import errors
from btcore.plan import Conditions, Plan

HOUR = 3_600_000_000_000


def test_a_mapping_or_24_values() -> None:
    spread = bt.HourlySpread({3: 2}, default=1)
    assert spread.spreads == (1.0, 1.0, 1.0, 2.0, *[1.0] * 20)
    assert spread == bt.HourlySpread([1, 1, 1, 2, *[1] * 20]) == pickle.loads(pickle.dumps(spread))
    assert spread != bt.HourlySpread({3: 2}, "Europe/London", default=1)
    assert bt.HourlySpread({hour: hour for hour in range(24)}).spreads[23] == 23.0
    with pytest.raises(AttributeError):
        spread.tz = "UTC"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (({24: 1},), "hours are whole numbers from 0 to 23, got 24"),
        (({"3": 1},), "hours are whole numbers from 0 to 23, got '3'"),
        (({3: 1},), r"no spread for hours \[0, 1, 2, 4, "),
        (({3: -1}, "UTC", 0), "the spread of hour 3 must be finite and not negative, got -1.0"),
        (({}, "UTC", float("nan")), "the spread of hour 0 must be finite and not negative, got nan"),
        (({}, "UTC", "much"), "the spread of hour 0 must be a number, got 'much'"),
        (([1] * 23,), "takes a mapping of hours, or 24 spreads, got "),
        ((1.0,), "takes a mapping of hours, or 24 spreads, got 1.0"),
        (([1] * 24, "UTC", 1), "default is for a mapping that leaves hours out"),
        (([1] * 24, "Mars/Base"), "Mars/Base"),
    ],
)
def test_hourly_spreads_that_are_none(given: tuple[Any, ...], message: str) -> None:
    with pytest.raises(errors.ParameterError, match=message):
        bt.HourlySpread(*given)


@pytest.mark.parametrize("tz", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_values_are_those_of_local_clocks(tz: str) -> None:
    spread = bt.HourlySpread(range(24), tz)
    times = 1_709_000_000_000_000_000 + np.arange(0, 24 * 400 * HOUR, 7 * HOUR // 3)
    moments = [datetime.datetime.fromtimestamp(t / 1e9, ZoneInfo(tz)) for t in times.tolist()]
    assert spread.values(times).tolist() == [float(moment.hour) for moment in moments]


def test_one_plan_has_one_hourly_spread() -> None:
    candles = bt.synthetic_candles(50)
    plan = Plan(candles)
    conditions = [Conditions(costs=bt.Costs(spread=bt.HourlySpread({}, tz, 0.001)), end=50) for tz in ("UTC", "+01:00")]
    plan.add([], conditions[0])
    plan.add([], Conditions(costs=bt.Costs(spread=bt.HourlySpread([0.001] * 24)), end=50))
    for other in (conditions[1], Conditions(costs=bt.Costs(spread=0.001), end=50), Conditions(end=50)):
        with pytest.raises(errors.ParameterError, match="must have the same spread"):
            plan.add([], other)


def test_it_is_part_of_what_a_result_comes_from() -> None:
    candles = bt.synthetic_candles(50)
    digests = [
        bt.simulate([], candles, costs=bt.Costs(spread=bt.HourlySpread({1: s}, default=0))).content_hash
        for s in (0.1, 0.1, 0.2)
    ]
    assert digests[0] == digests[1] != digests[2]
