"""Each format, each compression, and the message for each thing that can be wrong with a file."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from btcore.candles import Candles
from btcore.data import READERS, read_candles
from btcore.errors import DataError, ParameterError

HEADER = "timestamp,open,high,low,close,volume\n"
ROWS = (
    "2022-01-03 00:00:00+00:00,1.5,1.75,1.25,1.5,5\n"
    "2022-01-03 00:01:00+00:00,1.5,1.6,1.4,1.45,6\n"
    "2022-01-03 00:03:00+00:00,1.45,1.5,1.4,1.4,7\n"
)
LINES = ROWS.splitlines(keepends=True)
NAIVE = (HEADER + ROWS).replace("+00:00", "")
TIMES = np.array(["2022-01-03T00:00", "2022-01-03T00:01", "2022-01-03T00:03"], "datetime64[ns]")
EXPECTED = Candles(TIMES, [1.5, 1.5, 1.45], [1.75, 1.6, 1.5], [1.25, 1.4, 1.4], [1.5, 1.45, 1.4], [5, 6, 7])
HISTDATA = (
    "20220102 190000;1.5;1.75;1.25;1.5;5\n20220102 190100;1.5;1.6;1.4;1.45;6\n20220102 190300;1.45;1.5;1.4;1.4;7\n"
)
MT5 = (
    "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\r\n"
    "2022.01.03\t02:00:00\t1.5\t1.75\t1.25\t1.5\t5\t0\t3\r\n"
    "2022.01.03\t02:01:00\t1.5\t1.6\t1.4\t1.45\t6\t0\t0\r\n"
    "2022.01.03\t02:03:00\t1.45\t1.5\t1.4\t1.4\t7\t0\t12\r\n"
)
MT5_LOWER = MT5.replace(MT5.splitlines()[0], "date\ttime\topen\thigh\tlow\tclose\ttickvolume\tvolume\tspread")


def read(folder: Path, content: str | bytes, name: str = "file.csv", **options: object) -> Candles:
    """Candles of a file with this content, without the cache."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_candles(path, cache=False, **options)


