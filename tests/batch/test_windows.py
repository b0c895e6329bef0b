"""Windows of a walk-forward run, by hand."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

import btcore as bt
from batch.builders import hourly
from btcore.batch.windows import Lengths, Window, windows_of


def windows(candles: bt.Candles, train: Any, test: Any, *, gap: Any = 0, step: Any = None, anchored: bool = False,
            first: int = 0, end: int | None = None) -> list[Window]:  # fmt: skip
    lengths = Lengths.checked(train, test, gap, step)
    return windows_of(candles, first, len(candles) if end is None else end, lengths, anchored)


def test_windows_by_number() -> None:
    ten = hourly(list(range(10)))
    assert windows(ten, 3, 2) == [Window((0, 3), (3, 5)), Window((2, 5), (5, 7)), Window((4, 7), (7, 9))]
    assert windows(ten, 3, 2, gap=1, step=4) == [Window((0, 3), (4, 6)), Window((4, 7), (8, 10))]
    assert windows(ten, 3, 2, anchored=True, first=1, end=9) == [Window((1, 4), (4, 6)), Window((1, 6), (6, 8))]


def test_windows_by_time_hold_what_there_is() -> None:
    """Hours 0 to 3, then 9 to 13: a window keeps its times, not its number of candles.

    Tests of hours 3-4, 5-6, 7-8, 9-10 and 11-12 after training on the three hours before: two have no candle.
    """
    gappy = hourly([0, 1, 2, 3, 9, 10, 11, 12, 13])
    found = windows(gappy, "3h", "2h")
    assert found == [Window((0, 3), (3, 4)), Window((4, 4), (4, 6)), Window((4, 6), (6, 8))]
    assert windows(gappy, datetime.timedelta(hours=3), "120min") == found


def test_a_window_by_time_is_whole_when_the_last_candle_is_over() -> None:
    five = hourly([0, 1, 2, 3, 4])  # over at hour 5
    assert windows(five, "3h", "2h") == [Window((0, 3), (3, 5))]
    assert windows(five, "2h", "1h", end=4) == [Window((0, 2), (2, 3)), Window((1, 3), (3, 4))]
    with pytest.raises(bt.ParameterError, match=r"take 0\.25 days together, but there are only 0\.208333 days"):
        windows(five, "3h", "3h")


def test_test_windows_without_any_candle() -> None:
    """Hours 2 and 5 of the hours 0 and 6."""
    with pytest.raises(bt.ParameterError, match="no test window holds a candle"):
        windows(hourly([0, 6]), "2h", "1h", step="3h")
