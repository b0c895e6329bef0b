"""Frames of pandas, polars and Arrow, and mappings, as columns of candles; and candles as frames."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from btcore.candles.columns import Columns, make_columns
from btcore.errors import DataError, ParameterError

if TYPE_CHECKING:
    import pandas
    import polars

    from btcore.candles.container import Candles

# Usual names, lower case with words joined by "_"; of several volumes in one frame the first listed here counts.
NAMES: Mapping[str, tuple[str, ...]] = {
    "timestamp": (
        "timestamp",
        "time",
        "ts",
        "date",
        "datetime",
        "open_time",
        "opentime",
        "date_time",
        "gmt_time",
        "local_time",
    ),
    "open": ("open", "o"),
    "high": ("high", "h"),
    "low": ("low", "l"),
    "close": ("close", "c"),
    "volume": ("volume", "vol", "tick_volume", "tickvolume", "tickvol", "v"),
}
REQUIRED = ("timestamp", "open", "high", "low", "close")
MAPPABLE = (*NAMES, "date", "time", "spread")
TIME_KEYS = ((), ("timestamp",), ("date", "time"))


def normalised(name: Any) -> str:
    """A column name as compared: lower case, no brackets, words joined by ``_``."""
    return re.sub(r"[\s\-]+", "_", str(name).strip().strip("<>").strip().lower())


def match_names(available: list[Any], given: Mapping[str, Any] | None = None, index: Any = None) -> dict[str, Any]:
    """Which column is which: a mapping from timestamp (or date and time), open, ... to names in `available`.

    `given` names columns where they are not the usual ones; the time may also be the index of that name. Volume and
    spread may be absent from the result, and so may the time, which the caller may find elsewhere. Raises DataError for
    missing or doubled columns, ParameterError for keys of `given` that mean nothing.
    """
    found = dict(given or {})
    _check_keys(found)
    for key, name in found.items():
        if list(available).count(name) > 1:
            raise DataError(f"the column {name!r} exists {list(available).count(name)} times")
        if name not in available and (key != "timestamp" or index is None or name != index):
            raise DataError(f"columns= names {name!r} for {key}, but the columns are {_listed(available)}")
    for key, aliases in NAMES.items():
        if key not in found and not (key == "timestamp" and "date" in found and "time" in found):
            found.update(_find(key, aliases, available, set(found.values())))
    missing = [key for key in REQUIRED[1:] if key not in found]
    if missing:
        raise DataError(
            f"no column for {', '.join(missing)} among {_listed(available)}; "
            f"name them, e.g. columns={{{missing[0]!r}: ...}}"
        )
    return found


def _check_keys(given: Mapping[str, Any]) -> None:
    for key in given:
        if key not in MAPPABLE:
            raise ParameterError(f"columns= takes the keys {', '.join(MAPPABLE)}; got {key!r}")
    times = tuple(key for key in ("timestamp", "date", "time") if key in given)
    if times not in TIME_KEYS:
        raise ParameterError(
            "columns= takes the time as 'timestamp' (date and time in one column), or as 'date' and 'time' together; "
            f"got {' and '.join(map(repr, times))}"
        )


def _find(key: str, aliases: tuple[str, ...], available: list[Any], taken: set[Any]) -> dict[str, Any]:
    matches = [name for alias in aliases for name in available if normalised(name) == alias and name not in taken]
    names = [normalised(name) for name in matches]
    if key == "timestamp" and sorted(names) == ["date", "time"]:
        return {normalised(name): name for name in matches}
    doubled = len(set(names)) < len(names) if key == "volume" else len(matches) > 1
    if doubled:
        raise DataError(
            f"several columns could be {key}: {_listed(matches)}; say which, e.g. columns={{{key!r}: {matches[0]!r}}}"
        )
    return {key: matches[0]} if matches else {}


def _listed(names: Any) -> str:
    return ", ".join(repr(str(name)) for name in names) or "none"


def columns_of_frame(frame: Any, *, tz: Any, names: Mapping[str, str] | None, symbol: str) -> Columns:
    """The columns of a frame, unchecked; arguments as in `Candles.from_frame`."""
    from btcore.candles.times import utc_times

    available = _names(frame)
    found = match_names(available, names, getattr(getattr(frame, "index", None), "name", None))
    if len(frame[found["open"]]) == 0:
        raise DataError(f"no candles{f' of {symbol}' if symbol else ''}: the frame is empty")
    index = _time_index(frame, found)
    if index is not None:
        times = index
    elif "timestamp" in found:
        times = frame[found["timestamp"]]
    elif "date" in found:
        times = _joined(frame[found["date"]], frame[found["time"]])
    else:
        raise DataError(
            f"no column for timestamp among {_listed(available)}, nor a time index; "
            "name it: columns={'timestamp': ...}"
        )
    prices = [frame[found[key]] for key in ("open", "high", "low", "close")]
    volume = frame[found["volume"]] if "volume" in found else None
    spread = frame[found["spread"]] if "spread" in found else None
    return make_columns(utc_times(times, tz), prices, volume, spread, symbol)


def _names(frame: Any) -> list[Any]:
    if isinstance(frame, Mapping):
        return list(frame)
    for attribute in ("column_names", "columns"):
        names = getattr(frame, attribute, None)
        # A polars frame calls its names `columns`, an Arrow table its arrays.
        if names is not None and hasattr(frame, "__getitem__"):
            return list(names)
    raise ParameterError(
        f"frame must be a pandas or polars frame, an Arrow table or a mapping, got {type(frame).__name__}"
    )


def _time_index(frame: Any, found: Mapping[str, Any]) -> Any:
    """The index of a pandas frame where that is the time, else None."""
    index = getattr(frame, "index", None)
    if index is None or callable(index):
        return None
    wanted = found.get("timestamp")
    has_column = wanted is not None and wanted in list(frame.columns)
    if wanted is not None and not has_column and wanted == index.name:
        return index
    if not str(index.dtype).startswith("datetime64"):
        usual = index.name is not None and normalised(index.name) in NAMES["timestamp"]
        return index if usual and wanted is None and "date" not in found else None
    if has_column and normalised(wanted) in NAMES["timestamp"]:
        raise DataError(
            f"the time is both the index and the column {wanted!r}; drop one (frame.reset_index(drop=True) or "
            f"frame.drop(columns={wanted!r}))"
        )
    return None if has_column or "date" in found else index


def _joined(date: Any, clock: Any) -> Any:
    """A date and a time column as one column of text or datetimes."""
    import polars as pl

    dates, clocks = (
        pl.Series(column.tolist() if hasattr(column, "tolist") else column.to_pylist() if hasattr(column, "to_pylist")
                  else column) if not isinstance(column, pl.Series) else column
        for column in (date, clock)
    )  # fmt: skip
    if dates.dtype == pl.String and clocks.dtype == pl.String:
        return dates + " " + clocks
    if dates.dtype == pl.String:
        dates = dates.str.to_date()
    if clocks.dtype == pl.String:
        clocks = clocks.str.to_time()
    if clocks.dtype != pl.Time or not isinstance(dates.dtype, (pl.Date, pl.Datetime)):
        raise DataError(f"cannot join a date ({dates.dtype}) and a time ({clocks.dtype}) column")
    pair = pl.DataFrame({"date": dates.cast(pl.Date), "time": clocks})
    return pair.select(pl.col("date").dt.combine(pl.col("time"), "ns")).to_series()


def to_polars(candles: Candles) -> polars.DataFrame:
    """A polars frame: timestamp datetime[ns, UTC], open, high, low, close, volume, and spread where per candle."""
    import polars as pl

    times = pl.Series(candles.timestamp).cast(pl.Datetime("ns", "UTC"))
    return pl.DataFrame({"timestamp": times, **_values(candles)})


def to_pandas(candles: Candles) -> pandas.DataFrame:
    """A pandas frame with the columns of `to_polars`, copied."""
    import pandas as pd

    times = pd.DatetimeIndex(candles.timestamp.view("datetime64[ns]"), tz="UTC")
    return pd.DataFrame({"timestamp": times, **_values(candles)}, copy=True)


def _values(candles: Candles) -> dict[str, np.ndarray]:
    values = {name: getattr(candles, name) for name in ("open", "high", "low", "close", "volume")}
    if isinstance(candles.spread, np.ndarray):
        values["spread"] = candles.spread
    return values
