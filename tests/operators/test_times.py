"""Operators of the time of a candle against the twin: zones, clock changes, days, blocks, pushes."""

from __future__ import annotations

import datetime
import pickle
import zoneinfo
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from operators.cases import TIMED, assert_same_bits, twin

import btcore as bt
from btcore._core.times import PARTS
from btcore._core.types import BLOCK, OPCODES, WORD
from btcore.candles.zones import zone_name, zone_table
from btcore.expr import Expr, time_array
from btcore.program import evaluate

MINUTE = 60 * 10**9
HOUR, DAY = 60 * MINUTE, 1440 * MINUTE
NAT = np.iinfo(np.int64).min
ZONES = ("UTC", "+05:45", "-03:00", "Europe/London", "America/New_York", "Australia/Sydney", "Asia/Kolkata",
         "Asia/Tokyo", "Australia/Lord_Howe", "America/New_York+7", "Africa/Casablanca",
         "America/Sao_Paulo")  # fmt: skip
# Around clock changes of the zones above, the day that Samoa left out, times before 1970 and after 2037.
MOMENTS = ("1899-12-31T23:00", "1916-05-21T01:00", "1969-12-31T20:00", "1970-01-01T00:00", "2011-12-30T08:00",
           "2018-11-04T02:00", "2024-03-10T06:00", "2024-03-31T00:00", "2024-04-06T14:00", "2024-10-05T15:00",
           "2024-10-27T00:00", "2024-11-03T05:00", "2045-03-26T00:00", "2199-11-03T05:00")  # fmt: skip


def ns(text: str) -> int:
    """A time in UTC."""
    return int(np.datetime64(text, "ns").astype(np.int64))


def around(step: int, count: int, before: int = 0) -> np.ndarray:
    """Some candles from each moment on."""
    return np.concatenate([ns(text) - before + step * np.arange(count) for text in MOMENTS])


def condition(op: str, times: np.ndarray, *params: Any) -> Expr:
    return Expr(op, (time_array(times),), params, kind="condition")


def cases(times: np.ndarray, zones: tuple[str, ...] = ZONES) -> dict[str, list[Expr]]:
    """Expressions by operator."""
    hours = [(8 * HOUR, 16 * HOUR + 30 * MINUTE), (22 * HOUR, 6 * HOUR), (0, 24 * HOUR), (17 * HOUR, 0),
             (90 * MINUTE, 90 * MINUTE + 1)]  # fmt: skip
    return {
        "time_part": [Expr("time_part", (time_array(times),), (part, tz)) for tz in zones for part in PARTS],
        "between": [
            condition("between", times, tz, *pair, days) for tz in zones for pair in hours for days in (127, 0b0011001)
        ],
        "new_day": [
            condition("new_day", times, tz, roll) for tz in zones for roll in (0, 90 * MINUTE, 150 * MINUTE, 17 * HOUR)
        ],
    }


def test_every_operator_of_time_is_here_or_among_the_timeframes() -> None:
    assert set(cases(np.zeros(1, np.int64))) | {"bucket", "hold", "hold_condition"} == TIMED
    assert set(OPCODES) >= TIMED


@pytest.mark.parametrize("op", ["time_part", "between", "new_day"])
@pytest.mark.parametrize("tz", ZONES)
def test_twin(op: str, tz: str) -> None:
    # new days are found by looking minute by minute, so there are fewer of them
    times = around(7 * MINUTE, 60) if op != "new_day" else around(113 * MINUTE, 8, before=5 * HOUR)
    for expr in cases(times, (tz,))[op]:
        assert_same_bits(evaluate(expr)[0], twin(expr, len(times)), f"{op} {expr.params}")


@given(st.sampled_from(sorted(zoneinfo.available_timezones())), st.lists(st.integers(-(2**62), 2**62), min_size=1))
def test_any_zone_and_time(tz: str, values: list[int]) -> None:
    times = np.clip(values, ns("1800-01-02"), ns("2260-12-30"))
    for part in PARTS:
        expr = Expr("time_part", (time_array(times),), (part, zone_name(tz)))
        assert_same_bits(evaluate(expr)[0], twin(expr, len(times)), f"{tz} {part}")


