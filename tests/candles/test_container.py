"""Candles as a container: inputs of any type, read-only columns, slices, equality, pickling."""

from __future__ import annotations

import copy
import datetime
import pickle
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

from btcore.candles import Candles, Instrument
from btcore.errors import DataError, ParameterError

MINUTE = 60 * 10**9
N = 5
TIMES = np.arange(N, dtype=np.int64) * MINUTE
OPEN = np.array([10.0, 11, 12, 13, 14])
HIGH, LOW, CLOSE = OPEN + 2, OPEN - 2, OPEN + 1


def candles(**changes: object) -> Candles:
    """Five valid candles, with changed arguments."""
    arguments = {"timestamp": TIMES, "open": OPEN, "high": HIGH, "low": LOW, "close": CLOSE} | changes
    return Candles(**arguments)


def test_columns_are_read_only_float64_and_int64() -> None:
    c = candles()
    assert c.timestamp.dtype == np.int64
    for column in (c.timestamp, c.open, c.high, c.low, c.close, c.volume, *c.ticks, c.day_ends):
        assert column.flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1
    assert c.volume.tolist() == [0.0] * N
    assert OPEN.flags.writeable


def test_columns_are_aligned_and_of_this_machine() -> None:
    """Arrays out of packed records lie anywhere, and may have the other order of bytes."""
    packed = np.zeros(N, dtype=np.dtype([("pad", "i1"), ("time", "i8"), ("ns", "M8[ns]"), ("open", "f8")]))
    packed["time"], packed["ns"], packed["open"] = TIMES, TIMES.view("M8[ns]"), OPEN
    times = [packed["time"].copy(), np.frombuffer(b"?" + TIMES.tobytes(), np.uint8)[1:].view(np.int64)]
    times += [times[1].view("M8[ns]"), TIMES.view("M8[ns]").astype(">M8[ns]"), TIMES.astype(">i8"), packed["ns"]]
    opened = np.frombuffer(b"?" + OPEN.tobytes(), np.uint8)[1:].view(np.float64)
    for values in times:
        c = candles(timestamp=values, open=opened, spread=opened)
        assert all(column.flags.aligned for column in (c.timestamp, c.open, c.spread))
        assert c == candles(spread=OPEN)


def test_attributes_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="cannot be changed"):
        candles().tick = 5
    with pytest.raises(AttributeError, match="cannot be changed"):
        del candles().open


SAME_PRICES = [
    list, tuple, np.float32, np.int32, np.uint8, np.float16, lambda x: np.repeat(x, 2)[::2],
    lambda x: [Decimal(int(v)) for v in x],
    pd.Series, pl.Series, lambda x: pd.Series(x, dtype="Float64"), lambda x: pd.Series(x.astype(int), dtype="Int64"),
    lambda x: pl.Series(x).to_arrow(), lambda x: x.astype(">f8"), lambda x: x.astype(np.longdouble),
    np.ma.masked_array,
]  # fmt: skip


@pytest.mark.parametrize("convert", SAME_PRICES)
def test_prices_of_any_type_give_the_same_candles(convert: object) -> None:
    other = candles(open=convert(OPEN), high=convert(HIGH), low=convert(LOW), close=convert(CLOSE))
    assert other == candles()
    assert other.content_hash == candles().content_hash


SAME_TIMES = [
    lambda t: t.view("datetime64[ns]"),
    lambda t: t.view("datetime64[ns]").astype("datetime64[us]"),
    lambda t: t.view("datetime64[ns]").astype("datetime64[ms]"),
    lambda t: t.view("datetime64[ns]").astype("datetime64[s]"),
    lambda t: t.view("datetime64[ns]").astype("datetime64[m]"),
    lambda t: t.tolist(),
    lambda t: t.astype(np.uint64),
    lambda t: np.repeat(t, 3)[::3],
    lambda t: [datetime.datetime(1970, 1, 1) + datetime.timedelta(minutes=i) for i in range(N)],
    lambda t: [datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(minutes=i) for i in range(N)],
    lambda t: pd.Series(pd.to_datetime(t)),
    lambda t: pd.to_datetime(t).as_unit("s"),
    lambda t: pd.to_datetime(t, utc=True),
    lambda t: pd.to_datetime(t, utc=True).tz_convert("America/New_York"),
    lambda t: pd.Series(pd.to_datetime(t, utc=True)),
    lambda t: pl.Series(t).cast(pl.Datetime("ns")),
    lambda t: pl.Series(t).cast(pl.Datetime("ns")).cast(pl.Datetime("ms")),
    lambda t: pl.Series(t).cast(pl.Datetime("ns", "UTC")).dt.convert_time_zone("Asia/Tokyo"),
    lambda t: pl.Series(t).cast(pl.Datetime("ns")).to_arrow(),
]


