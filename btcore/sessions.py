"""Ends of sessions, at which positions leave (rule X3): the value, and the candles to which the ends belong."""

from __future__ import annotations

import numbers
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from btcore.candles.zones import DAY_NS, clock_ns, clock_text, zone_name, zone_table
from btcore.errors import ParameterError, StrategyError
from btcore.expr import Expr

__all__ = ["SessionEnd", "checked_session", "end_codes", "end_instants"]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True)
class SessionEnd:
    """A time of day at which positions leave (rule X3).

    Parameters
    ----------
    at : str or datetime.time
        Local time such as "16:30"; "24:00" is the midnight that ends the day. Where clocks skip it, the instant at
        which they do; where they show it twice, the first time.
    tz : str or tzinfo
        Its zone.
    weekdays : iterable of str or int, optional
        The days on which it holds, "monday" to "sunday" or 0 to 6, e.g. ``["friday"]`` before a weekend. None: all.

    Raises
    ------
    ParameterError
        If the time, the zone or a weekday is none.

    Examples
    --------
    >>> SessionEnd("16:30", tz="Europe/London", weekdays=["Friday"])
    SessionEnd(at='16:30', tz='Europe/London', weekdays=('friday',))
    """

    at: Any
    tz: Any = "UTC"
    weekdays: Any = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", clock_text(clock_ns("at", self.at, end=True)))
        object.__setattr__(self, "tz", zone_name(self.tz))
        if self.weekdays is not None:
            object.__setattr__(self, "weekdays", _weekdays(self.weekdays))


def _weekdays(given: Any) -> tuple[str, ...]:
    """Days of the week by name, in their order."""
    if isinstance(given, (str, numbers.Integral)) or not isinstance(given, Iterable):
        given = (given,)
    days = {_weekday(day) for day in given}
    if not days:
        raise ParameterError("weekdays must name a day, such as 'friday', or be None for every day")
    return tuple(name for day, name in enumerate(WEEKDAYS) if day in days)


def _weekday(day: Any) -> int:
    if isinstance(day, str) and day.lower() in WEEKDAYS:
        return WEEKDAYS.index(day.lower())
    if isinstance(day, numbers.Integral) and not isinstance(day, bool) and 0 <= int(day) <= 6:
        return int(day)
    raise ParameterError(f"weekdays are 'monday' to 'sunday', or 0 to 6, got {day!r}")


def checked_session(value: Any) -> SessionEnd | Expr | None:
    """What `session` of a strategy takes; StrategyError for anything else."""
    if value is None or isinstance(value, SessionEnd):
        return value
    if isinstance(value, Expr) and value.op == "between" and value.inputs[0].params == ("timestamp",):
        return value
    raise StrategyError(
        f"session takes SessionEnd('16:30', tz=...) or between(opens, closes, tz=...) for its end, got {value!r}"
    )


def end_codes(session: SessionEnd | Expr, timestamps: np.ndarray, duration: int) -> np.ndarray:
    """Where the ends of a session fall among candles, in order.

    An end belongs to the first candle that is not over before it (rule X3). Ends before the first open are left out.

    Parameters
    ----------
    timestamps : int64 array, shape (n,), increasing
        Open times of the candles, ns UTC.
    duration : int
        How long a candle lasts, ns.

    Returns
    -------
    int64 array
        Twice the index of the candle, plus 1 where it opens before the end.

    Examples
    --------
    >>> hours = np.arange(14, 20) * 3_600_000_000_000
    >>> end_codes(SessionEnd("16:30"), hours, 3_600_000_000_000).tolist()      # the candle from 16:00 to 17:00
    [5]
    """
    instants = end_instants(session, int(timestamps[0]), int(timestamps[-1]))
    index = np.searchsorted(timestamps, instants - duration)
    found = index < len(timestamps)
    index, instants = index[found], instants[found]
    codes = np.unique(2 * index + (timestamps[index] < instants)).astype(np.int64)
    return codes[codes > 0]


def end_instants(session: SessionEnd | Expr, first: int, last: int) -> np.ndarray:
    """The ends from `first` to `last` and some around them, ns UTC."""
    return _instants(*_parts(session), first, last)


def _parts(session: SessionEnd | Expr) -> tuple[str, int, int]:
    """Zone, ns from the local midnight of the day whose weekday counts, and a bit for each such weekday."""
    if isinstance(session, SessionEnd):
        names = WEEKDAYS if session.weekdays is None else session.weekdays
        return session.tz, clock_ns("at", session.at, end=True), sum(1 << WEEKDAYS.index(name) for name in names)
    zone, opens, closes, days = session.params
    return zone, closes if closes > opens else closes + DAY_NS, days  # after midnight it belongs to the day before


def _instants(zone: str, clock: int, days: int, first: int, last: int) -> np.ndarray:
    """The instants at which clocks of a zone show a time, around the stretch from `first` to `last`; ns UTC."""
    changes, offsets = zone_table(zone)
    local_days = np.arange(first // DAY_NS - 3, last // DAY_NS + 2)
    local_days = local_days[(days >> (local_days + EPOCH_WEEKDAY) % 7) & 1 == 1]
    local = local_days * DAY_NS + clock
    # the first stretch between changes of the clocks that lasts beyond this local time
    stretch = np.searchsorted(np.maximum.accumulate(changes[1:] + offsets[:-1]), local, side="right")
    instants: np.ndarray = np.maximum(local - offsets[stretch], changes[stretch])
    return instants
