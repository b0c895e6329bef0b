"""How a history is cut into windows to train on and windows to test on."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np

from btcore.candles import Candles
from btcore.candles.timeframe import timeframe_ns
from btcore.errors import ParameterError

__all__ = ["Lengths", "Window", "windows_of"]

MOST_WINDOWS = 100_000
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Window:
    """Indices of the candles [first, end) of a training window and of the test window after it."""

    train: Span
    test: Span


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths of windows: all numbers of candles, or all nanoseconds (`by_time`); `gap` 0 is either.

    Parameters
    ----------
    train, test, gap, step : int
    by_time : bool
    """

    train: int
    test: int
    gap: int
    step: int
    by_time: bool

    @classmethod
    def checked(cls, train: Any, test: Any, gap: Any, step: Any) -> Lengths:
        """From numbers of candles or durations ("180d", "26w", "6h", timedelta); `step` None is `test`.

        Raises
        ------
        ParameterError
            If one is neither, they are not of one kind, or test windows would overlap.
        """
        given = {"train": train, "test": test, "gap": gap, "step": test if step is None else step}
        found = {name: _length(name, value) for name, value in given.items()}
        kinds = {by_time for name, (length, by_time) in found.items() if length or name != "gap"}
        if len(kinds) > 1:
            raise ParameterError(f"train, test, gap and step are all numbers of candles or all durations, got {given}")
        lengths = cls(**{name: length for name, (length, _) in found.items()}, by_time=kinds.pop())
        if lengths.step < lengths.test:
            raise ParameterError(f"step={step!r} is shorter than test={test!r}: test windows would overlap")
        return lengths


def _length(name: str, value: Any) -> tuple[int, bool]:
    """(length, whether it is a time)."""
    least = 0 if name == "gap" else 1
    if isinstance(value, int) and not isinstance(value, bool) and value >= least:
        return value, False
    if isinstance(value, datetime.timedelta) and value >= datetime.timedelta(microseconds=least):
        return int(np.timedelta64(value, "ns").astype(np.int64)), True
    if isinstance(value, str):
        try:
            return timeframe_ns(value), True
        except ParameterError:
            pass
    raise ParameterError(f"{name} is a number of candles >= {least} or a duration like '180d', '6h', got {value!r}")


def windows_of(candles: Candles, first: int, end: int, lengths: Lengths, anchored: bool) -> list[Window]:
    """The windows in [first, end), oldest first: as many as fit whole; those without a candle to test on left out.

    By numbers, window k trains on ``train`` candles from ``first + k * step`` (anchored: from `first`, and so on more
    each time) and tests on the ``test`` candles that begin ``gap`` after them. By time it is the same with open times,
    counted from that of candle `first`; what fits is what is over when the last candle is.

    Raises
    ------
    ParameterError
        If not one fits, or more than `MOST_WINDOWS`.
    """
    position = candles.timestamp[first:end] if lengths.by_time else np.arange(first, end)
    limit = _after(candles, end) if lengths.by_time else end
    begins, whole = int(position[0]), lengths.train + lengths.gap + lengths.test
    count = (limit - begins - whole) // lengths.step + 1
    if count < 1:
        raise ParameterError(
            f"train, gap and test take {_shown(whole, lengths)} together, but there are only "
            f"{_shown(limit - begins, lengths)}: shorten them, or give more candles"
        )
    if count > MOST_WINDOWS:
        raise ParameterError(f"step makes {count:,} windows, at most {MOST_WINDOWS:,} are taken: lengthen it")
    starts = begins + np.arange(count) * lengths.step
    trained = starts + lengths.train
    tested = trained + lengths.gap
    edges = [np.full(count, begins) if anchored else starts, trained, tested, tested + lengths.test]
    rows = np.array([first + np.searchsorted(position, edge) for edge in edges]).T.tolist()
    windows = [Window((a, b), (c, d)) for a, b, c, d in rows if c < d]
    if not windows:
        raise ParameterError("no test window holds a candle: lengthen test")
    return windows


def _after(candles: Candles, end: int) -> int:
    """When the candle before `end` is over, or the one at `end` begins, in ns."""
    return int(candles.timestamp[end]) if end < len(candles) else int(candles.timestamp[-1]) + candles.duration


def _shown(length: int, lengths: Lengths) -> str:
    if not lengths.by_time:
        return f"{length:,} candles"
    return f"{length / (24 * 3600 * 1e9):,.6g} days"
