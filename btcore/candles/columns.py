"""Values of any array type as the columns that candles hold: int64 nanoseconds and contiguous float64."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from btcore.errors import DataError

if TYPE_CHECKING:
    from btcore.candles.ticks import Grid

COLUMN_NAMES = ("timestamp", "open", "high", "low", "close", "volume")
NS_PER_UNIT = {"W": 604_800_000_000_000, "D": 86_400_000_000_000, "h": 3_600_000_000_000, "m": 60_000_000_000,
               "s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}  # fmt: skip
# what compiled code reads: contiguous, and each value at an address that its type may have
PLAIN: tuple[Literal["C", "A"], ...] = ("C", "A")


@dataclass(frozen=True, slots=True)
class Columns:
    """Converted but unchecked candles: `timestamp` int64 [n] ns UTC, the others float64 [n].

    `spread` is in price units, in ticks where `spread_in_ticks`, or None where the source has none.
    """

    timestamp: np.ndarray
    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    volume: np.ndarray
    spread: np.ndarray | None = None
    symbol: str = ""
    spread_in_ticks: bool = False

    def __len__(self) -> int:
        return len(self.timestamp)

    @property
    def prices(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Open, high, low, close."""
        return self.open, self.high, self.low, self.close

    def spread_on(self, grid: Grid) -> float | np.ndarray:
        """The spread in price units, 0 where the source has none."""
        if self.spread is None:
            return 0.0
        return grid.prices(self.spread) if self.spread_in_ticks else self.spread

    def with_spread_in_ticks(self) -> Columns:
        """The same columns, whose `spread` counts ticks."""
        return replace(self, spread_in_ticks=True)

    def frozen(self) -> Columns:
        """The same columns, read-only and contiguous."""
        arrays = {name: getattr(self, name) for name in (*COLUMN_NAMES, "spread") if getattr(self, name) is not None}
        return self._with({name: _frozen(np.require(array, None, PLAIN)) for name, array in arrays.items()})

    def _with(self, changes: dict[str, Any]) -> Columns:
        return replace(self, **changes)

    def rows(self, index: np.ndarray) -> Columns:
        """The rows of a boolean or integer index, copied."""
        spread = None if self.spread is None else self.spread[index]
        return self._with({name: getattr(self, name)[index] for name in COLUMN_NAMES} | {"spread": spread})


def make_columns(
    timestamp: Any, prices: Sequence[Any], volume: Any = None, spread: Any = None, symbol: str = ""
) -> Columns:
    """Convert values of any array type (numpy, list, pandas, polars, Arrow).

    Parameters
    ----------
    timestamp : datetime64 of any unit, or whole nanoseconds; without a zone it is UTC
    prices : open, high, low, close; missing values become NaN
    volume : zeros where None
    spread : price units per candle, or None

    Raises
    ------
    DataError : values that are not numbers or times, columns of different lengths, no rows.
    """
    times = as_nanoseconds(timestamp)
    named = dict(zip(("open", "high", "low", "close"), prices, strict=True))
    columns: dict[str, Any] = {name: as_floats(values, name) for name, values in named.items()}
    columns["volume"] = _frozen(np.zeros(len(times))) if volume is None else as_floats(volume, "volume")
    if spread is not None:
        columns["spread"] = as_floats(spread, "spread")
    lengths = {"timestamp": len(times), **{name: len(values) for name, values in columns.items()}}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise DataError(f"columns have different lengths: {listed}")
    if len(times) == 0:
        raise DataError(f"no candles{f' of {symbol}' if symbol else ''}: the columns are empty")
    return Columns(times, symbol=symbol, **columns)


def as_floats(values: Any, name: str) -> np.ndarray:
    """`values` as a read-only contiguous float64 array [n]; float64 that is contiguous already is not copied.

    Raises DataError naming the first row that is not a number.
    """
    array = _as_array(values)
    if array.ndim != 1:
        raise DataError(f"{name} must have one dimension, got shape {array.shape}")
    if array.dtype.kind in "OUST":
        array = _floats_one_by_one(array, name)
    elif array.dtype.kind not in "fiu":
        raise DataError(f"{name} must be numbers, got {array.dtype}")
    if array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    return _frozen(np.require(array, np.float64, PLAIN))


def _as_array(values: Any) -> np.ndarray:
    return np.asarray(_as_array_like(values))


