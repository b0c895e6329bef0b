"""Real files of several sources. They are not part of the project: BTCORE_TEST_DATA names their folder."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from btcore.candles import Candles
from btcore.data import read_candles
from btcore.errors import DataError

FOLDER = Path(os.environ.get("BTCORE_TEST_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="needs the folder of real files (BTCORE_TEST_DATA)")


def read(name: str, **options: object) -> Candles:
    """A real file, without the cache."""
    return read_candles(FOLDER / name, cache=False, **options)


def first_time(candles: Candles) -> str:
    """The first open time to the minute."""
    return str(candles.timestamp.view("datetime64[ns]")[0].astype("datetime64[m]"))


def test_gbpusd_bid_and_ask_are_one_instrument() -> None:
    c = read("gbpusd-m1-bid-2012.csv", ask=FOLDER / "gbpusd-m1-ask-2012.csv", symbol="GBPUSD")
    assert (len(c), c.tick, c.ask.tick, first_time(c)) == (30_117, 1e-5, 1e-5, "2012-02-01T00:00")
    assert (c.open[0], c.high[0], c.low[0], c.close[0]) == (1.57597, 1.57606, 1.57576, 1.57576)
    assert (c.ask.open[0], c.ask.close[-1]) == (1.57608, 1.59216)
    # Quotes of this source cross now and then: they are kept as they are.
    assert int((c.ask.ticks[3] < c.ticks[3]).sum()) == 347
    hours = c.resample("1h")
    assert len(hours) == len(hours.ask) == 505


def test_mt5_export() -> None:
    c = read("eurusd-m1-2018-mt5.csv", tz="America/New_York+7")
    assert (len(c), c.tick, first_time(c), c.period) == (30_203, 1e-5, "2018-05-31T21:00", 60 * 10**9)
    assert c.spread[:3].tolist() == [0.00047, 0.00031, 0.00031]
    assert c.volume[:2].tolist() == [8.0, 13.0]
    with pytest.raises(DataError, match="pass tz="):
        read("eurusd-m1-2018-mt5.csv")


def test_quoted_rows_with_tabs() -> None:
    c = read("eurusd-m1-2022-quoted-tabs.csv", tz="UTC")
    assert (len(c), c.tick, first_time(c)) == (49_993, 1e-5, "2022-01-04T18:00")
    assert (c.close[-1], c.volume[-1]) == (1.13265, 41.0)


def test_perpetual_with_fractions_of_a_second() -> None:
    c = read("btc-perp-2022-01-1m.csv", tz="UTC")
    assert (len(c), c.tick, first_time(c), c.volume[0]) == (45_031, 0.001, "2021-12-31T23:01", 2300413.7295)
    # Four candles of the source have half cents.
    assert "4 of 45031 candles have prices between ticks of 0.01, the first is candle 17522 " in c.tick_reason


def test_parquet_with_gaps() -> None:
    c = read("ethusdt-1m-2025-gappy.parquet")
    assert (len(c), c.tick, c.period) == (105_076, 0.01, 60 * 10**9)
    assert int((np.diff(c.timestamp) > 13 * 3600 * 10**9).sum()) == 524
    assert len(c.resample("1d")) == len(c.day_ends)


def test_scaled_prices() -> None:
    c = read("audjpy-h1-integer-scaled.csv", tz="America/New_York+7")
    assert (len(c), c.tick, c.open[0], c.period) == (57_600, 1.0, 83841.0, 3600 * 10**9)


def test_two_zones_give_other_times_and_the_same_prices() -> None:
    helsinki, new_york = (read("eurusd-m1-2018-mt5.csv", tz=tz) for tz in ("EET", "America/New_York+7"))
    assert np.array_equal(helsinki.close, new_york.close)


def test_the_cache_returns_the_same_candles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BTCORE_CACHE", str(tmp_path))
    path, ask = FOLDER / "gbpusd-m1-bid-2012.csv", FOLDER / "gbpusd-m1-ask-2012.csv"
    assert read_candles(path, ask=ask) == read_candles(path, ask=ask) == read(path.name, ask=ask)
