"""Local times, sessions, days and longer candles, from their definitions, with ``zoneinfo`` and ``datetime`` alone."""

from __future__ import annotations

import datetime
import functools
import math
import re
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

Values = list[Any]
SECOND = 10**9
HOUR = 3600 * SECOND
DAY = 24 * HOUR
EPOCH = datetime.datetime(1970, 1, 1)
MISSING = -(2**63)


@functools.cache
def parsed(tz: str) -> tuple[Any, datetime.timedelta]:
    """The zone of a name like "UTC", "+05:30", "Europe/London" or "EET+7" and what is to be added."""
    if tz == "UTC":
        return datetime.UTC, datetime.timedelta()
    fixed = re.fullmatch(r"([+-])(\d\d):(\d\d)", tz)
    if fixed:
        offset = datetime.timedelta(hours=int(fixed[2]), minutes=int(fixed[3]))
        return datetime.UTC, -offset if fixed[1] == "-" else offset
    name, hours = re.fullmatch(r"(.+?)([+-]\d+)?", tz).groups()
    return ZoneInfo(name), datetime.timedelta(hours=int(hours or 0))


def local(ns: int, tz: str) -> datetime.datetime:
    """What clocks show, without nanoseconds."""
    zone, shift = parsed(tz)
    utc = (EPOCH + datetime.timedelta(microseconds=ns // 1000)).replace(tzinfo=datetime.UTC)
    return utc.astimezone(zone).replace(tzinfo=None) + shift


def time_part(times: Values, part: str, tz: str) -> Values:
    """A part of the local date or clock; NaN of a missing time."""
    parts = {
        "weekday": lambda moment: moment.weekday(),
        "day_of_year": lambda moment: moment.timetuple().tm_yday,
    }
    take = parts.get(part, lambda moment: getattr(moment, part))
    return [math.nan if t == MISSING else float(take(local(t, tz))) for t in times]


def between(times: Values, tz: str, opens: int, closes: int, weekdays: int) -> Values:
    """Whether clocks show `opens` or later and less than `closes`, on a session that opened on one of the weekdays."""
    out = []
    for t in times:
        if t == MISSING:
            out.append(False)
            continue
        now = local(t, tz)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        clock = (now - midnight) // datetime.timedelta(microseconds=1) * 1000 + t % 1000
        sessions = []
        for ago in (0, 1):
            since = clock + ago * DAY
            ends = closes if closes > opens else closes + DAY
            weekday = (now.weekday() - ago) % 7
            sessions.append(opens <= since < ends and weekdays >> weekday & 1 == 1)
        out.append(any(sessions))
    return out


@functools.cache
def day_opens(day: int, tz: str, roll: int) -> int:
    """The first instant at which clocks show `roll` of the date `day` days after 1970-01-01, or later; by looking."""
    if roll >= DAY // 2:
        day -= 1
    shown = EPOCH + datetime.timedelta(days=day, seconds=roll // SECOND)
    shift = parsed(tz)[1]
    t = (shown - shift - EPOCH - datetime.timedelta(hours=27)) // datetime.timedelta(seconds=1) * SECOND
    while local(t, tz) < shown:
        t += 60 * SECOND
    t -= 60 * SECOND
    while local(t, tz) < shown:
        t += SECOND
    return t


def session_day(t: int, tz: str, roll: int) -> int:
    """The last day that has opened at t."""
    day = (local(t, tz) - EPOCH).days
    return max(d for d in range(day - 2, day + 4) if day_opens(d, tz, roll) <= t)


def new_day(times: Values, tz: str, roll: int) -> Values:
    """Whether the session day is not that of the candle before."""
    days = [session_day(t, tz, roll) for t in times]
    return [i == 0 or days[i] != days[i - 1] for i in range(len(days))]


def bucket(t: int, length: int, tz: str, roll: int) -> tuple[int, int]:
    """When the bucket that holds t opens and when it is over."""
    if tz == "UTC" and roll == 0 and length % DAY:
        return t // length * length, t // length * length + length
    day = session_day(t, tz, roll)
    if length % DAY:
        opens = day_opens(day, tz, roll)
        start = opens + (t - opens) // length * length
        return start, min(start + length, day_opens(day + 1, tz, roll))
    count = length // DAY
    monday = 4 if count % 7 == 0 else 0
    first = (day - monday) // count * count + monday
    return day_opens(first, tz, roll), day_opens(first + count, tz, roll)


def longer(candles: Any, length: int, tz: str, roll: int) -> tuple[Any, list[int]]:
    """The longer candles, and for each candle how many of them are over at its close."""
    times = candles.timestamp.tolist()
    lasts = getattr(candles, "duration", 0)
    over = getattr(candles, "over", [t + lasts for t in times])
    held = [bucket(t, length, tz, roll) for t in times]
    rows, complete = [], []
    for i, span in enumerate(held):
        if i == 0 or span != held[i - 1]:
            members = [j for j in range(i, len(times)) if held[j] == span]
            rows.append((span, members))
        last_is_over = over[i] >= span[1]
        complete.append(len(rows) if last_is_over else len(rows) - 1)
    columns = {
        "timestamp": [span[0] for span, _ in rows],
        "open": [candles.open[members[0]] for _, members in rows],
        "high": [max(candles.high[members]) for _, members in rows],
        "low": [min(candles.low[members]) for _, members in rows],
        "close": [candles.close[members[-1]] for _, members in rows],
        "volume": [sum(candles.volume[members].tolist()) for _, members in rows],
    }
    made = {name: np.array(values) for name, values in columns.items()}
    return SimpleNamespace(**made, over=[span[1] for span, _ in rows]), complete


def held(values: Values, complete: list[int], nothing: Any) -> Values:
    """At each candle the value on the last longer candle that is over."""
    return [values[count - 1] if count else nothing for count in complete]
