"""Zones as the core takes them: the instants at which clocks change, found once for each zone."""

from __future__ import annotations

import datetime
import functools
import re
from typing import Any

import numpy as np

from btcore.candles.times import HOUR_NS, zone
from btcore.errors import ParameterError

SECOND_NS = 1_000_000_000
MINUTE_NS = 60 * SECOND_NS
DAY_NS = 24 * HOUR_NS
BEFORE_ALL = np.iinfo(np.int64).min
# Between these the table is exact: nearly all of what int64 nanoseconds hold, and before all clock changes but one or
# two. The shortest time between two changes that cancel out is four days (Freetown, September 1939).
FIRST, LAST = datetime.datetime(1800, 1, 1), datetime.datetime(2261, 1, 1)
EPOCH = datetime.datetime(1970, 1, 1)
STEP = 3 * 86_400

Table = tuple[np.ndarray, np.ndarray]


def zone_name(tz: Any) -> str:
    """One text for all ways to write a zone that `zone` takes: "UTC", "+02:00", "Europe/London", "EET+7".

    Raises ParameterError where it is no known zone.

    Examples
    --------
    >>> zone_name("Etc/GMT+5"), zone_name("Etc/UTC"), zone_name("America/New_York+7")
    ('-05:00', 'UTC', 'America/New_York+7')
    """
    fixed, name, shift = zone(tz)
    if name is not None:
        return f"{name}{shift // HOUR_NS:+d}" if shift else name
    if fixed % MINUTE_NS:
        raise ParameterError(f"tz must have an offset of whole minutes, got {tz!r}")
    hours, minutes = divmod(abs(fixed) // MINUTE_NS, 60)
    return f"{'-' if fixed < 0 else '+'}{hours:02d}:{minutes:02d}" if fixed else "UTC"


@functools.cache
def zone_table(name: str) -> Table:
    """(instants, offsets), int64 [k]: from each instant (ns UTC) on, clocks of the zone are ahead of UTC by the offset.

    The first instant lies before all times. `name` as `zone_name` gives it.

    Examples
    --------
    >>> [values.tolist() for values in zone_table("+02:00")]
    [[-9223372036854775808], [7200000000000]]
    """
    fixed, found, shift = zone(name)
    changes = [(0, fixed // SECOND_NS)] if found is None else list(_changes(found))
    instants = np.array([at for at, _ in changes], np.int64) * SECOND_NS
    instants[0] = BEFORE_ALL
    offsets = np.array([offset for _, offset in changes], np.int64) * SECOND_NS + shift
    for array in (instants, offsets):
        array.setflags(write=False)
    return instants, offsets


def is_fixed(name: str) -> bool:
    """Whether the clocks of a zone never change."""
    return len(zone_table(name)[0]) == 1


def _changes(name: str) -> list[tuple[int, int]]:
    """(seconds since 1970, offset in seconds) of the first stretch and of each change, by bisection."""
    from zoneinfo import ZoneInfo

    tz = ZoneInfo(name)

    def offset(at: int) -> int:
        moment = datetime.datetime.fromtimestamp(at, tz).utcoffset()
        assert moment is not None
        return moment.days * 86_400 + moment.seconds

    first, last = (round((moment - EPOCH).total_seconds()) for moment in (FIRST, LAST))
    before = offset(first)
    changes = [(first, before)]
    for end in range(first + STEP, last, STEP):
        low, after = end - STEP, offset(end)
        while before != after:  # there may be two changes
            high = end
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == before else (low, middle)
            before, low = offset(high), high
            changes.append((high, before))
    return changes


def clock_ns(name: str, text: Any, *, end: bool = False) -> int:
    """A time of day, "08:00" or "08:00:30", as ns from midnight; "24:00" too where it is an `end`.

    Raises ParameterError, which names the parameter, for anything else.

    Examples
    --------
    >>> clock_ns("roll", "17:00") // HOUR_NS
    17
    """
    if isinstance(text, datetime.time) and text.tzinfo is None:
        text = text.isoformat()
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", text) if isinstance(text, str) else None
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (99, 0, 0)
    total = hours * HOUR_NS + minutes * MINUTE_NS + seconds * SECOND_NS
    if minutes > 59 or seconds > 59 or total > DAY_NS or (total == DAY_NS and not end):
        raise ParameterError(f"{name} must be a time of day like '08:00' or '16:30', got {text!r}")
    return total


def clock_text(ns: int) -> str:
    """``clock_ns`` the other way round: "17:00", with seconds where there are some."""
    minutes, seconds = divmod(ns // SECOND_NS, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
