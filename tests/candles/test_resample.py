"""Resampling by hand and against the twin."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import candles as twin
from reference.times import bucket

from btcore.candles import Candles
from btcore.candles.resample import timeframe_ns
from btcore.errors import ParameterError

MINUTE = 60 * 10**9
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def test_an_hour_by_hand() -> None:
    times = [58 * MINUTE, 59 * MINUTE, HOUR, HOUR + MINUTE, 3 * HOUR]
    ask = Candles(times, [6, 7, 8, 9, 10], [8, 10, 9, 11, 11], [5, 6, 7, 8, 9], [7, 8, 9, 10, 10])
    c = Candles(times, [5, 6, 7, 8, 9], [7, 9, 8, 10, 10], [4, 5, 6, 7, 8], [6, 7, 8, 9, 9], [1, 2, 3, 4, 5],
                spread=[0.0, 0.5, 0.25, 0.0, 1.0], ask=ask, symbol="X", tick=0.5)  # fmt: skip
    h = c.resample("1h")
    assert h.timestamp.tolist() == [0, HOUR, 3 * HOUR]
    assert (h.open.tolist(), h.high.tolist()) == ([5, 7, 9], [9, 10, 10])
    assert (h.low.tolist(), h.close.tolist()) == ([4, 6, 8], [7, 9, 9])
    assert (h.volume.tolist(), h.spread.tolist()) == ([3, 7, 5], [0.5, 0.25, 1.0])
    assert (h.ask.high.tolist(), h.symbol, h.tick, h.tick_inferred) == ([10, 11, 11], "X", 0.5, False)


MINUTES = st.lists(st.integers(-2_000, 2_000), min_size=1, max_size=60, unique=True)


@given(MINUTES, st.sampled_from([5, 15, 60, 240, 1440]))
def test_buckets_are_those_of_the_twin(minutes: list[int], length: int) -> None:
    times = [minute * MINUTE for minute in sorted(minutes)]
    close = np.arange(1.0, len(times) + 1) % 7 + 1
    rows = [(c, c + 1, c / 2, c) for c in close.tolist()]
    columns = [list(column) for column in zip(*rows, strict=True)]
    candles = Candles(times, *columns)
    period = math.gcd(*np.diff(times).tolist())
    if period and length * MINUTE % period:
        with pytest.raises(ParameterError, match="not a multiple"):
            candles.resample(f"{length}min")
        return
    r = candles.resample(f"{length}min")
    got = zip(r.timestamp.tolist(), r.open.tolist(), r.high.tolist(), r.low.tolist(), r.close.tolist(), strict=True)
    assert list(got) == twin.resampled(times, rows, length * MINUTE)
    if len(r) == 1 or length * MINUTE in np.diff(r.timestamp):
        assert r.resample(f"{length}min") == r


ZONED = [("1d", "America/New_York", 17), ("1w", "America/New_York", 17), ("4h", "Europe/London", 0),
         ("1d", "Australia/Lord_Howe", 2), ("1h", "Asia/Kolkata", 0), ("3d", "+05:30", 22),
         ("1d", "Pacific/Apia", 0)]  # fmt: skip


@pytest.mark.parametrize(("timeframe", "tz", "hour"), ZONED)
@pytest.mark.parametrize("start", ["2024-03-08", "2024-04-05", "2024-10-25", "2011-12-28", "1968-10-26", "2051-03-25"])
def test_buckets_of_a_zone_are_those_of_the_twin(timeframe: str, tz: str, hour: int, start: str) -> None:
    times = np.datetime64(start, "ns").astype(np.int64) + 30 * MINUTE * np.arange(300)
    close = np.arange(1.0, 301)
    r = Candles(times, close, close, close, close, tick=1.0).resample(timeframe, tz=tz, roll=f"{hour}:00")
    starts = [bucket(t, timeframe_ns(timeframe), tz, hour * HOUR)[0] for t in times.tolist()]
    assert r.timestamp.tolist() == sorted(set(starts))
    assert r.close.tolist() == [starts.index(opens) + starts.count(opens) for opens in r.timestamp.tolist()]


def test_days_of_foreign_exchange_by_hand() -> None:
    """17:00 in New York is 22:00 UTC until 2024-03-10 and 21:00 UTC after it."""
    texts = ["2024-03-08T21:59", "2024-03-10T20:59", "2024-03-10T21:00", "2024-03-11T20:59", "2024-03-11T21:00"]
    c = Candles(np.array(texts, "datetime64[ns]"), *[[1, 2, 3, 4, 5]] * 4, tick=1.0)
    days, weeks = (c.resample(frame, tz="America/New_York", roll="17:00") for frame in ("1d", "1w"))
    # the second candle is of a Sunday afternoon: of the day that opened on Saturday
    assert days.open.tolist() == [1, 2, 3, 5]
    opened = np.array(
        ["2024-03-07T22:00", "2024-03-09T22:00", "2024-03-10T21:00", "2024-03-11T21:00"], "datetime64[ns]"
    )
    assert days.timestamp.tolist() == opened.view(np.int64).tolist()
    assert weeks.open.tolist() == [1, 3]
    assert (
        weeks.timestamp.tolist() == np.array(["2024-03-03T22:00", "2024-03-10T21:00"], "M8[ns]").view(np.int64).tolist()
    )


def test_longer_candles_last_as_long_as_their_buckets() -> None:
    c = Candles([0, MINUTE], [1, 1], [1, 1], [1, 1], [1, 1])
    assert (c.resample("1h").period, c.resample("1h").duration) == (HOUR, HOUR)
    assert c.resample("1d", tz="Europe/London").duration == 0  # days of 23 to 25 hours: steps will tell


def test_arguments_of_a_zone() -> None:
    c = Candles([0, MINUTE], [1, 1], [1, 1], [1, 1], [1, 1])
    assert c.resample("4h", tz="Etc/UTC", roll="00:00") == c.resample("4h")
    with pytest.raises(ParameterError, match="is not a known zone"):
        c.resample("1h", tz="nowhere")
    with pytest.raises(ParameterError, match="roll must be a time of day"):
        c.resample("1h", roll="noon")
    with pytest.raises(ParameterError, match="'5h' neither divides a day nor is a number of days"):
        c.resample("5h", tz="Europe/London")


def test_weeks_start_on_monday() -> None:
    times = np.array(["2024-01-07T23:00", "2024-01-08T00:00"], "datetime64[ns]")
    r = Candles(times, [1, 1], [1, 1], [1, 1], [1, 1]).resample("1w")
    assert r.timestamp.view("datetime64[ns]").astype("datetime64[D]").astype(str).tolist() == [
        "2024-01-01",
        "2024-01-08",
    ]


@pytest.mark.parametrize(
    ("timeframe", "seconds"),
    [("30s", 30), ("1m", 60), ("5min", 300), ("h", 3600), ("4H", 14_400), ("1d", 86_400), ("2w", 1_209_600),
     ("45 min", None), ("0h", None), ("1x", None), ("", None), (60, None), ("-1h", None), ("1mo", None)],
)  # fmt: skip
def test_timeframes(timeframe: object, seconds: int | None) -> None:
    if seconds is None:
        with pytest.raises(ParameterError, match="timeframe must be like"):
            timeframe_ns(timeframe)
    else:
        assert timeframe_ns(timeframe) == seconds * 10**9


def test_a_shorter_timeframe_is_an_error() -> None:
    c = Candles([0, HOUR], [1, 1], [1, 1], [1, 1], [1, 1])
    with pytest.raises(ParameterError, match=r"'5min' is not a multiple of the candles' period \(3600 seconds\)"):
        c.resample("5min")


def test_prices_on_no_power_of_ten_keep_their_tick() -> None:
    prices = [100 / 3, 200 / 7]
    c = Candles([0, MINUTE], prices, prices, [1 / 3, 2 / 7], prices)
    r = c.resample("1h")
    assert (r.tick, r.tick_inferred, r.high.tolist()) == (c.tick, True, [100 / 3])
