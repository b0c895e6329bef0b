"""Times of any type and zone as int64 nanoseconds UTC."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from btcore.candles.columns import NS_PER_UNIT, as_nanoseconds
from btcore.candles.problems import NOT_A_TIME, SHOWN_ROWS, time_text
from btcore.errors import DataError, ParameterError

if TYPE_CHECKING:
    import polars as pl

HOUR_NS = 3_600_000_000_000
YEAR_NS = 365 * 24 * HOUR_NS
EPOCH_UNITS = ("s", "ms", "us", "ns")
TZ_REMEDY = "pass tz=, the zone of the source, e.g. tz='UTC', 'EET', 'Etc/GMT+5' (UTC-5) or 'America/New_York+7'"

_DATES = (
    (r"\d{4}-\d{1,2}-\d{1,2}", "%Y-%m-%d"),
    (r"\d{4}\.\d{1,2}\.\d{1,2}", "%Y.%m.%d"),
    (r"\d{4}/\d{1,2}/\d{1,2}", "%Y/%m/%d"),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),
    (r"\d{8}", "%Y%m%d"),
)
_CLOCKS = (
    (r"\d{1,2}:\d{2}:\d{2}\.\d+", "%H:%M:%S%.f"),
    (r"\d{1,2}:\d{2}:\d{2}", "%H:%M:%S"),
    (r"\d{1,2}:\d{2}", "%H:%M"),
    (r"\d{6}", "%H%M%S"),
)
_OFFSET = r"(?P<lead>(?:\s*GMT)?\s*)(?P<offset>Z|[+-]\d{2}:?\d{2}|[+-]\d{2})"


def utc_times(values: Any, tz: Any) -> np.ndarray:
    """Times as read-only int64 ns UTC [n]; a missing time is the smallest int64.

    Parameters
    ----------
    values : datetimes of any library, text, or integers (nanoseconds UTC)
    tz : zone of times that carry none: a name, "<name>+7" for a zone plus hours, or a tzinfo

    Raises
    ------
    DataError : no zone in the times and none given, text that is no time, local times that do not exist or exist twice.
    """
    import polars as pl

    if _is_text(values):
        text = pl.Series(values) if not isinstance(values, pl.Series) else values
        nanoseconds, aware = parse_times(text.cast(pl.String))
    else:
        nanoseconds, aware = as_nanoseconds(values), _carries_zone(values)
        if aware and _is_integer(values):
            _check_plausible(nanoseconds)
    if aware:
        return nanoseconds
    if tz is None:
        raise DataError(f"times carry no zone ({time_text(nanoseconds[0])[:-4]} is the first); {TZ_REMEDY}")
    return localised(nanoseconds, tz)


def _is_text(values: Any) -> bool:
    dtype = getattr(values, "dtype", None)
    if dtype is None and not hasattr(values, "type"):
        dtype = np.asarray(values).dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "UT":
        return True
    if str(dtype) in ("object", "O"):
        return any(isinstance(value, str) for value in values)
    return str(dtype).lower() in ("string", "str", "utf8", "category", "categorical") or str(
        getattr(values, "type", "")
    ) in ("string", "large_string", "string_view")


def _is_integer(values: Any) -> bool:
    kind = str(getattr(values, "dtype", getattr(values, "type", ""))).lower()
    return kind.startswith(("int", "uint")) or (not kind and np.asarray(values).dtype.kind in "iu")


def _carries_zone(values: Any) -> bool:
    """True for integers (ns UTC) and for datetimes with a zone."""
    if _is_integer(values):
        return True
    dtype = getattr(values, "dtype", getattr(values, "type", None))
    for attribute in ("tz", "time_zone"):
        if isinstance(getattr(dtype, attribute, None), (str, datetime.tzinfo)):
            return True
    if str(dtype) in ("object", "O", "None"):
        return any(getattr(value, "tzinfo", None) is not None for value in values)
    return False


def _check_plausible(nanoseconds: np.ndarray) -> None:
    """Whole seconds, ms or us taken as ns would lie in early 1970, a fraction of a second apart."""

    if len(nanoseconds) > 1 and nanoseconds[-1] < 10**16 and np.median(np.diff(nanoseconds[:1000])) < 10**9:
        raise DataError(
            f"integer times are nanoseconds UTC, and these lie at {time_text(nanoseconds[0])}; convert them with "
            "their unit, e.g. polars: pl.from_epoch('time', time_unit='ms')"
        )


def parse_times(text: pl.Series) -> tuple[np.ndarray, bool]:
    """Text as int64 ns [n], and whether it carries offsets (then it is UTC). The layout is that of the first row.

    Raises DataError naming rows that do not fit it.
    """
    first = next((value for value in text if value), "")
    layout, aware = time_layout(first)
    parsed = text.str.to_datetime(layout, time_unit="ns", strict=False, cache=False, exact=True)
    if parsed.null_count() and "%S" in layout and "%.f" not in layout:
        parsed = text.str.to_datetime(layout.replace("%S", "%S%.f"), time_unit="ns", strict=False, cache=False)
    if parsed.null_count():
        rows = parsed.is_null().arg_true()
        shown = ", ".join(f"row {row} is {text[row]!r}" for row in rows[:SHOWN_ROWS])
        raise DataError(f"{len(rows)} of {len(text)} times are not written like the first ({first!r}): {shown}")
    return parsed.to_physical().to_numpy(), aware


def time_layout(text: str) -> tuple[str, bool]:
    """The strptime layout of one time, and whether it has an offset; DataError where it is no known layout."""

    stripped = text.strip().strip('"')
    for date, date_layout in _DATES:
        if re.fullmatch(date, stripped):
            return date_layout, False
        for clock, clock_layout in _CLOCKS:
            match = re.fullmatch(rf"{date}(?P<gap>\s+|T){clock}(?:{_OFFSET})?", stripped)
            if match is None:
                continue
            layout = f"{date_layout}{match['gap']}{clock_layout}"
            if match["offset"] is None:
                return layout, False
            return f"{layout}{match['lead']}%#z", True
    if re.fullmatch(r"\d+(\.\d+)?", stripped):
        raise DataError(
            f"time {text!r} is a number without a unit; name it for read_candles, e.g. time_unit='ms', or convert it"
        )
    raise DataError(f"time {text!r} is not written in a known way, such as 2022-01-31 23:59:00 or 2022.01.31 23:59")


def since_epoch(times: np.ndarray, unit: str) -> np.ndarray:
    """Whole numbers of `unit` ("s", "ms", "us", "ns") since 1970 UTC as int64 ns [n].

    Raises DataError naming rows that show another unit: beyond nanoseconds, or, where a finer unit than seconds is
    given, in 1970, where times of a coarser one would lie.
    """
    factor = NS_PER_UNIT[unit]
    limit = np.iinfo(np.int64).max // factor
    wrong = (times > limit) | (times < -limit)
    if unit != "s":
        wrong |= (times >= 0) & (times < YEAR_NS // factor)
    if wrong.any():
        rows = np.flatnonzero(wrong)
        shown = ", ".join(f"row {row + 1}: {times[row]}" for row in rows[:SHOWN_ROWS])
        raise DataError(
            f"{len(rows)} of {len(times)} times are no plausible times in {unit} since 1970: {shown}; is time_unit= "
            "that of the source, in every row?"
        )
    return times * np.int64(factor)


def localised(local: np.ndarray, tz: Any) -> np.ndarray:
    """Local times (int64 ns as if they were UTC) of zone `tz` as int64 ns UTC.

    Raises DataError naming the rows whose local time the zone skips or has twice.
    """
    import polars as pl

    fixed, name, shift = zone(tz)
    if name is None:
        return local - fixed if fixed else local
    moved = pl.Series(local - shift).cast(pl.Datetime("ns"))
    result = moved.dt.replace_time_zone(name, ambiguous="null", non_existent="null")
    wrong = result.is_null().to_numpy() & (local != NOT_A_TIME)
    if wrong.any():
        rows = np.flatnonzero(wrong)
        shown = ", ".join(f"row {row}: {time_text(local[row])[:-4]}" for row in rows[:SHOWN_ROWS])
        raise DataError(
            f"{len(rows)} of {len(local)} local times do not exist in {tz}, or exist twice (clock changes): {shown}; "
            "is this the zone of the source? If so, give times with their offset"
        )
    return result.to_physical().fill_null(NOT_A_TIME).to_numpy()


def zone(tz: Any) -> tuple[int, str | None, int]:
    """`tz` as (fixed offset in ns, None, 0), or as (0, zone name, shift in ns) where the offset changes."""
    if isinstance(tz, datetime.tzinfo):
        offset = tz.utcoffset(None)
        if offset is not None:
            return round(offset.total_seconds() * 1e9), None, 0
        return zone(str(tz))
    if not isinstance(tz, str):
        raise ParameterError(f"tz must be a zone name or a tzinfo, got {tz!r}")
    if tz.upper() in ("UTC", "GMT", "Z", "ETC/UTC", "ETC/GMT"):
        return 0, None, 0
    match = re.fullmatch(r"Etc/GMT([+-]\d{1,2})", tz)
    if match:
        return -int(match[1]) * HOUR_NS, None, 0
    match = re.fullmatch(r"(?:UTC)?([+-])(\d{1,2})(?::?(\d{2}))?", tz)
    if match:
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return (1 if match[1] == "+" else -1) * minutes * (HOUR_NS // 60), None, 0
    return _named_zone(tz)


def _named_zone(tz: str) -> tuple[int, str | None, int]:
    from zoneinfo import ZoneInfo

    match = re.fullmatch(r"(.+?)([+-]\d{1,2})", tz)
    name, hours = (match[1], int(match[2])) if match else (tz, 0)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ParameterError(f"tz={tz!r} is not a known zone; {TZ_REMEDY}") from None
    return 0, name, hours * HOUR_NS
