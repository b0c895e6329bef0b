"""Synthetic candles: the twin, golden values, and what they promise."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import candles as twin

from btcore.data import synthetic_candles
from btcore.errors import ParameterError

MINUTE = 60 * 10**9
DAY = 1440 * MINUTE


@settings(max_examples=40)
@given(st.integers(-5, 2**64 + 5), st.integers(0, 10**9), st.integers(1, 300))
def test_they_are_those_of_the_twin(seed: int, start_minute: int, n: int) -> None:
    start = start_minute % (200 * 365 * 1440)
    c = synthetic_candles(n, seed=seed, start=np.datetime64(start, "m"))
    expected = np.array(twin.synthetic(n, seed, start * MINUTE))
    assert c.timestamp.tolist() == expected[:, 0].tolist()
    for ticks, prices, column in zip(c.ticks, (c.open, c.high, c.low, c.close), expected.T[1:5], strict=True):
        assert ticks.tolist() == column.tolist()
        assert prices.tolist() == (column / 1e5).tolist()
    assert c.volume.tolist() == expected[:, 5].tolist()


def test_they_do_not_change_between_machines_and_versions() -> None:
    c = synthetic_candles(20_000, seed=42)
    assert c.content_hash == "a70882fed1c453b2680c609b65a98916"
    assert c.ticks[3][[0, 1, 9_999, 19_999]].tolist() == [109980, 109991, 108862, 109854]


@pytest.mark.parametrize("k", [1, 2, 1439, 1440, 9_000])
def test_the_first_candles_do_not_depend_on_how_many_follow(k: int) -> None:
    assert synthetic_candles(k, seed=3) == synthetic_candles(10_000, seed=3)[:k]


def test_twenty_years_look_like_an_exchange_rate() -> None:
    c = synthetic_candles(2_000_000, seed=1)
    assert 0.8 < c.close.min() < c.close.max() < 1.6
    assert c.volume.min() > 0
    gaps = np.abs(c.ticks[0][1:] - c.ticks[3][:-1])
    assert 0.03 < (gaps > 0).mean() < 0.06
    assert gaps[np.diff(c.timestamp) == MINUTE].max() <= 2
    assert 15 < gaps[np.diff(c.timestamp) > MINUTE].mean() < 35
    assert (c.symbol, c.tick, c.tick_inferred, c.period) == ("SYNTH", 1e-5, False, MINUTE)
    weekday = (c.timestamp // DAY + 3) % 7
    assert sorted(set(weekday.tolist())) == [0, 1, 2, 3, 4]
    returns = np.abs(np.diff(np.log(c.close)))
    hour = (c.timestamp[1:] // (60 * MINUTE)) % 24
    assert returns[hour == 14].mean() > 1.5 * returns[hour == 2].mean()
    assert np.corrcoef(returns[:-1], returns[1:])[0, 1] > 0.1


@pytest.mark.parametrize(
    ("start", "first"),
    [
        ("2000-01-03", "2000-01-03T00:00"),
        ("2000-01-01", "2000-01-03T00:00"),
        ("2000-01-02 15:30", "2000-01-03T00:00"),
        ("2024-05-31T23:59", "2024-05-31T23:59"),
        (datetime.date(2024, 5, 31), "2024-05-31T00:00"),
        (datetime.datetime(2024, 5, 31, 9, tzinfo=datetime.timezone(datetime.timedelta(hours=9))), "2024-05-31T00:00"),
        (np.datetime64("1970-01-01"), "1970-01-01T00:00"),
    ],
)
def test_where_they_start(start: object, first: str) -> None:
    c = synthetic_candles(2, start=start)
    assert c.timestamp.view("datetime64[ns]")[0] == np.datetime64(first)
    expected = np.datetime64("2024-06-03T00:00") if "23:59" in first else np.datetime64(first) + np.timedelta64(1, "m")
    assert c.timestamp.view("datetime64[ns]")[1] == expected


@pytest.mark.parametrize(
    ("tick", "price"), [(1e-5, 1.1), (0.001, 110.0), (0.25, 27_500.0), (0.3, 33_000.0), (10, 1_100_000.0)]
)
def test_ticks_scale_the_prices(tick: float, price: float) -> None:
    c = synthetic_candles(100, tick=tick, symbol="X")
    assert (c.open[0], c.tick, c.symbol) == (pytest.approx(price), tick, "X")
    assert c.ticks[3].tolist() == synthetic_candles(100).ticks[3].tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n must be"), ({"n": 1.5}, "n must be"), ({"n": True}, "n must be"),
        ({"n": 1, "seed": "x"}, "seed must be"),
        ({"n": 1, "start": "x"}, "start must be a time"), ({"n": 1, "start": "1960-01-01"}, "1970 to 2200"),
        ({"n": 1, "start": "2900-01-01"}, "start must be"), ({"n": 1, "tick": 0}, "tick must be"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        synthetic_candles(**arguments)
