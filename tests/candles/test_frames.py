"""Candles from and to frames of pandas, polars and Arrow."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest

from btcore.candles import Candles
from btcore.errors import DataError, ParameterError

MINUTE = 60 * 10**9
START = int(np.datetime64("2022-01-03", "ns").astype(np.int64))
TIMES = START + np.arange(3) * MINUTE
EXPECTED = Candles(TIMES, [1.0, 2, 3], [2.0, 3, 4], [0.5, 1, 2], [2.0, 3, 3], [5.0, 6, 7])
PRICES = {"open": [1.0, 2, 3], "high": [2.0, 3, 4], "low": [0.5, 1, 2], "close": [2.0, 3, 3], "volume": [5, 6, 7]}
TEXT = ["2022-01-03 00:00:00", "2022-01-03 00:01:00", "2022-01-03 00:02:00"]


def utc() -> pl.Series:
    """The times as a polars column with a zone."""
    return pl.Series(TIMES).cast(pl.Datetime("ns", "UTC"))


def named(rename: object) -> dict[str, list[float]]:
    """The price columns under other names."""
    return {rename(name): values for name, values in PRICES.items()}


def moments(zone: datetime.tzinfo | None) -> list[datetime.datetime]:
    """The times as objects."""
    return [datetime.datetime(2022, 1, 3, 0, minute, tzinfo=zone) for minute in range(3)]


OFFSETS = ["2022-01-03T09:00:00+0900", "2022-01-03T02:01:00+02:00", "2022-01-03T00:02:00Z"]
PANDAS_TIMES = pd.to_datetime(TIMES, utc=True)
FRAMES = {
    "polars": lambda: pl.DataFrame({"timestamp": utc(), **PRICES}),
    "polars ms": lambda: pl.DataFrame({"time": utc().cast(pl.Datetime("ms", "UTC")), **PRICES}),
    "arrow": lambda: pl.DataFrame({"ts": utc(), **PRICES}).to_arrow(),
    "pandas column": lambda: pd.DataFrame({"Date": PANDAS_TIMES, **PRICES}),
    "pandas index": lambda: pd.DataFrame(PRICES, index=PANDAS_TIMES),
    "pandas named index": lambda: pd.DataFrame(PRICES, index=PANDAS_TIMES.rename("time")),
    "pandas integer index": lambda: pd.DataFrame(PRICES, index=pd.Index(TIMES, name="timestamp")),
    "integers": lambda: pl.DataFrame({"open_time": TIMES, **PRICES}),
    "mapping": lambda: {"timestamp": TIMES, **PRICES},
    "offsets in text": lambda: pl.DataFrame({"time": [text + "+00:00" for text in TEXT], **PRICES}),
    "other offsets in text": lambda: {"time": OFFSETS, **PRICES},
    "datetime objects": lambda: {"time": moments(datetime.UTC), **PRICES},
    "capitals and extra": lambda: pl.DataFrame({"TS": utc(), **named(str.upper), "turnover": [1, 2, 3]}),
    "short names": lambda: pl.DataFrame({"ts": utc(), **named(lambda name: name[0])}),
    "brackets": lambda: pl.DataFrame({"<TIME>": utc(), **named(lambda name: f"<{name.upper()}>")}),
}


@pytest.mark.parametrize("name", FRAMES)
def test_frames_that_say_their_zone(name: str) -> None:
    assert Candles.from_frame(FRAMES[name]()) == EXPECTED


DAY = datetime.date(2022, 1, 3)
CLOCK = ["00:00", "00:01", "00:02"]
NAIVE = {
    "polars": lambda: pl.DataFrame({"time": utc().dt.replace_time_zone(None), **PRICES}),
    "pandas": lambda: pd.DataFrame({"time": pd.to_datetime(TIMES), **PRICES}),
    "index": lambda: pd.DataFrame(PRICES, index=pd.to_datetime(TIMES)),
    "arrow": lambda: pl.DataFrame({"time": utc().dt.replace_time_zone(None), **PRICES}).to_arrow(),
    "numpy": lambda: {"time": TIMES.view("datetime64[ns]"), **PRICES},
    "text": lambda: pd.DataFrame({"time": TEXT, **PRICES}),
    "dotted text": lambda: pl.DataFrame({"time": [text.replace("-", ".")[:-3] for text in TEXT], **PRICES}),
    "German text": lambda: {"time": [f"03.01.2022 00:0{i}:00.000" for i in range(3)], **PRICES},
    "compact text": lambda: {"time": [f"20220103 000{i}00" for i in range(3)], **PRICES},
    "pair of text": lambda: pl.DataFrame({"date": ["2022.01.03"] * 3, "time": CLOCK, **PRICES}),
    "pair of pandas text": lambda: pd.DataFrame({"<DATE>": ["2022.01.03"] * 3, "<TIME>": CLOCK, **PRICES}),
    "pair of values": lambda: pl.DataFrame({"date": [DAY] * 3, "time": [m.time() for m in moments(None)], **PRICES}),
    "objects": lambda: {"time": moments(None), **PRICES},
}


@pytest.mark.parametrize("name", NAIVE)
def test_frames_with_naive_times_need_a_zone(name: str) -> None:
    with pytest.raises(DataError, match=r"times carry no zone .*pass tz="):
        Candles.from_frame(NAIVE[name]())
    assert Candles.from_frame(NAIVE[name](), tz="UTC") == EXPECTED


@pytest.mark.parametrize(
    ("tz", "hours"),
    [
        ("Etc/GMT+5", 5),
        ("America/New_York", 5),
        ("EET", -2),
        ("America/New_York+7", -2),
        ("+02:00", -2),
        ("-0530", 5.5),
        ("UTC+3", -3),
        (datetime.UTC, 0),
        (datetime.timezone(datetime.timedelta(hours=9)), -9),
    ],
)
def test_zones(tz: object, hours: float) -> None:
    c = Candles.from_frame(NAIVE["polars"](), tz=tz)
    assert c.timestamp[0] - START == hours * 3600 * 10**9


def test_a_tzinfo_with_clock_changes() -> None:
    from zoneinfo import ZoneInfo

    c = Candles.from_frame(NAIVE["polars"](), tz=ZoneInfo("Europe/Berlin"))
    assert c.timestamp[0] - START == -3600 * 10**9


def test_local_times_follow_clock_changes() -> None:
    rows = {key: [5.0] * 2 for key in ("open", "high", "low", "close")}
    c = Candles.from_frame({"time": ["2021-03-26 12:00:00", "2021-03-29 12:00:00"], **rows}, tz="Europe/Berlin")
    assert (c.timestamp[1] - c.timestamp[0]) / 3600e9 == 71


def test_local_times_that_do_not_exist_or_exist_twice_are_named() -> None:
    rows = {key: [5.0] * 3 for key in ("open", "high", "low", "close")}
    times = ["2021-03-28 02:30:00", "2021-06-01 00:00:00", "2021-10-31 02:30:00"]
    with pytest.raises(DataError) as caught:
        Candles.from_frame({"time": times, **rows}, tz="Europe/Berlin")
    text = str(caught.value)
    assert "2 of 3 local times do not exist in Europe/Berlin, or exist twice" in text
    assert "row 0: 2021-03-28 02:30:00, row 2: 2021-10-31 02:30:00" in text


@pytest.mark.parametrize("tz", ["Mars/Base", "", 5])
def test_zones_that_do_not_exist(tz: object) -> None:
    with pytest.raises(ParameterError, match="tz"):
        Candles.from_frame(NAIVE["polars"](), tz=tz)


def test_times_with_a_zone_keep_it() -> None:
    assert Candles.from_frame(FRAMES["polars"](), tz="EET") == EXPECTED


def test_missing_times_are_named() -> None:
    frame = pl.DataFrame({"time": pl.Series([*TIMES[:2].tolist(), None]).cast(pl.Datetime("ns", "UTC")), **PRICES})
    with pytest.raises(DataError, match=r"candle 2 \(no time\)"):
        Candles.from_frame(frame)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"time": ["2022-01-03 00:00:00Z", "later", "no"]}, "2 of 3 times are not written like .*row 1 is 'later'"),
        ({"time": ["x", "y", "z"]}, "time 'x' is not written in a known way"),
        ({"time": ["1641168000", "1641168060", "1641168120"]}, "number without a unit"),
        ({"time": TIMES // 10**6}, "integer times are nanoseconds UTC"),
        ({"time": TIMES.astype(float)}, "whole nanoseconds"),
        ({"close": [1.0, None, 2.0]}, "1 close not finite: candle 1"),
        ({"close": ["1", "2", "3"]}, "candle 0: close is the text '1'"),
        ({"ts": TIMES}, "several columns could be timestamp: 'time', 'ts'"),
        ({"Close": [1, 2, 3]}, "several columns could be close: 'close', 'Close'"),
    ],
)  # fmt: skip
def test_bad_frames_are_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        Candles.from_frame({"time": TIMES, **PRICES, **changes})


@pytest.mark.parametrize("library", [pl.DataFrame, pd.DataFrame])
def test_missing_columns_are_named(library: type) -> None:
    prices = {key: values for key, values in PRICES.items() if key not in ("open", "low")}
    with pytest.raises(DataError, match=r"no column for open, low among 'time', 'high', 'close', 'volume'"):
        Candles.from_frame(library({"time": TIMES, **prices}))
    with pytest.raises(DataError, match=r"no column for timestamp among 'open'.*columns=\{'timestamp': ...\}"):
        Candles.from_frame(library(PRICES))
    with pytest.raises(DataError, match="the frame is empty"):
        Candles.from_frame(library({"time": TIMES, **PRICES})[:0])


def test_doubled_pandas_columns_are_named() -> None:
    frame = pd.DataFrame(np.ones((2, 6)), columns=["time", "open", "high", "low", "close", "close"])
    with pytest.raises(DataError, match="several columns could be close: 'close', 'close'"):
        Candles.from_frame(frame)
    with pytest.raises(DataError, match="the column 'close' exists 2 times"):
        Candles.from_frame(frame, columns={"close": "close"})


def test_a_time_in_index_and_column_is_an_error() -> None:
    frame = FRAMES["pandas index"]().assign(date=TIMES)
    with pytest.raises(DataError, match="both the index and the column 'date'"):
        Candles.from_frame(frame)


def test_names_can_be_given() -> None:
    frame = pl.DataFrame({"when": utc(), "first": PRICES["open"], "top": PRICES["high"], "bottom": PRICES["low"],
                          "last": PRICES["close"], "n": PRICES["volume"], "close": [9, 9, 9]})  # fmt: skip
    names = {"timestamp": "when", "open": "first", "high": "top", "low": "bottom", "close": "last", "volume": "n"}
    assert Candles.from_frame(frame, columns=names) == EXPECTED
    with pytest.raises(DataError, match="names 'nothing' for open, but the columns are 'when'"):
        Candles.from_frame(frame, columns=names | {"open": "nothing"})
    with pytest.raises(DataError, match="names 'nothing' for timestamp"):
        Candles.from_frame(frame, columns=names | {"timestamp": "nothing"})
    with pytest.raises(ParameterError, match="columns= takes the keys timestamp, open"):
        Candles.from_frame(frame, columns={"Open": "first"})


def test_a_spread_column_is_taken_only_when_named() -> None:
    frame = pl.DataFrame({"ts": utc(), **PRICES, "spread": [0.1, 0.2, 0.3]})
    assert Candles.from_frame(frame).spread == 0.0
    assert Candles.from_frame(frame, columns={"spread": "spread"}).spread.tolist() == [0.1, 0.2, 0.3]
    assert Candles.from_frame(frame, spread=0.5).spread == 0.5


def test_what_is_no_frame_is_an_error() -> None:
    with pytest.raises(ParameterError, match="frame must be"):
        Candles.from_frame(5)


@pytest.mark.parametrize("to", ["to_polars", "to_pandas"])
def test_frames_and_back(to: str) -> None:
    c = Candles(TIMES, *(PRICES[name] for name in PRICES), spread=[0.1, 0.2, 0.3])
    frame = getattr(c, to)()
    assert list(frame.columns) == ["timestamp", "open", "high", "low", "close", "volume", "spread"]
    assert str(frame["timestamp"].dtype) in ("Datetime(time_unit='ns', time_zone='UTC')", "datetime64[ns, UTC]")
    assert Candles.from_frame(frame, columns={"spread": "spread"}) == c


def test_repairs_happen_only_by_name_and_are_recorded() -> None:
    order = [0, 2, 1, 1]
    rows = {key: [values[i] for i in order] for key, values in {"time": TIMES, **PRICES}.items()}
    rows = {key: [*values, {"time": TIMES[2] + MINUTE, "high": -1.0}.get(key, 1.0)] for key, values in rows.items()}
    with pytest.raises(DataError, match="not valid"):
        Candles.from_frame(rows)
    c = Candles.from_frame(rows, repair=["drop_duplicates", "drop_invalid", "sort"])
    assert c == EXPECTED
    assert dict(c.repairs) == {"drop_invalid": 1, "sort": 3, "drop_duplicates": 1}
    assert EXPECTED.repairs == {}


@pytest.mark.parametrize(("repair", "volume"), [("keep_first", 5.0), ("keep_last", 9.0)])
def test_one_row_of_each_time_can_be_kept(repair: str, volume: float) -> None:
    rows = {"time": [0, 0, MINUTE], **{key: [1.0] * 3 for key in PRICES}, "volume": [5.0, 9.0, 1.0]}
    with pytest.raises(DataError, match="duplicate times with different values"):
        Candles.from_frame(rows, repair="drop_duplicates")
    c = Candles.from_frame(rows, repair=repair)
    assert (c.volume.tolist(), c.repairs) == ([volume, 1.0], {repair: 1})


def test_prices_can_be_rounded_to_the_tick() -> None:
    exact = np.array([1.16879, 1.16906])
    rows = {"time": TIMES[:2], **{key: exact.astype(np.float32) for key in ("open", "high", "low", "close")}}
    with pytest.raises(DataError, match="off the grid"):
        Candles.from_frame(rows, tick=1e-5)
    c = Candles.from_frame(rows, tick=1e-5, repair="round_to_tick")
    assert (c.close.tolist(), c.repairs) == (exact.tolist(), {"round_to_tick": 2})
    with pytest.raises(ParameterError, match="needs tick="):
        Candles.from_frame(rows, repair="round_to_tick")


def test_repairs_that_do_not_exist_or_leave_nothing() -> None:
    with pytest.raises(ParameterError, match="repair must be of drop_invalid, sort"):
        Candles.from_frame(FRAMES["polars"](), repair="mend")
    rows = {"time": [0], **{key: [-1.0] for key in PRICES}}
    with pytest.raises(DataError, match="no candles are left"):
        Candles.from_frame(rows, repair="drop_invalid")