SAME = {
    "comma": (HEADER + ROWS, {}),
    "without last line end": (HEADER + ROWS.rstrip(), {}),
    "CRLF": ((HEADER + ROWS).replace("\n", "\r\n"), {}),
    "blank lines": (HEADER + ROWS.replace("2022-01-03 00:01", "\n\n2022-01-03 00:01") + "\n\n", {}),
    "byte order mark": (b"\xef\xbb\xbf" + (HEADER + ROWS).encode(), {}),
    "UTF-16": ((HEADER + ROWS).encode("utf-16"), {}),
    "semicolon": ((HEADER + ROWS).replace(",", ";"), {}),
    "bar": ((HEADER + ROWS).replace(",", "|"), {}),
    "quoted fields": ('"' + (HEADER + ROWS).replace(",", '","').replace("\n", '"\n"')[:-1], {}),
    "quoted rows": ("\r\n".join(f'"{row}"' for row in NAIVE.replace(",", "\t").splitlines()), {"tz": "UTC"}),
    "naive": (NAIVE, {"tz": "UTC"}),
    "T and Z": ((HEADER + ROWS).replace("03 00", "03T00").replace("+00:00", "Z"), {}),
    "fractions": (NAIVE.replace(":00,", ":00.000,"), {"tz": "UTC"}),
    "fractions in some rows": (NAIVE.replace("01:00,", "01:00.000,"), {"tz": "UTC"}),
    "other offset": ((HEADER + ROWS).replace("03 00", "03 09").replace("+00:00", "+09:00"), {}),
    "Dukascopy": (
        HEADER.replace("timestamp", "Local time")
        + ROWS.replace("2022-01-03 00", "03.01.2022 09").replace(":00+00:00", ":00.000 GMT+0900"),
        {},
    ),
    "capitals and extra columns": (
        HEADER.upper().replace("\n", ",turnover,note\n") + ROWS.replace("\n", ",1,x y\n"), {},
    ),
    "given names": (
        (HEADER + ROWS).replace("timestamp", "when").replace("close", "last"),
        {"columns": {"timestamp": "when", "close": "last"}},
    ),
    "HistData": (HISTDATA, {}),
    "HistData in another zone": (HISTDATA, {"tz": "-05:00"}),
    "MT5 without spread": (MT5, {"tz": "EET", "spread": 0.0}),
    "lower-case MT5 without spread": (MT5_LOWER, {"tz": "+2", "spread": 0.0}),
    "pair of date and time": (
        "date,time,open,high,low,close,volume\n"
        + ROWS.replace(" ", ",").replace("+00:00", ""), {"tz": "UTC"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_the_same_candles_in_any_writing(tmp_path: Path, name: str) -> None:
    content, options = SAME[name]
    assert read(tmp_path, content, **options) == EXPECTED


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("name", ["ts", "Date"])
def test_parquet(tmp_path: Path, unit: str, name: str) -> None:
    frame = EXPECTED.to_polars().rename({"timestamp": name}).with_columns(pl.col(name).dt.cast_time_unit(unit), extra=1)
    frame.write_parquet(tmp_path / "x.pq")
    assert read_candles(tmp_path / "x.pq", cache=False) == EXPECTED
    frame.with_columns(pl.col(name).dt.replace_time_zone(None)).write_parquet(tmp_path / "naive.pq")
    assert read_candles(tmp_path / "naive.pq", tz="UTC", cache=False) == EXPECTED
    with pytest.raises(DataError, match=r"naive.pq: times carry no zone .*pass tz="):
        read_candles(tmp_path / "naive.pq", cache=False)
    with pytest.raises(DataError, match=r"none.pq: no column for close"):
        frame.drop("close").write_parquet(tmp_path / "none.pq")
        read_candles(tmp_path / "none.pq", cache=False)


def test_a_panic_of_polars_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Damaged pages of Parquet make its Rust code panic, which is no ``Exception``."""

    def panic(path: Path) -> None:
        raise pl.exceptions.PanicException("offset + length <= self.length")

    EXPECTED.to_polars().write_parquet(tmp_path / "x.pq")
    monkeypatch.setattr(pl, "scan_parquet", panic)
    with pytest.raises(DataError, match=r"x\.pq is damaged or cut off \(offset"):
        read_candles(tmp_path / "x.pq", cache=False)


@pytest.mark.parametrize("content", [MT5, MT5_LOWER])
def test_mt5_spreads_are_points(tmp_path: Path, content: str) -> None:
    c = read(tmp_path, content, tz="EET")
    assert c.timestamp.tolist() == EXPECTED.timestamp.tolist()
    assert (c.tick, c.spread.tolist(), c.volume.tolist()) == (0.01, [0.03, 0.0, 0.12], [5.0, 6.0, 7.0])
    assert read(tmp_path, content, tz="EET", tick=0.001).spread.tolist() == [0.003, 0.0, 0.012]


def test_mt5_daily_bars_have_no_time(tmp_path: Path) -> None:
    content = "<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n2022.01.03\t1\t2\t1\t2\t5\t0\t3\n"
    assert read(tmp_path, content, tz="UTC").timestamp[0] == TIMES[0].astype(np.int64)


def test_ask_file_and_ask_candles(tmp_path: Path) -> None:
    ask_path = tmp_path / "ask.csv"
    ask_path.write_text(HEADER + ROWS.replace(",1.", ",2."))
    c = read(tmp_path, HEADER + ROWS, ask=ask_path, timeframe="2min")
    assert (c.quote, c.ask.quote, c.ask.open.tolist()) == ("bid", "ask", [2.5, 2.45])
    ask = read_candles(ask_path, cache=False, quote="ask")
    assert read(tmp_path, HEADER + ROWS, ask=ask).ask == ask
    ask_path.write_text(HEADER + ROWS[: len(ROWS) // 2 + 1].rsplit("\n", 1)[0])
    with pytest.raises(DataError, match=r"file\.csv: ask has other timestamps: 2 of 3 candles have no ask candle"):
        read(tmp_path, HEADER + ROWS, ask=ask_path)


def compressed(folder: Path, how: str) -> Path:
    """The expected candles in a compressed file."""
    content, path = (HEADER + ROWS).encode(), folder / f"x.{how}"
    if how == "gz":
        path.write_bytes(gzip.compress(content))
    elif how == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("x.csv", content)
            archive.writestr("gaps.txt", b"a report")
    else:
        pa = pytest.importorskip("pyarrow")
        path.write_bytes(pa.Codec("zstd").compress(content, asbytes=True))
    return path


@pytest.mark.parametrize("how", ["gz", "zip", "zst"])
def test_compressed_files(tmp_path: Path, how: str) -> None:
    path = compressed(tmp_path, how)
    assert read_candles(path, cache=False) == EXPECTED
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DataError, match="cut off or damaged"):
        read_candles(path, cache=False)


def test_a_zip_of_several_files_is_an_error(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.csv", HEADER)
        archive.writestr("b.csv", HEADER)
    with pytest.raises(DataError, match=r"must hold one data file, it holds a\.csv, b\.csv"):
        read_candles(tmp_path / "x.zip", cache=False)


WRONG = {
    "empty": ("", {}, "file.csv is empty"),
    "blank lines alone": (" \n\r\n\n", {}, "file.csv has blank lines where a header or candles are expected"),
    "a byte order mark alone": (b"\xef\xbb\xbf", {}, "file.csv has blank lines"),
    "bytes that are no text": (
        (HEADER + ROWS).encode().replace(b"1.6,1.4", b"\xff\xfe\x80"), {}, "cannot be parsed: .*utf-?8",
    ),
    "header only": (HEADER, {}, "holds a header but no rows"),
    "cut in a row": (
        (HEADER + ROWS)[:-12], {},
        "1 of 3 rows do not have the 6 fields .*row 3 has 3.*is the file cut off",
    ),
    "cut in a time": (HEADER + ROWS[:62], {}, "row 2 has 1: '2022-01-03 00:01'; is the file cut off"),
    "missing value": (
        (HEADER + ROWS).replace("1.6,", ","), {},
        "1 of 3 rows have no number in high: row 2 has nothing",
    ),
    "word": ((HEADER + ROWS).replace("1.6,", "high,"), {}, "no number in high: row 2 has 'high'"),
    "quoted thousands": (
        HEADER + ROWS.replace("1.6,", '"1,600.5",'), {},
        "row 2 has '1,600.5'; write numbers without thousands",
    ),
    "thousands": (HEADER + ROWS.replace("1.6,", "1,600.5,"), {}, "row 2 has 7: .*are there thousands separators"),
    "decimal comma": (HISTDATA.replace("1.6", "1,6"), {}, "row 2 has '1,6'; write numbers .*with a decimal point"),
    "no time": (
        (HEADER + ROWS).replace("2022-01-03 00:01:00", "soon"), {},
        "1 of 3 times are not written like .*row 1 is 'soon",
    ),
    "strange time": (
        (HEADER + ROWS).replace("2022", "xx"), {},
        "file.csv: time 'xx-01.* is not written in a known way",
    ),
    "given time that is no column": (
        HEADER + ROWS, {"columns": {"timestamp": "foo"}},
        "columns= names 'foo' for timestamp, but the columns are 'timestamp', 'open', .*'volume'",
    ),
    "given price that is no column": (HEADER + ROWS, {"columns": {"close": "last"}}, "columns= names 'last' for close"),
    "naive": (NAIVE, {}, "file.csv: times carry no zone; pass tz="),
    "MT5 naive": (MT5, {}, "file.csv: times carry no zone; pass tz="),
    "missing column": (
        (HEADER + ROWS).replace("close", "clo"), {},
        "file.csv: no column for close among 'timestamp'",
    ),
    "doubled column": (
        (HEADER + ROWS).replace("volume", "close"), {},
        "several columns could be close: 'close', 'close'",
    ),
    "no time column": ((HEADER + ROWS).replace("timestamp", "when"), {}, "no column for the time among when, open"),
    "unknown": ("a,b\n1,2\n", {}, "the format is not known from its first line 'a,b'; formats are parquet, histdata"),
    "binary": (bytes(range(256)), {}, "neither text nor Parquet"),
    "cut Parquet": (b"PAR1" + bytes(100), {}, "damaged or cut off"),
    "Parquet as text": (b"PAR1" + bytes(100), {"format": "csv"}, "is a Parquet file, not text"),
    "duplicates": (HEADER + LINES[0] + ROWS, {}, "1 duplicate rows: candle 1 .*drop_duplicates"),
    "disorder": (HEADER + LINES[1] + LINES[0] + LINES[2], {}, "1 out of order: candle 1 .*repair='sort'"),
    "off the grid": (HEADER + ROWS, {"tick": 0.1}, "3 of 3 candles have prices off the grid of tick=0.1"),
    "high below low": (
        (HEADER + ROWS).replace("1.6,1.4", "1.3,1.4"), {},
        "1 high below low: candle 1 .*high is 1.3, low is 1.4",
    ),
    "NaN": ((HEADER + ROWS).replace("1.6,", "NaN,"), {}, "1 high not finite: candle 1 .*high is NaN"),
    "clock change": (
        NAIVE.replace("2022-01-03 00:00", "2021-03-28 02:30"), {"tz": "Europe/Berlin"},
        "1 of 3 local times do not exist",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(tmp_path: Path, name: str) -> None:
    content, options, message = WRONG[name]
    with pytest.raises(DataError, match=f"(?s){message}") as caught:
        read(tmp_path, content, **options)
    assert "file.csv" in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "excel"}, "format must be one of parquet, histdata, mt5, csv, fxcm, got 'excel'"),
        ({"quote": "last"}, "quote must be one of"),
        ({"timeframe": "soon"}, "timeframe must be like"),
        ({"repair": "mend"}, "repair must be of"),
        ({"tick": -1}, "tick must be"),
        ({"columns": {"when": "timestamp"}}, "columns= takes the keys timestamp, open, .*; got 'when'"),
        ({"columns": {"time": "timestamp"}}, "'timestamp' .date and time in one column.*; got 'time'"),
        ({"columns": {"date": "timestamp", "timestamp": "x"}}, "got 'timestamp' and 'date'"),
        ({"tz": "Mars"}, "tz='Mars' is not a known zone"),
    ],
)
def test_bad_arguments_are_named(tmp_path: Path, options: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        read(tmp_path, NAIVE, **options)


def test_given_names_in_parquet(tmp_path: Path) -> None:
    EXPECTED.to_polars().rename({"timestamp": "when"}).write_parquet(tmp_path / "x.pq")
    assert read_candles(tmp_path / "x.pq", columns={"timestamp": "when"}, cache=False) == EXPECTED
    with pytest.raises(DataError, match=r"x\.pq: columns= names 'foo' for timestamp, but the columns are 'when'"):
        read_candles(tmp_path / "x.pq", columns={"timestamp": "foo"}, cache=False)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nothing.csv cannot be read: No such file"):
        read_candles(tmp_path / "nothing.csv")
    (tmp_path / "x.csv").write_text(HEADER + ROWS)
    with pytest.raises(DataError, match=r"nothing.csv cannot be read: No such file"):
        read_candles(tmp_path / "x.csv", ask=tmp_path / "nothing.csv")


def test_options_reach_the_candles(tmp_path: Path) -> None:
    c = read(tmp_path, HEADER + ROWS, symbol="X", tick=0.01, quote="mid", spread=0.02, timeframe="1h")
    assert (len(c), c.symbol, c.tick, c.tick_inferred, c.quote, c.spread) == (1, "X", 0.01, False, "mid", 0.02)


def test_repairs_are_recorded(tmp_path: Path) -> None:
    content = HEADER + LINES[1] + LINES[0] + LINES[0] + LINES[2]
    c = read(tmp_path, content, repair=["sort", "drop_duplicates"])
    assert c == EXPECTED
    assert c.repairs == {"sort": 3, "drop_duplicates": 1}


def test_formats_can_be_named(tmp_path: Path) -> None:
    assert read(tmp_path, HISTDATA, format="histdata") == EXPECTED
    assert read(tmp_path, HEADER + ROWS, format="fxcm") == read(tmp_path, HEADER + ROWS, format="csv") == EXPECTED
    with pytest.raises(DataError, match="rows do not have the 6 fields"):
        read(tmp_path, HEADER + ROWS, format="histdata")


def test_readers_are_a_plain_list_of_modules() -> None:
    for reader in READERS:
        assert reader.NAMES
        assert callable(reader.matches)
        assert callable(reader.read)
    names = [name for reader in READERS for name in reader.NAMES]
    assert len(set(names)) == len(names)
