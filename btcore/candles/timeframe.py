"""Timeframes: how time is cut into the buckets of longer candles."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np

from btcore._core import times as core
from btcore.candles.times import HOUR_NS
from btcore.candles.zones import DAY_NS, SECOND_NS, Table, clock_ns, clock_text, is_fixed, zone_name, zone_table
from btcore.errors import ParameterError

WEEK_NS = 7 * DAY_NS
# 1970-01-01 was a Thursday; weeks start on Monday.
MONDAY = 4
UNITS = {
    "s": SECOND_NS, "m": 60 * SECOND_NS, "min": 60 * SECOND_NS, "h": HOUR_NS, "d": DAY_NS, "w": WEEK_NS,
}  # fmt: skip


def timeframe_ns(timeframe: Any) -> int:
    """Length in ns of a timeframe such as "30s", "5min" ("5m"), "1h", "1d", "1w".

    Raises ParameterError for anything else.

    Examples
    --------
    >>> timeframe_ns("5min")
    300000000000
    """
    match = re.fullmatch(r"(\d*)([a-z]+)", timeframe.strip().lower()) if isinstance(timeframe, str) else None
    count = int(match[1] or 1) if match else 0
    if match is None or count == 0 or match[2] not in UNITS:
        raise ParameterError(f"timeframe must be like '30s', '5min', '1h', '4h', '1d' or '1w', got {timeframe!r}")
    return count * UNITS[match[2]]


class Frame(NamedTuple):
    """Buckets of `length` ns in a zone; made by `frame`.

    A session day opens when clocks of `zone` first show `roll`. It belongs to the date on which most of it lies: with a
    roll at noon or later a day opens on the evening before its date. Whole days and weeks (from Monday) are made of
    session days, shorter buckets count from the opening of theirs. In a zone without clock changes this is the same as
    counting from 1970, which also allows lengths that do not divide a day.
    """

    length: int
    zone: str
    roll: int

    @property
    def table(self) -> Table:
        """The clock changes of the zone; without any where the core need not know them."""
        return zone_table("UTC" if self.even else self.zone)

    @property
    def even(self) -> bool:
        """Whether every bucket has the same length."""
        return is_fixed(self.zone)

    @property
    def rule(self) -> tuple[int, int, int, int, int, bool]:
        """Numbers of the core's ``Rule``."""
        roll = self.roll - DAY_NS if self.roll >= DAY_NS // 2 else self.roll
        anchor = MONDAY if self.length % WEEK_NS == 0 else 0
        days = self.length // DAY_NS if self.length % DAY_NS == 0 else 0
        phase = anchor * DAY_NS + roll - int(zone_table(self.zone)[1][0]) if self.even else 0
        return self.length, phase, days, anchor, roll, self.even

    @property
    def shown(self) -> str:
        """The arguments beside the timeframe that are not the usual ones, as they would be written."""
        zone = "" if self.zone == "UTC" else f", tz={self.zone!r}"
        return zone + (f", roll={clock_text(self.roll)!r}" if self.roll else "")

    def starts(self, timestamp: np.ndarray) -> np.ndarray:
        """int64 [n]: the open time (ns UTC) of the bucket that each timestamp lies in; timestamps increase."""
        starts: np.ndarray = core.bucket_starts(timestamp, self.table, self.rule)
        return starts

    @property
    def text(self) -> str:
        """The timeframe as it would be written: "5min", "4h"."""
        unit = next(name for name in ("w", "d", "h", "min", "s") if self.length % UNITS[name] == 0)
        return f"{self.length // UNITS[unit]}{unit}"

    def check_duration(self, duration: int, timestamp: np.ndarray | None = None) -> None:
        """Raise ParameterError where candles that last `duration` ns (0: not known) cannot fill the buckets."""
        if duration > self.length:
            raise ParameterError(
                f"timeframe {self.text!r} is shorter than the candles, which last {duration / SECOND_NS:g} seconds; if "
                "they are shorter and many are missing, declare period= of the candles"
            )
        self.check_period(duration, timestamp)

    def check_period(self, period: int, timestamp: np.ndarray | None = None) -> None:
        """Raise ParameterError where the buckets are no multiple of `period` ns (0: not known) or of the step found."""
        if period == 0 or self.length % period == 0:
            return
        if timestamp is not None and len(timestamp) > 1:
            # Where many candles are missing, the step that was found is longer than the period.
            period = int(np.gcd.reduce(np.diff(timestamp)))
        if self.length % period:
            raise ParameterError(
                f"timeframe {self.text!r} is not a multiple of the candles' period ({period / SECOND_NS:g} seconds)"
            )


def frame(timeframe: Any, tz: Any = "UTC", roll: Any = "00:00") -> Frame:
    """The buckets of a timeframe, a zone and the local time at which its days open.

    Raises
    ------
    ParameterError
        For what is no timeframe, zone or time of day; for a length that neither divides a day nor is one or several,
        where `tz` or `roll` is not the usual.
    """
    length, zone, opens = timeframe_ns(timeframe), zone_name(tz), clock_ns("roll", roll)
    if (zone != "UTC" or opens) and DAY_NS % length and length % DAY_NS:
        raise ParameterError(
            f"timeframe {timeframe!r} neither divides a day nor is a number of days, so tz= and roll= have no meaning"
        )
    return Frame(length, zone, opens)