def _as_array_like(values: Any) -> Any:
    if isinstance(values, np.ma.MaskedArray):
        return np.ma.filled(values.astype(np.float64), np.nan)
    if _library(values) == "pandas" and str(getattr(values, "dtype", ""))[:1] in "IUF":
        # Nullable pandas columns (Int64, Float64) would become objects.
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    if _library(values) == "pyarrow":
        return values.to_numpy() if hasattr(values, "chunks") else values.to_numpy(zero_copy_only=False)
    return values


def _floats_one_by_one(array: np.ndarray, name: str) -> np.ndarray:
    result = np.empty(len(array))
    for row, value in enumerate(array):
        if isinstance(value, (str, bytes)):
            hint = "; remove thousands separators" if "," in str(value) else ""
            raise DataError(f"candle {row}: {name} is the text {str(value)!r}, not a number{hint}")
        try:
            result[row] = math.nan if value is None else float(value)
        except (TypeError, ValueError):
            raise DataError(f"candle {row}: {name} is {value!r}, not a number") from None
    return result


def as_nanoseconds(values: Any) -> np.ndarray:
    """`values` as read-only int64 nanoseconds [n]; a missing time is the smallest int64.

    The unit comes from the type, never from the size of the numbers: datetimes carry theirs, integers are nanoseconds.
    """
    array = _as_time_array(values)
    if array.ndim != 1:
        raise DataError(f"timestamp must have one dimension, got shape {array.shape}")
    if array.dtype.kind == "M":
        return _frozen(_datetimes_to_ns(array))
    if array.dtype.kind in "iu" or array.size == 0:
        if array.dtype == np.uint64 and len(array) and array.max() > np.iinfo(np.int64).max:
            raise DataError("timestamp: nanoseconds beyond the range of int64")
        return _frozen(np.require(array, np.int64, PLAIN))
    raise DataError(
        f"timestamp must be datetime64 or whole nanoseconds (int64), got {array.dtype}; convert with its unit, "
        "for example numpy: (seconds * 1000).astype('datetime64[ms]')"
    )


def _as_time_array(values: Any) -> np.ndarray:
    library = _library(values)
    if library == "pandas" and hasattr(values, "dtype") and str(values.dtype).startswith("datetime64"):
        return np.asarray(values.to_numpy(dtype="datetime64[ns]"))
    if library == "pyarrow":
        import polars as pl

        return _polars_times(pl.Series(values))
    if library == "polars":
        return _polars_times(values)
    array = np.asarray(values)
    if array.dtype.kind == "O" and array.ndim == 1:
        import polars as pl

        try:
            return _polars_times(pl.Series(array.tolist()))
        except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
            raise DataError("timestamp holds values of several types; pass one type of time") from None
    return array


def _polars_times(series: Any) -> np.ndarray:
    import polars as pl

    if series.dtype == pl.Date:
        series = series.cast(pl.Datetime("us"))
    if isinstance(series.dtype, pl.Datetime):
        unit = series.dtype.time_unit
        whole = series.to_physical().fill_null(np.iinfo(np.int64).min)
        return np.asarray(whole.to_numpy().view(f"datetime64[{unit}]"))
    if series.null_count():
        row = int(series.is_null().arg_true()[0])
        raise DataError(f"candle {row}: time is missing")
    return np.asarray(series.to_numpy())


def _datetimes_to_ns(array: np.ndarray) -> np.ndarray:
    unit, step = np.datetime_data(array.dtype)
    if unit not in NS_PER_UNIT:
        raise DataError(f"timestamp has the unit {array.dtype}, which candles cannot have; use datetime64[ns]")
    factor = NS_PER_UNIT[unit] * step
    whole = np.require(array, array.dtype.newbyteorder("="), PLAIN).view(np.int64)
    if factor == 1:
        return whole
    missing = np.iinfo(np.int64).min
    present = whole[whole != missing]
    limit = np.iinfo(np.int64).max // factor
    if len(present) and (int(present.max()) > limit or int(present.min()) < -limit):
        raise DataError(f"timestamp ({array.dtype}) lies outside the years 1678 to 2261 that nanoseconds can hold")
    scaled = whole * np.int64(factor)
    scaled[whole == missing] = missing
    return scaled


def _library(values: Any) -> str:
    return type(values).__module__.partition(".")[0]


def _frozen(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.setflags(write=False)
    return view