@pytest.mark.parametrize("tz", ["Europe/London", "America/New_York", "Africa/Casablanca", "Europe/Dublin", "Asia/Gaza"])
def test_tables_hold_the_second_of_each_change(tz: str) -> None:
    zone, (instants, offsets) = zoneinfo.ZoneInfo(tz), zone_table(tz)
    assert len(instants) > 100
    assert instants[0] == NAT
    for k, instant in enumerate(instants[1:].tolist(), start=1):
        assert instant % 10**9 == 0
        for second, offset in ((instant // 10**9 - 1, offsets[k - 1]), (instant // 10**9, offsets[k])):
            found = datetime.datetime.fromtimestamp(second, zone).utcoffset()
            assert found == datetime.timedelta(microseconds=int(offset) // 1000)


def test_two_changes_within_a_week_that_cancel_out() -> None:
    """The IANA database: Freetown went 20 minutes forward on 1 September 1939 and back on the 5th."""
    zone, (instants, offsets) = zoneinfo.ZoneInfo("Africa/Freetown"), zone_table("Africa/Freetown")
    for day in range(28, 40):
        second = ns("1939-08-01") // 10**9 + day * 86_400
        found = datetime.datetime.fromtimestamp(second, zone).utcoffset()
        held = offsets[np.searchsorted(instants, second * 10**9, side="right") - 1]
        assert datetime.timedelta(microseconds=int(held) // 1000) == found


@given(st.sampled_from(sorted(zoneinfo.available_timezones())))
def test_no_change_is_missed(tz: str) -> None:
    zone, (instants, offsets) = zoneinfo.ZoneInfo(tz), zone_table(tz)
    seconds = np.arange(ns("1900-01-01") // 10**9, ns("2040-01-01") // 10**9, 5 * 86_400 + 3_601)
    found = [datetime.datetime.fromtimestamp(s, zone).utcoffset().total_seconds() for s in seconds.tolist()]
    held = offsets[np.searchsorted(instants, seconds * 10**9, side="right") - 1]
    np.testing.assert_array_equal(held, np.array(found) * 10**9)


@pytest.mark.parametrize("op", ["time_part", "between", "new_day"])
@pytest.mark.parametrize("end", [1, WORD, WORD + 1, BLOCK, BLOCK + 1])
def test_later_times_change_nothing(op: str, end: int) -> None:
    times = ns("2024-03-08") + 3 * MINUTE * np.arange(BLOCK + 500)
    zones = ("Europe/London", "America/New_York")
    for early, whole in zip(cases(times[:end], zones)[op], cases(times, zones)[op], strict=True):
        assert_same_bits(evaluate(early)[0], evaluate(whole)[0][:end], op)


@pytest.mark.parametrize("op", ["time_part", "between", "new_day"])
def test_one_time_after_another_in_a_stream(op: str) -> None:
    times = np.concatenate([ns("2024-03-09") + 11 * MINUTE * np.arange(400), around(3 * HOUR, 20)[-100:]])
    given_times = cases(times, ("Australia/Sydney", "America/New_York"))[op]
    exprs = tuple(Expr(e.op, (bt.hour().inputs[0],), e.params, kind=e.kind) for e in given_times)
    stream = bt.Stream(exprs)
    rows = []
    for k, t in enumerate(times.tolist()):
        if k == 123:
            stream = pickle.loads(pickle.dumps(stream))
        rows.append(stream.push(t, 1.0, 1.0, 1.0, 1.0))
    for found, expr in zip(zip(*rows, strict=True), given_times, strict=True):
        np.testing.assert_array_equal(found, evaluate(expr)[0])


def test_times_in_any_order_and_missing_ones() -> None:
    times = np.random.default_rng(1).permutation(around(17 * MINUTE, 30))
    times[[0, 5, 6, 100]] = NAT
    for op in ("time_part", "between"):
        for expr in cases(times, ("Europe/London",))[op]:
            assert_same_bits(evaluate(expr)[0], twin(expr, len(times)), op)
    assert np.isnan(bt.hour(np.array(["NaT"], "datetime64[s]"))).all()
    assert bt.between(np.array(["NaT"], "datetime64[s]"), "00:00", "24:00").tolist() == [False]
    days = np.array(["NaT", "2024-01-01", "NaT", "2024-01-01", "2024-01-02"], "datetime64[s]")
    assert bt.new_day(days).tolist() == [False, True, False, False, True]


def test_ends_of_int64() -> None:
    times = np.array([NAT + 1, 2**63 - 1])
    for op in ("time_part", "between", "new_day"):
        for expr in cases(times)[op]:
            evaluate(expr)  # years that are off by one or two, but nothing else


LONDON = ["2024-03-31T00:59", "2024-03-31T01:00", "2024-10-27T00:30", "2024-10-27T01:30"]


@pytest.mark.parametrize(
    "times",
    [
        np.array(LONDON, "datetime64[m]"),
        np.array(LONDON, "datetime64[ns]").view(np.int64),
        np.array(LONDON, "datetime64[ns]").view(np.int64).tolist(),
        pd.Series(pd.to_datetime(LONDON, utc=True)),
        pd.DatetimeIndex(LONDON),
        pl.Series(LONDON).str.to_datetime(),
        [datetime.datetime.fromisoformat(text) for text in LONDON],
    ],
    ids=["datetime64", "int64", "list", "pandas", "index", "polars", "datetimes"],
)
def test_times_of_every_kind(times: Any) -> None:
    # clocks go from 00:59 to 02:00, and show 01:30 twice
    assert bt.hour(times, tz="Europe/London").tolist() == [0.0, 2.0, 1.0, 1.0]
    assert bt.minute(times, tz="Europe/London").tolist() == [59.0, 0.0, 30.0, 30.0]


@pytest.mark.parametrize("tz", ["UTC", "Europe/London", "America/New_York", "Australia/Sydney", "Asia/Kathmandu"])
def test_against_pandas(tz: str) -> None:
    # pandas before 3 takes zones from pytz, which knows no clock changes after 2037
    last = ns("2060-01-01" if int(pd.__version__.split(".")[0]) >= 3 else "2037-01-01")
    times = pd.DatetimeIndex(np.sort(np.random.default_rng(2).integers(ns("1950-01-01"), last, 5000)))
    local = times.tz_localize("UTC").tz_convert(tz)
    for part in ("hour", "minute", "weekday", "day", "month", "year", "day_of_year"):
        name = "day_of_week" if part == "weekday" else part
        np.testing.assert_array_equal(getattr(bt, part)(times, tz=tz), getattr(local, name), err_msg=part)


def test_a_day_opens_once_where_clocks_show_its_roll_twice() -> None:
    # 01:30 in London on 2024-10-27 is 00:30 and 01:30 UTC; on 2024-03-31 clocks skip it at 01:00 UTC
    twice = np.array(["2024-10-27T00:29", "2024-10-27T00:30", "2024-10-27T01:00", "2024-10-27T01:30"], "datetime64[m]")
    assert bt.new_day(twice, tz="Europe/London", roll="01:30").tolist() == [True, True, False, False]
    never = np.array(["2024-03-31T00:59", "2024-03-31T01:00", "2024-03-31T01:30"], "datetime64[m]")
    assert bt.new_day(never, tz="Europe/London", roll="01:30").tolist() == [True, True, False]


def test_a_session_after_midnight_belongs_to_the_day_on_which_it_opened() -> None:
    # Monday 2024-07-15
    times = np.array(["2024-07-14T23:00", "2024-07-15T05:59", "2024-07-15T22:00", "2024-07-16T05:00"], "datetime64[m]")
    assert bt.between(times, "22:00", "06:00", weekdays=[0]).tolist() == [False, False, True, True]
    assert bt.between(times, "22:00", "06:00", weekdays=[6]).tolist() == [True, True, False, False]
    assert bt.between(times, datetime.time(22), "06:00").tolist() == [True] * 4


def test_zones_that_mean_the_same_make_the_same_expression() -> None:
    assert bt.hour(tz="Etc/GMT+5").equals(bt.hour(tz="-05:00"))
    assert bt.hour(tz=zoneinfo.ZoneInfo("Europe/London")).equals(bt.hour(tz="Europe/London"))
    assert bt.hour(tz=datetime.timezone(datetime.timedelta(hours=2))).equals(bt.hour(tz="+02:00"))
    assert not bt.hour(tz="Europe/London").equals(bt.hour(tz="Europe/Dublin"))
    assert repr(bt.between("8:00", "24:00", weekdays=range(5))) == "between('08:00', '24:00', weekdays=[0, 1, 2, 3, 4])"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bt.hour(tz="Mars/Base"), "tz='Mars/Base' is not a known zone"),
        (lambda: bt.hour(tz=5), "tz must be a zone name or a tzinfo, got 5"),
        (lambda: bt.hour(tz=datetime.timezone(datetime.timedelta(seconds=90))), "offset of whole minutes"),
        (lambda: bt.hour("Europe/London"), "timestamps must be an array of times.*name the zone with tz="),
        (lambda: bt.hour(bt.close), "timestamps must be an array of times"),
        (lambda: bt.between("08:00"), "between takes opens and closes"),
        (lambda: bt.between("8", "16:00"), "opens must be a time of day like '08:00' or '16:30', got '8'"),
        (lambda: bt.between("24:00", "16:00"), "opens must be a time of day"),
        (lambda: bt.between("08:00", "24:01"), "closes must be a time of day"),
        (lambda: bt.between("08:60", "16:00"), "opens must be a time of day"),
        (lambda: bt.between("08:00", 16), "closes must be a time of day"),
        (lambda: bt.between("08:00", "08:00"), "opens and closes must differ, both are '08:00'"),
        (lambda: bt.between("08:00", "16:00", weekdays=[7]), "weekdays must be whole numbers from 0"),
        (lambda: bt.between("08:00", "16:00", weekdays=[]), "weekdays must be"),
        (lambda: bt.between("08:00", "16:00", weekdays="mon"), "weekdays must be"),
        (lambda: bt.between("08:00", "16:00", weekdays=1.5), "weekdays must be .*got 1.5"),
        (lambda: bt.between("08:00", "16:00", weekdays=[np.array([1, 2])]), "weekdays must be"),
        (lambda: bt.between("08:00", "16:00", weekdays=np.array(7)), "weekdays must be"),
        (lambda: bt.between("08:00", "16:00", weekdays=[True]), "weekdays must be"),
        (lambda: bt.new_day(roll="24:00"), "roll must be a time of day"),
        (lambda: bt.new_day(tz="nowhere"), "is not a known zone"),
    ],
)
def test_errors_name_the_argument(call: Any, message: str) -> None:
    with pytest.raises(bt.ParameterError, match=message):
        call()


def test_times_that_are_none() -> None:
    with pytest.raises(bt.DataError, match="timestamp must be datetime64 or whole nanoseconds"):
        bt.hour([1.5])


def test_times_are_needed_where_there_are_candles() -> None:
    with pytest.raises(bt.DataError, match="the expressions need the candles' timestamp"):
        evaluate(bt.hour() + bt.close, columns={"close": np.ones(3)})
