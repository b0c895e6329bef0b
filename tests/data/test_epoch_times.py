"""Text files whose time column holds whole numbers since 1970."""

from __future__ import annotations

from pathlib import Path

import pytest

from btcore.candles import Candles
from btcore.data import read_candles
from btcore.errors import DataError, ParameterError

EPOCH = (
    "time,open,high,low,close,volume\n"
    "1641168000000000,1.5,1.75,1.25,1.5,5\n1641168060000000,1.5,1.6,1.4,1.45,6\n1641168180000000,1.45,1.5,1.4,1.4,7\n"
)
WORDS = EPOCH.replace("1641168000000000", "2022-01-03 00:00:00")
PAIR = "date,time,open,high,low,close\n1641168000,0,1,2,1,2\n"
HISTDATA = "20220102 190000;1.5;1.75;1.25;1.5;5\n"
EXPECTED = Candles(
    [1641168000 * 10**9, 1641168060 * 10**9, 1641168180 * 10**9],
    [1.5, 1.5, 1.45], [1.75, 1.6, 1.5], [1.25, 1.4, 1.4], [1.5, 1.45, 1.4], [5, 6, 7],
)  # fmt: skip


def read(folder: Path, content: str, **options: object) -> Candles:
    """Candles of a file with this content, without the cache."""
    path = folder / "file.csv"
    path.write_text(content)
    return read_candles(path, cache=False, **options)


SAME = {
    "seconds": (EPOCH.replace("000000,", ","), {"time_unit": "s"}),
    "milliseconds": (EPOCH.replace("000,", ","), {"time_unit": "ms"}),
    "microseconds": (EPOCH, {"time_unit": "us"}),
    "quoted nanoseconds, columns in another order": (
        "open,high,low,close,volume,time\n"
        '1.5,1.75,1.25,1.5,5,"1641168000000000000"\n1.5,1.6,1.4,1.45,6,"1641168060000000000"\n\n'
        '1.45,1.5,1.4,1.4,7,"1641168180000000000"\n', {"time_unit": "ns"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_the_same_candles_in_any_unit(tmp_path: Path, name: str) -> None:
    content, options = SAME[name]
    assert read(tmp_path, content, **options) == EXPECTED


WRONG = {
    "epoch": (EPOCH, {"tz": "UTC"}, "number without a unit; .*time_unit='ms'"),
    "epoch in a finer unit": (EPOCH, {"time_unit": "ns"}, "times are no plausible times in ns since 1970: row 1"),
    "epoch in a coarser unit": (EPOCH, {"time_unit": "s"}, "3 of 3 times are no plausible times in s"),
    "epoch in two units": (
        EPOCH.replace("1641168000000000,", "1641168000000,"), {"time_unit": "us"},
        "1 of 3 times are no plausible times in us since 1970: row 1: 1641168000000; is time_unit=",
    ),
    "epoch with a fraction": (
        EPOCH.replace("1641168060000000", "1641168060.5"), {"time_unit": "us"},
        "1 of 3 rows have no whole number in time: row 2 has '1641168060.5'",
    ),
    "epoch of a time in words": (WORDS, {"time_unit": "s"}, "1 of 3 rows have no whole number in time"),
    "epoch without a number": (EPOCH.replace("1.6,", ","), {"time_unit": "us"}, "no number in high: row 2"),
    "epoch in two columns": (PAIR, {"time_unit": "s"}, "is for one column of numbers, the time is in date, time"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(tmp_path: Path, name: str) -> None:
    content, options, message = WRONG[name]
    with pytest.raises(DataError, match=f"(?s)file\\.csv: .*{message}"):
        read(tmp_path, content, **options)


def test_a_unit_is_one_of_four(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="time_unit must be one of s, ms, us, ns, got 'min'"):
        read(tmp_path, EPOCH, time_unit="min")


def test_a_time_unit_needs_a_header(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"file\.csv: time_unit= is for text files .* this is histdata"):
        read(tmp_path, HISTDATA, time_unit="s")
