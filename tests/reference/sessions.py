"""Rule X3: at which candles sessions end, from the clocks of a zone, day by day."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from btcore.expr import Expr
from btcore.sessions import SessionEnd

DAY = datetime.timedelta(days=1)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass
class Sessions:
    """The ends of sessions in ns UTC, and the candles' open times and duration."""

    ends: list[int]
    time: list[int]
    duration: int

    @classmethod
    def of(cls, session: Any, candles: Any) -> Sessions:
        """The ends on every day of the candles and a few around them."""
        time = candles.timestamp.tolist()
        if session is None:
            return cls([], time, 0)
        zone, days, clock = parts(session)
        first = (EPOCH + datetime.timedelta(microseconds=time[0] // 1000)).date() - 3 * DAY
        last = (EPOCH + datetime.timedelta(microseconds=time[-1] // 1000)).date() + 3 * DAY
        dates = [first + n * DAY for n in range((last - first).days + 1)]
        ends = [instant(date, clock, zone) for date in dates if NAMES[date.weekday()] in days]
        return cls(ends, time, candles.duration)

    def belongs_to(self, end: int) -> int | None:
        """The first candle that is not over before the end."""
        return next((t for t, opened in enumerate(self.time) if opened + self.duration >= end), None)

    def ends_in(self, t: int) -> bool:
        """Whether a session ends while candle ``t`` lasts, or with it."""
        return any(self.time[t] < end and self.belongs_to(end) == t for end in self.ends_near(t))

    def ended_before(self, t: int) -> bool:
        """Whether a session ended between the candle before and ``t``."""
        return any(end <= self.time[t] and self.belongs_to(end) == t for end in self.ends_near(t))

    def ends_near(self, t: int) -> list[int]:
        """The ends that candle ``t`` can have to do with."""
        first = bisect_right(self.ends, self.time[t - 1]) if t else 0
        return self.ends[first : bisect_right(self.ends, self.time[t] + self.duration)]


def parts(session: Any) -> tuple[str, tuple[str, ...], datetime.timedelta]:
    """Zone, weekdays, and the time from the midnight at which such a day begins."""
    if isinstance(session, SessionEnd):
        hours, minutes, *seconds = (int(part) for part in session.at.split(":"))
        clock = datetime.timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))
        return session.tz, session.weekdays or NAMES, clock
    assert isinstance(session, Expr)
    zone, opens, closes, days = session.params
    clock = datetime.timedelta(microseconds=closes // 1000)
    return zone, tuple(n for k, n in enumerate(NAMES) if days >> k & 1), clock + (DAY if closes <= opens else 0 * DAY)


def instant(date: datetime.date, clock: datetime.timedelta, zone: str) -> int:
    """When clocks show that time for the first time, or pass it."""
    local = datetime.datetime.combine(date, datetime.time()) + clock
    earlier = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    skipped = earlier.astimezone(datetime.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local
    if skipped:
        return skip(earlier)
    return round((earlier - EPOCH).total_seconds()) * 10**9


def skip(local: datetime.datetime) -> int:
    """The instant at which clocks jump over a local time that they never show."""
    low = round((local.replace(fold=1) - EPOCH).total_seconds())
    high = round((local - EPOCH).total_seconds())
    before = at(low - 1, local).utcoffset()
    return next(second for second in range(low - 1, high + 2) if at(second, local).utcoffset() != before) * 10**9


def at(second: int, like: datetime.datetime) -> datetime.datetime:
    """A moment on the clocks of the same zone."""
    return datetime.datetime.fromtimestamp(second, like.tzinfo)
