"""What the time of a candle brings, for candles that come one at a time: nights, ends of sessions, rates."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np

from btcore.candles.problems import time_text
from btcore.candles.zones import DAY_NS
from btcore.costs import Conversion, Financing
from btcore.errors import DataError
from btcore.expr import Expr
from btcore.sessions import SessionEnd, end_instants

__all__ = ["Moment", "Moments"]

Moment = tuple[float, int, bool, bool]  # rate, nights, an end at the open or before it, an end after it
AHEAD = 30 * DAY_NS  # how much is worked out at once
LAST = 2**63 - 10 * DAY_NS  # beyond it, in 2262, nothing is worked out: days around it are no int64


class _Ahead:
    """Instants that are known as a function of time, worked out a month at a time; each with a whole number."""

    def __init__(self, found: Callable[[int, int], tuple[np.ndarray, np.ndarray]]) -> None:
        self._found = found
        self._first, self._last = 0, -1
        self._instants: list[int] = []
        self._numbers: list[int] = []

    def between(self, after: int, until: int) -> list[tuple[int, int]]:
        """(instant, number) of those after `after` up to `until`, in order."""
        until = min(until, LAST)
        if until <= after:
            return []
        if after < self._first or until > self._last:
            self._first, self._last = after, min(until + AHEAD, LAST)
            instants, numbers = self._found(self._first, self._last)
            self._instants, self._numbers = instants.tolist(), numbers.tolist()
        first, stop = bisect_right(self._instants, after), bisect_right(self._instants, until)
        if first == stop:
            return []
        return list(islice(zip(self._instants, self._numbers, strict=True), first, stop))


class Moments:
    """Nights, ends and rates of candles that come one at a time.

    Parameters
    ----------
    financing : Financing or None
    session : SessionEnd, Expr or None
        Of the strategy.
    duration : int
        How long a candle lasts in ns, needed for ends of sessions.
    conversion : Conversion or None
        Where rates come from; None: from those who call.
    """

    def __init__(
        self,
        financing: Financing | None,
        session: SessionEnd | Expr | None,
        duration: int,
        conversion: Conversion | None,
    ) -> None:
        self._rolls = None if financing is None else _Ahead(financing.rolls_between)
        self._ends = None if session is None else _Ahead(lambda first, last: _ends(session, first, last))
        self._duration = duration
        self._conversion = conversion

    def of(self, before: int | None, time: int, rate: float) -> Moment:
        """What the candle that opens at `time` brings; the one before it opened at `before`, None: it is the first.

        Raises
        ------
        DataError
            If the pair of the conversion has no price at that time.
        """
        nights, ended, ends = 0, False, False
        if self._rolls is not None and before is not None:
            nights = sum(number for _, number in self._rolls.between(before, time))
        if self._ends is not None:
            after = time if before is None else before + self._duration
            found = self._ends.between(after, time + self._duration)
            ended = bool(found) and found[0][0] <= time
            ends = bool(found) and found[-1][0] > time
        return self._rate(time, rate), nights, ended, ends

    def _rate(self, time: int, rate: float) -> float:
        if self._conversion is None:
            return rate
        found = float(self._conversion.rates(np.array([time]))[0])
        if math.isnan(found):
            raise DataError(f"Costs(conversion=...): no price of the pair is known at {time_text(time)}")
        return found


def _ends(session: Any, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    instants = np.unique(end_instants(session, first, last))
    return instants, np.ones(len(instants), dtype=np.int64)
