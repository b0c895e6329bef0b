"""Parquet files: any column names that `Candles.from_frame` knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from btcore.candles.columns import Columns
from btcore.candles.frames import columns_of_frame, match_names
from btcore.errors import DataError

if TYPE_CHECKING:
    from btcore.data.options import ReadOptions
    from btcore.data.source import Source

NAMES = ("parquet",)


def matches(source: Source) -> bool:
    """True for a Parquet file."""
    return source.is_parquet


def read(source: Source, options: ReadOptions) -> Columns:
    """The columns of the file; times without a zone need ``tz=``."""
    import polars as pl

    try:
        scanned = pl.scan_parquet(source.path)
        names = match_names(scanned.collect_schema().names(), options.columns)
        frame = scanned.select(list(names.values())).collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise DataError(f"{source.path} is damaged or cut off ({str(error).splitlines()[0]}); fetch it again") from None
    except DataError as error:
        raise DataError(f"{source.path}: {error}") from None
    try:
        return columns_of_frame(frame, tz=options.tz, names=options.columns, symbol=options.symbol)
    except DataError as error:
        raise DataError(f"{source.path}: {error}") from None
