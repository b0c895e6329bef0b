"""Financing: values, errors, and the rolls between candles."""

from __future__ import annotations

import datetime
import pickle
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import btcore as bt
from btcore import errors

HOUR = 3_600_000_000_000


def stamps(*moments: str) -> np.ndarray:
    return np.array(moments, dtype="datetime64[ns]").astype(np.int64)


def test_values() -> None:
    financing = bt.Financing(4.5, short=-1)
    assert (financing.long, financing.short, financing.unit, financing.year) == (4.5, -1.0, "percent", 365.0)
    assert (financing.roll, financing.tz, financing.triple, financing.weekends) == (
        "17:00", "America/New_York", "wednesday", False,
    )  # fmt: skip
    assert financing == bt.Financing(4.5, -1.0, roll=datetime.time(17)) == pickle.loads(pickle.dumps(financing))
    assert financing != bt.Financing(4.5, -1.0, year=360)
    with pytest.raises(AttributeError):
        financing.long = 1.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"long": float("nan")}, "Financing: long must be finite, got nan"),
        ({"short": float("inf")}, "Financing: short must be finite, got inf"),
        ({"long": "much"}, "Financing: long must be a number, got 'much'"),
        ({"unit": "pips"}, "Financing: unit must be one of 'percent', 'points', 'lot', got 'pips'"),
        ({"triple": 2}, "Financing: triple must be None or a day like 'wednesday', got 2"),
        ({"triple": "Wednesday"}, "got 'Wednesday'"),
        ({"weekends": 1}, "Financing: weekends must be True or False, got 1"),
        ({"weekends": True}, "give triple=None"),
        ({"year": 0}, "Financing: year must be finite and above 0, got 0.0"),
        ({"roll": "24:00"}, "roll must be a time of day"),
        ({"tz": "Mars/Base"}, "Mars/Base"),
    ],
)
def test_values_that_are_none(given: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.ParameterError, match=message):
        bt.Financing(**given)


def test_costs_take_financing_only() -> None:
    with pytest.raises(errors.ParameterError, match=r"Costs: financing must be Financing or None, got 3\.5"):
        bt.Costs(financing=3.5)  # type: ignore[arg-type]


def test_rolls_of_a_week() -> None:
    times = stamps("2024-01-01T00", "2024-01-01T22", "2024-01-02T21", "2024-01-02T23", "2024-01-04T00", "2024-01-08T00")
    candles, nights = bt.Financing(1).rolls(times)
    # Monday 22:00 itself, Tuesday's at 23:00, Wednesday's (3) on Thursday, Thursday's and Friday's on the next Monday
    assert (candles.tolist(), nights.tolist()) == ([1, 3, 4, 5], [1, 2, 5, 7])


def test_without_a_roll_there_are_none() -> None:
    for times in (stamps("2024-01-01T22"), stamps("2024-01-01T22", "2024-01-02T21")):
        assert [part.tolist() for part in bt.Financing(1).rolls(times)] == [[], []]
    weekend = bt.Financing(1).rolls(stamps("2024-01-06T00", "2024-01-07T21"))
    assert [part.tolist() for part in weekend] == [[1], [0]]


@pytest.mark.parametrize(("tz", "roll"), [("America/New_York", "17:00"), ("UTC", "00:00"), ("Asia/Kolkata", "02:30")])
def test_a_roll_every_day_and_seven_nights_in_seven_days(tz: str, roll: str) -> None:
    times = stamps("2019-12-30") + np.arange(0, 366 * 3 * 24) * HOUR
    candles, nights = bt.Financing(1, roll=roll, tz=tz).rolls(times)
    moments = [datetime.datetime.fromtimestamp(at / 1e9, ZoneInfo(tz)) for at in times[candles].tolist()]
    assert {moment.time() for moment in moments} == {datetime.time.fromisoformat(roll)}
    assert np.diff([moment.toordinal() for moment in moments]).tolist() == [1] * (len(moments) - 1)
    counted = np.diff(nights, prepend=0)
    assert {int(counted[k]) for k, moment in enumerate(moments) if moment.weekday() == 2} == {3}
    assert set(nights[7:] - nights[:-7]) == {7}
    every = bt.Financing(1, roll=roll, tz=tz, triple=None, weekends=True).rolls(times)
    assert every[0].tolist() == candles.tolist() and every[1].tolist() == list(range(1, len(candles) + 1))


def test_it_is_part_of_what_a_result_comes_from() -> None:
    candles = bt.synthetic_candles(20)
    digests = [bt.simulate([], candles, costs=bt.Costs(financing=bt.Financing(r))).content_hash for r in (1, 1, 2)]
    assert digests[0] == digests[1] != digests[2]


def test_long_histories_agree_with_equity_and_trades() -> None:
    candles = bt.synthetic_candles(40_000, seed=5)
    costs = bt.Costs(financing=bt.Financing(400, -200))
    strategy = bt.Strategy(
        bt.crosses_above(bt.close, bt.sma(bt.close, 500)),
        bt.crosses_below(bt.close, bt.sma(bt.close, 500)),
        max_bars=9_000, reverse=True, max_positions=3,
    )  # fmt: skip
    result = bt.simulate(strategy, candles, costs=costs, size=1_000)
    equity, peak = result.equity(), np.maximum.accumulate(np.append(10_000.0, result.equity()))[1:]
    assert result.stats["final_equity"] == equity[-1] == pytest.approx(10_000 + result.trades["net"].sum())
    assert result.stats["max_drawdown"] == (peak - equity).max()
    assert result.trades["financing"].min() < 0 < result.trades["financing"].max()
    charged = result.trades["gross"] - result.trades["net"]
    assert charged == pytest.approx(sum(result.trades[n] for n in ("spread_cost", "financing")), abs=1e-9)
