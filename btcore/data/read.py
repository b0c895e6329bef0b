"""`read_candles`: find the reader of a file, read, repair, check, resample, and keep the result in the cache."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from btcore.candles.build import candles_from_columns
from btcore.candles.container import QUOTES, Candles
from btcore.candles.repairs import repair_names
from btcore.candles.resample import timeframe_ns
from btcore.candles.ticks import Grid
from btcore.candles.times import EPOCH_UNITS
from btcore.data import cached, fxcm, histdata, mt5, parquet
from btcore.data.options import ReadOptions
from btcore.data.source import Source
from btcore.errors import DataError, ParameterError

# In the order in which they are asked whether a file is theirs. A reader is a module with NAMES, matches and read.
READERS: list[ModuleType] = [parquet, histdata, mt5, fxcm]


@dataclass(frozen=True, slots=True)
class _Request:
    """The arguments of `read_candles` that decide what is read."""

    format: str | None
    tz: Any
    symbol: str
    tick: float | None
    quote: str
    spread: float | None
    timeframe: str | None
    repair: tuple[str, ...]
    columns: Mapping[str, str] | None
    time_unit: str | None

    def key(self) -> dict[str, Any]:
        """The same as text and numbers."""
        return {name: str(getattr(self, name)) for name in self.__slots__}


def read_candles(
    path: Any,
    *,
    format: str | None = None,
    tz: Any = None,
    symbol: str | None = None,
    tick: float | None = None,
    ask: Any = None,
    quote: str = "bid",
    spread: float | None = None,
    columns: Mapping[str, str] | None = None,
    time_unit: str | None = None,
    timeframe: str | None = None,
    repair: str | Iterable[str] | None = None,
    cache: bool = True,
) -> Candles:
    """Candles from a file; .gz, .zip and .zst files too.

    Parameters
    ----------
    path : the file
    format : "parquet", "histdata", "mt5" or "csv" ("fxcm"); None: known from the first lines
    tz : zone of times that carry none: "UTC", "EET", "America/New_York+7" for that zone plus 7 hours, or a tzinfo.
        HistData files need none (UTC-5). Times that carry an offset keep it
    symbol, tick, quote : as in `Candles`
    ask : the file of the ask side, read the same way, or Candles; the timestamps must be the same
    spread : price units; None: that of the file, else 0
    columns : names of columns where they are not the usual ones, e.g. ``{"timestamp": "t"}``, for text and Parquet
    time_unit : "s", "ms", "us" or "ns" for text files whose time column holds whole numbers since 1970 UTC
    timeframe : resample to this timeframe, e.g. "1h"
    repair : name or names of repairs, see `btcore.candles.REPAIRS`; none happens unasked
    cache : keep the checked columns on disk, mapped into memory from the second reading on. They lie in the user's
        cache folder, or in that of the environment variable BTCORE_CACHE, and are made again when the file, the
        arguments or the cached files change

    Returns
    -------
    Candles; mapped from the cache (with a `handle`) unless ``cache=False``.

    Raises
    ------
    DataError : a file that cannot be read or breaks a rule; names file, rows, field and remedy.
    ParameterError : an argument that is not one of its values.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "DAT_ASCII_EURUSD_M1.csv"
    >>> _ = path.write_text("20240102 170000;1.1041;1.1043;1.1040;1.1042;0\\n")
    >>> print(read_candles(path, symbol="EURUSD", cache=False))
    Candles(EURUSD, 1 candles, 2024-01-02 22:00:00 UTC to 2024-01-02 22:00:00 UTC, bid, tick 0.0001 (inferred))
    """
    request = _Request(
        format, tz, symbol or "", tick, quote, spread, timeframe, repair_names(repair), columns, time_unit
    )
    _check(request)
    source = Path(path).expanduser()
    ask = ask if ask is None or isinstance(ask, Candles) else Path(ask).expanduser()
    if not cache:
        return _read(source, request, ask)
    return cached.fetch(source, ask, request.key(), lambda: _read(source, request, ask))


def _check(request: _Request) -> None:
    """Bad arguments raise before anything is read or looked up."""
    if request.quote not in QUOTES:
        raise ParameterError(f"quote must be one of {', '.join(QUOTES)}, got {request.quote!r}")
    if request.timeframe is not None:
        timeframe_ns(request.timeframe)
    if request.tick is not None:
        Grid.declared(request.tick)
    if request.time_unit is not None and request.time_unit not in EPOCH_UNITS:
        raise ParameterError(f"time_unit must be one of {', '.join(EPOCH_UNITS)}, got {request.time_unit!r}")
    known = [name for reader in READERS for name in reader.NAMES]
    if request.format is not None and request.format not in known:
        raise ParameterError(f"format must be one of {', '.join(known)}, got {request.format!r}")


def _read(path: Path, request: _Request, ask: Candles | Path | None) -> Candles:
    if isinstance(ask, Path):
        ask = _read(ask, replace(request, quote="ask", spread=None, timeframe=None), None)
    source = Source(path)
    reader = _reader_of(source, request.format)
    if request.time_unit is not None and reader in (parquet, histdata):
        raise ParameterError(f"{path}: time_unit= is for text files with a header line, this is {reader.NAMES[0]}")
    columns = reader.read(source, ReadOptions(request.tz, request.symbol, request.columns, request.time_unit))
    try:
        candles = candles_from_columns(
            columns, tick=request.tick, spread=request.spread, repair=request.repair, quote=request.quote, ask=ask
        )
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    return candles if request.timeframe is None else candles.resample(request.timeframe)


def _reader_of(source: Source, name: str | None) -> ModuleType:
    for reader in READERS:
        if name in reader.NAMES or (
            name is None and (reader is parquet or not source.is_parquet) and reader.matches(source)
        ):
            return reader
    raise DataError(
        f"{source.path}: the format is not known from its first line {source.head[0][:80]!r}; formats are "
        f"{', '.join(reader.NAMES[0] for reader in READERS)}. Name it with format=, or load the file yourself and use "
        "Candles.from_frame"
    )