@pytest.mark.parametrize("convert", SAME_TIMES)
def test_times_of_any_type_give_the_same_candles(convert: object) -> None:
    assert candles(timestamp=convert(TIMES)) == candles()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"timestamp": TIMES.astype(float)}, "whole nanoseconds"),
        ({"timestamp": ["2020-01-01"] * N}, "got <U10"),
        ({"timestamp": np.array(["2300-01-01"] * N, "datetime64[s]")}, "years 1678 to 2261"),
        ({"timestamp": np.arange(N).astype("datetime64[Y]")}, "unit"),
        ({"timestamp": TIMES.reshape(1, N)}, "one dimension"),
        ({"open": OPEN.reshape(1, N)}, "open must have one dimension"),
        ({"open": OPEN[:3]}, "different lengths: timestamp 5, open 3, high 5"),
        ({"volume": [1.0]}, "volume 1"),
        ({"open": ["10", "11", "12", "13", "14"]}, "candle 0: open is the text '10'"),
        ({"close": np.array(["1", "1,100.5", "3", "4", "5"], object)}, "candle 0: close is the text"),
        ({"low": OPEN.astype(complex)}, "low must be numbers"),
        ({"high": [1, 2, object(), 3, 4]}, "candle 2: high is <object"),
        ({"spread": [0.1] * 4}, "spread 4"),
        ({"spread": [0.1, -0.1, 0.1, 0.1, np.nan]}, "2 of 5 candles have a spread that is negative or not finite"),
    ],
)
def test_bad_columns_are_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        candles(**changes)


def test_thousands_separators_have_a_remedy() -> None:
    with pytest.raises(DataError, match="remove thousands separators"):
        candles(open=["1,100.5"] * N)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"quote": "last"}, "quote must be one of bid, ask, mid"),
        ({"spread": -1.0}, "spread must be finite and >= 0"),
        ({"spread": float("inf")}, "spread must be finite"),
        ({"symbol": 5}, "symbol must be text"),
        ({"ask": OPEN}, "ask must be Candles"),
        ({"symbol": "A", "instrument": Instrument("B")}, "symbol is 'A', but the instrument is 'B'"),
        ({"tick": 1.0, "instrument": Instrument(tick=0.5)}, "tick is 1.0, but that of the instrument is 0.5"),
    ],
)
def test_bad_arguments_are_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        candles(**changes)


def test_empty_candles_are_an_error() -> None:
    with pytest.raises(DataError, match="no candles"):
        Candles([], [], [], [], [])


def test_an_invalid_candle_message_has_counts_rows_values_and_remedy() -> None:
    broken = OPEN.copy()
    broken[[1, 3]] = np.nan, 99.0
    with pytest.raises(DataError) as caught:
        candles(open=broken, symbol="EURUSD")
    text = str(caught.value)
    assert "candles of EURUSD are not valid (5 candles)" in text
    assert "1 open not finite: candle 1 (1970-01-01 00:01:00 UTC): open is NaN" in text
    assert (
        "1 open outside low to high: candle 3 (1970-01-01 00:03:00 UTC): open is 99.0, low is 11.0, high is 15.0"
        in text
    )
    assert "repair='drop_invalid'" in text


def test_times_that_repeat_or_go_back_are_named_with_their_repairs() -> None:
    with pytest.raises(DataError) as caught:
        candles(timestamp=[0, MINUTE, MINUTE, 0, 5 * MINUTE])
    text = str(caught.value)
    assert "1 duplicate times with different values: candle 2" in text
    assert "1 out of order: candle 3 (1970-01-01 00:00:00 UTC): comes before candle 2" in text
    assert "keep_first" in text
    assert "repair='sort'" in text
    assert "drop_invalid" not in text


def test_a_missing_time_is_named() -> None:
    times = TIMES.view("datetime64[ns]").copy()
    times[2] = np.datetime64("NaT", "ns")
    with pytest.raises(DataError, match=r"candle 2 \(no time\): time is missing"):
        candles(timestamp=times)


def test_slices_are_views_with_the_same_tick() -> None:
    closes = CLOSE.copy()
    closes[4] = 15.01
    c = candles(close=closes, spread=np.arange(N, dtype=float))
    part = c[1:3]
    assert (len(part), part.tick, part.tick_inferred, part.scale) == (2, 0.01, True, 100.0)
    assert np.shares_memory(part.close, c.close)
    assert np.shares_memory(part.ticks[3], c.ticks[3])
    assert part.spread.tolist() == [1.0, 2.0]
    assert part.timestamp.tolist() == [MINUTE, 2 * MINUTE]


@pytest.mark.parametrize("part", [slice(1, 3), slice(-2, None), slice(None, -1), slice(None), slice(2, 99)])
def test_slices_take_bounds_as_numpy_does(part: slice) -> None:
    assert candles()[part].close.tolist() == CLOSE[part].tolist()


def test_what_is_no_slice_is_an_error() -> None:
    with pytest.raises(ParameterError, match="slices like"):
        candles()[2]
    with pytest.raises(ParameterError, match="step 1"):
        candles()[::2]
    with pytest.raises(DataError, match=r"slice \[3:3\] of 5 candles is empty"):
        candles()[3:3]


