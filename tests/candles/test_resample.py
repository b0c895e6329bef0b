"""Resampling by hand and against the twin."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import candles as twin

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
