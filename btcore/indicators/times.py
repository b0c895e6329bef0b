"""The time at which a candle opens: parts of its local date and clock, hours of a session, the first of a day."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np

from btcore.candles.columns import as_nanoseconds
from btcore.candles.timeframe import frame
from btcore.candles.zones import clock_ns, clock_text, zone_name
from btcore.errors import ParameterError
from btcore.expr import CONDITION, Expr, time_array, timestamp
from btcore.indicators.common import targets
from btcore.program import evaluate

__all__ = ["between", "day", "day_of_year", "hour", "minute", "month", "new_day", "weekday", "year"]


def hour(timestamps: Any = None, *, tz: Any = "UTC", out: np.ndarray | None = None) -> Any:
    """The hour of the time at which a candle opens, 0 to 23, as clocks of a zone show it.

    Parameters
    ----------
    timestamps : datetime64 or int64 nanoseconds UTC, shape (n,), optional
        Times in any order (datetime64 without a zone is UTC; datetimes of pandas, polars and Arrow too). Without them
        the result is an expression over candles.
    tz : str or tzinfo
        An IANA zone ("Europe/London"), a fixed offset ("+02:00", "Etc/GMT+5"), or a zone plus hours
        ("America/New_York+7"). Clock changes are those of the time zone data that Python has (``zoneinfo``), for times
        from 1800 to 2260.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,)
        NaN for a missing time (NaT).

    Raises
    ------
    ParameterError
        If `tz` is no known zone.
    DataError
        If `timestamps` are no times.

    Examples
    --------
    >>> hour(tz="Europe/London") < 12
    hour(tz='Europe/London') < 12.0
    >>> import numpy as np
    >>> hour(np.array(["2024-01-15T13:30", "2024-07-15T13:30"], "datetime64[m]"), tz="Europe/London").tolist()
    [13.0, 14.0]
    """
    return _part("hour", timestamps, tz, out)


def minute(timestamps: Any = None, *, tz: Any = "UTC", out: np.ndarray | None = None) -> Any:
    """The minute of the hour, 0 to 59; parameters and errors as ``hour``.

    >>> minute([90 * 60_000_000_000]).tolist()
    [30.0]
    """
    return _part("minute", timestamps, tz, out)


def weekday(timestamps: Any = None, *, tz: Any = "UTC", out: np.ndarray | None = None) -> Any:
    """The day of the week, 0 for Monday to 6 for Sunday; parameters and errors as ``hour``.

    >>> weekday([0]).tolist()  # 1970-01-01 was a Thursday
    [3.0]
    """
    return _part("weekday", timestamps, tz, out)


def day(timestamps: Any = None, *, tz: Any = "UTC", out: np.ndarray | None = None) -> Any:
    """The day of the month, 1 to 31; parameters and errors as ``hour``.

    >>> day([-1]).tolist()
    [31.0]
    """
    return _part("day", timestamps, tz, out)


def month(timestamps: Any = None, *, tz: Any = "UTC", out: np.ndarray | None = None) -> Any:
    """The month, 1 to 12; parameters and errors as ``hour``.

    >>> month([0, -1]).tolist()
    [1.0, 12.0]
    """
    return _part("month", timestamps, tz, out)


def year(timestamps: Any = None, *, tz: Any = "UTC", out: np.ndarray | None = None) -> Any:
    """The year; parameters and errors as ``hour``.

    >>> year([0, -1]).tolist()
    [1970.0, 1969.0]
    """
    return _part("year", timestamps, tz, out)


def day_of_year(timestamps: Any = None, *, tz: Any = "UTC", out: np.ndarray | None = None) -> Any:
    """The day of the year, 1 to 366; parameters and errors as ``hour``.

    >>> day_of_year([0, -1]).tolist()
    [1.0, 365.0]
    """
    return _part("day_of_year", timestamps, tz, out)


def between(*args: Any, tz: Any = "UTC", weekdays: Iterable[int] | None = None, out: np.ndarray | None = None) -> Any:
    """True where a candle opens in a session: from one time of day on and before another, as clocks of a zone show it.

    Parameters
    ----------
    args : opens and closes, or timestamps, opens and closes
        Times of day like "08:00", "16:30:30" or `datetime.time`; "24:00" is an end. A session that closes at or before
        the hour at which it opens goes on after midnight. ``between("08:00", "16:30")`` is an expression over candles;
        timestamps are as in ``hour``.
    tz : str or tzinfo
        As in ``hour``. Where clocks go back, the hour that they show twice counts both times.
    weekdays : iterable of int, optional
        Days on which sessions open, 0 for Monday; a session after midnight belongs to the day on which it opened.
        None: all.
    out : array of bool, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or array of bool, shape (n,)
        False for a missing time (NaT).

    Raises
    ------
    ParameterError
        If a time of day, a weekday or the zone is none, or both times of day are the same.

    Examples
    --------
    >>> between("08:00", "16:30", tz="Europe/London")
    between('08:00', '16:30', tz='Europe/London')
    >>> import numpy as np
    >>> times = np.array(["2024-07-15T06:59", "2024-07-15T07:00", "2024-07-15T15:30"], "datetime64[m]")
    >>> between(times, "08:00", "16:30", tz="Europe/London").tolist()
    [False, True, False]
    """
    if len(args) not in (2, 3):
        raise ParameterError(f"between takes opens and closes, or timestamps, opens and closes; got {len(args)}")
    opens, closes = clock_ns("opens", args[-2]), clock_ns("closes", args[-1], end=True)
    if opens == closes:
        raise ParameterError(f"opens and closes must differ, both are {clock_text(opens)!r}")
    days = _weekdays(weekdays)
    zone = zone_name(tz)
    shown = f"{clock_text(opens)!r}, {clock_text(closes)!r}{_shown(zone)}"
    if weekdays is not None:
        shown += f", weekdays={[k for k in range(7) if days >> k & 1]}"
    params = zone, opens, closes, days
    return _made(Expr("between", (_times(*args[:-2]),), params, kind=CONDITION, label=f"between({shown})"), out)


def new_day(timestamps: Any = None, *, tz: Any = "UTC", roll: Any = "00:00", out: np.ndarray | None = None) -> Any:
    """True on the first candle of each day that opens at `roll` in a zone: where sums and means of a day start anew.

    Parameters
    ----------
    timestamps : as in ``hour``, but increasing
    tz : str or tzinfo
        As in ``hour``.
    roll : str or datetime.time
        Local time at which a day opens, e.g. "17:00" in New York for foreign exchange. Where clocks skip it, the day
        opens at that instant; where they show it twice, the first time.
    out : array of bool, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or array of bool, shape (n,)
        True on the first candle of all.

    Raises
    ------
    ParameterError
        If `roll` is no time of day or `tz` no known zone.

    Examples
    --------
    >>> new_day(tz="America/New_York", roll="17:00")
    new_day(tz='America/New_York', roll='17:00')
    >>> import numpy as np
    >>> times = np.array(["2024-01-15T21:59", "2024-01-15T22:00", "2024-01-15T22:01"], "datetime64[m]")
    >>> new_day(times, tz="America/New_York", roll="17:00").tolist()
    [True, True, False]
    """
    days = frame("1d", tz, roll)
    label = f"new_day({days.shown.removeprefix(', ')})"
    return _made(Expr("new_day", (_times(timestamps),), (days.zone, days.roll), kind=CONDITION, label=label), out)


def _part(name: str, timestamps: Any, tz: Any, out: Any) -> Any:
    zone = zone_name(tz)
    label = f"{name}({_shown(zone).removeprefix(', ')})"
    return _made(Expr("time_part", (_times(timestamps),), (name, zone), label=label), out)


def _shown(zone: str) -> str:
    return "" if zone == "UTC" else f", tz={zone!r}"


def _times(timestamps: Any = None) -> Expr:
    if timestamps is None:
        return timestamp
    if isinstance(timestamps, (str, Expr)):
        raise ParameterError(f"timestamps must be an array of times, got {timestamps!r}; name the zone with tz=")
    return time_array(as_nanoseconds(timestamps))


def _made(expr: Expr, out: Any) -> Any:
    """The expression over candles, or its values over an array of times."""
    times = expr.inputs[0].data
    if times is not None:
        return evaluate(expr, out=None if out is None else targets(out, expr, [times]))[0]
    if out is not None:
        raise ParameterError("out= needs arrays: an expression has no values yet")
    return expr


def _weekdays(days: Iterable[int] | None) -> int:
    """Days as bits, bit 0 for Monday."""
    if days is None:
        return 0b1111111
    listed: list[Any] = [days]
    if not isinstance(days, str):
        with contextlib.suppress(TypeError):  # one day, or nothing of the kind
            listed = list(days)
    if not listed or any(not isinstance(k, Real) or isinstance(k, bool) or k not in range(7) for k in listed):
        raise ParameterError(f"weekdays must be whole numbers from 0 (Monday) to 6 (Sunday), got {days!r}")
    bits = 0
    for k in listed:
        bits |= 1 << int(k)
    return bits