def test_equality_is_by_content() -> None:
    assert candles() == candles(tick=1.0)
    assert hash(candles()) == hash(candles())
    assert candles()[1:3] == Candles(TIMES[1:3], OPEN[1:3], HIGH[1:3], LOW[1:3], CLOSE[1:3])
    assert candles() != "candles"
    assert candles()[1:] != candles()[:-1]


OTHERS = [
    {"symbol": "X"}, {"tick": 0.5}, {"quote": "ask"}, {"spread": 1.0}, {"volume": np.ones(N)}, {"open": OPEN + 1},
    {"timestamp": TIMES + 1}, {"spread": np.zeros(N)}, {"high": HIGH + 1}, {"low": LOW - 1}, {"close": CLOSE - 1},
]  # fmt: skip


@pytest.mark.parametrize("changes", OTHERS)
def test_every_part_of_the_content_counts_in_the_hash(changes: dict[str, object]) -> None:
    assert candles(**changes).content_hash != candles().content_hash


def test_the_hash_does_not_change_between_versions() -> None:
    assert candles(symbol="EURUSD").content_hash == "d14f06df87e911a859099c66840fdc07"


def test_ask_candles_count_in_the_hash_and_share_the_tick() -> None:
    ask = candles(open=OPEN + 0.5, high=HIGH + 0.5, low=LOW + 0.5, close=CLOSE + 0.5, quote="ask")
    c = candles(ask=ask)
    assert (c.tick, c.ask.tick, c.tick_inferred) == (0.1, 0.1, True)
    assert c.ticks[0].tolist() == [100, 110, 120, 130, 140]
    assert c.content_hash != candles().content_hash
    assert c[1:3].ask == ask[1:3]
    assert candles(ask=candles(quote="ask"), tick=0.5).ask.tick == 0.5


def test_ask_candles_of_another_declared_tick_are_an_error() -> None:
    with pytest.raises(ParameterError, match=r"tick is 1.0, but that of ask is 0.5"):
        candles(ask=candles(tick=0.5), tick=1.0)


def test_ask_candles_at_other_times_are_an_error() -> None:
    ask = candles(timestamp=TIMES + np.array([0, 0, 1, 0, 0]))
    with pytest.raises(DataError) as caught:
        candles(ask=ask)
    text = str(caught.value)
    assert "1 of 5 candles have no ask candle, 1 of 5 ask candles have no candle" in text
    assert "only here: 1970-01-01 00:02:00 UTC" in text
    assert "only in ask: 1970-01-01 00:02:00.000000001 UTC" in text


def test_the_instrument_is_made_or_completed() -> None:
    assert candles(symbol="X").instrument == Instrument("X", 1.0)
    assert candles(instrument=Instrument("X", lot_step=5)).instrument == Instrument("X", 1.0, lot_step=5)
    c = candles(instrument=Instrument("X", 0.5))
    assert (c.symbol, c.tick, c.tick_inferred) == ("X", 0.5, False)


@pytest.mark.parametrize("copied", [lambda c: pickle.loads(pickle.dumps(c)), copy.copy, copy.deepcopy])
def test_copies_by_value_are_equal(copied: object) -> None:
    ask = candles(open=OPEN + 0.5, high=HIGH + 0.5, low=LOW + 0.5, close=CLOSE + 0.5)
    c = candles(ask=ask, spread=np.arange(N, dtype=float), symbol="X", instrument=Instrument("X", lot_step=5.0))[1:4]
    again = copied(c)
    assert again == c
    assert (again.tick, again.tick_inferred, again.instrument, again.repairs) == (0.1, True, c.instrument, {})
    assert not again.close.flags.writeable
    assert again.handle is None


def test_a_slice_pickles_its_own_rows_only() -> None:
    n = 10_000
    ones = np.ones(n)
    c = Candles(np.arange(n), ones, ones, ones, ones)
    assert len(pickle.dumps(c[:10])) < 5_000


def test_derived_values_are_built_once() -> None:
    c, calls = candles(), []
    for _ in range(2):
        assert c.derived("mine", lambda candles: calls.append(candles) or 7) == 7
    assert calls == [c]


def test_text_shows_what_they_are() -> None:
    assert repr(candles(symbol="X", ask=candles())) == (
        "Candles(X, 5 candles, 1970-01-01 00:00:00 UTC to 1970-01-01 00:04:00 UTC, bid with ask, tick 1.0 (inferred))"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"symbol": 1}, "symbol must be text"),
        ({"tick": 0}, "tick must be finite and > 0"),
        ({"pip": -1}, "pip must be"),
        ({"contract_size": float("nan")}, "contract_size must be finite and > 0"),
        ({"lot_step": -1}, "lot_step must be finite and >= 0"),
        ({"lot_min": "x"}, "lot_min must be a number"),
    ],
)
def test_instruments_check_their_values(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Instrument(**changes)
