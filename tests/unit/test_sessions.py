"""Ends of sessions: what names them, and the candles to which they belong."""

from __future__ import annotations

import datetime
import pickle
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from reference.sessions import Sessions

import btcore as bt
from btcore.errors import ParameterError
from btcore.sessions import end_codes

HOUR = 3_600_000_000_000


def codes_of_the_twin(session: Any, times: np.ndarray, duration: int) -> list[int]:
    """Candle by candle."""
    twin = Sessions.of(session, SimpleNamespace(timestamp=times, duration=duration))
    opens = [2 * t for t in range(1, len(times)) if twin.ended_before(t)]
    return sorted(opens + [2 * t + 1 for t in range(len(times)) if twin.ends_in(t)])


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (bt.SessionEnd("9:05"), "SessionEnd(at='09:05', tz='UTC', weekdays=None)"),
        (bt.SessionEnd(datetime.time(16, 30, 15)), "SessionEnd(at='16:30:15', tz='UTC', weekdays=None)"),
        (bt.SessionEnd("24:00", tz="Europe/London"), "SessionEnd(at='24:00', tz='Europe/London', weekdays=None)"),
        (bt.SessionEnd("1:00", weekdays="Friday"), "SessionEnd(at='01:00', tz='UTC', weekdays=('friday',))"),
        (bt.SessionEnd("1:00", weekdays=[4, "monday", 4]),
         "SessionEnd(at='01:00', tz='UTC', weekdays=('monday', 'friday'))"),
        (bt.SessionEnd("1:00", weekdays=6), "SessionEnd(at='01:00', tz='UTC', weekdays=('sunday',))"),
    ],
)  # fmt: skip
def test_one_text_for_all_ways_to_write_it(given: bt.SessionEnd, text: str) -> None:
    assert repr(given) == text
    assert pickle.loads(pickle.dumps(given)) == given
    assert hash(given) == hash(pickle.loads(pickle.dumps(given)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"at": "25:00"}, "at must be a time of day like '08:00' or '16:30', got '25:00'"),
        ({"at": 16}, "at must be a time of day.*got 16"),
        ({"at": "16:30", "tz": "Europe/Atlantis"}, "Europe/Atlantis"),
        ({"at": "16:30", "weekdays": ["freitag"]}, "weekdays are 'monday' to 'sunday', or 0 to 6, got 'freitag'"),
        ({"at": "16:30", "weekdays": [7]}, "weekdays are .*got 7"),
        ({"at": "16:30", "weekdays": [True]}, "weekdays are .*got True"),
        ({"at": "16:30", "weekdays": 1.5}, "weekdays are .*got 1.5"),
        ({"at": "16:30", "weekdays": []}, "weekdays must name a day"),
    ],
)
def test_what_is_no_end(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        bt.SessionEnd(**arguments)


SESSIONS = {
    "utc": bt.SessionEnd("16:30"),
    "midnight": bt.SessionEnd("24:00", tz="America/New_York", weekdays=["friday"]),
    "skipped and shown twice": bt.SessionEnd("01:30", tz="Europe/London"),
    "half an hour": bt.SessionEnd("02:10", tz="Australia/Lord_Howe"),
    "after midnight": bt.between("22:00", "05:00", tz="America/New_York", weekdays=[0, 6]),
    "day": bt.between("08:00", "16:30", tz="Asia/Tokyo"),
}


@pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS)
@pytest.mark.parametrize("step", [HOUR, HOUR // 2, 7 * HOUR, 24 * HOUR])
def test_ends_of_a_year_with_missing_candles(session: Any, step: int) -> None:
    rng = np.random.default_rng(step % 1000)
    steps = rng.choice([1, 1, 1, 1, 3, 50], 366 * 24 * HOUR // step // 4)
    times = 1_704_067_200_000_000_000 + np.cumsum(steps) * step
    assert end_codes(session, times, step).tolist() == codes_of_the_twin(session, times, step)


def test_ends_before_and_after_the_candles_are_left_out() -> None:
    times = np.array([10, 11, 12]) * HOUR
    assert end_codes(bt.SessionEnd("09:30"), times, HOUR).tolist() == []
    assert end_codes(bt.SessionEnd("13:30"), times, HOUR).tolist() == []
    assert end_codes(bt.SessionEnd("13:00"), times, HOUR).tolist() == [5]
    assert end_codes(bt.SessionEnd("10:00"), times, HOUR).tolist() == []


def test_an_end_of_a_day_that_is_left_out_concerns_nobody() -> None:
    monday = 1_704_067_200_000_000_000
    times = monday + np.arange(48) * HOUR
    assert end_codes(bt.SessionEnd("12:00", weekdays=["tuesday"]), times, HOUR).tolist() == [71]


def test_strategies_with_sessions_have_hashes_of_their_own() -> None:
    candles = bt.synthetic_candles(50)
    ends = [None, bt.SessionEnd("16:30"), bt.SessionEnd("16:30", weekdays=["friday"]), bt.between("08:00", "16:30")]
    made = [bt.Strategy(bt.close > bt.open, session=session) for session in ends]
    assert len({bt.simulate(strategy, candles).content_hash for strategy in made}) == len(made)
    again = bt.Strategy(bt.close > bt.open, session=bt.SessionEnd("16:30"))
    assert bt.simulate(again, candles).content_hash == bt.simulate(made[1], candles).content_hash
