"""Delimited text with a header: what the generic and the MetaTrader reader share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from btcore.candles.columns import Columns, make_columns
from btcore.candles.frames import match_names, normalised
from btcore.candles.times import TZ_REMEDY, localised
from btcore.data.table import Layout, read_table, split_line
from btcore.errors import DataError

if TYPE_CHECKING:
    from btcore.data.options import ReadOptions
    from btcore.data.source import Source

SEPARATORS = "\t;,|"


def header(source: Source) -> tuple[str, list[str]]:
    """Separator and field names of the first line; the names as written, without quotes."""
    line = source.head[0]
    separator = max(SEPARATORS, key=line.count)
    return separator, split_line(line, separator)


def has_header(source: Source) -> bool:
    """True where the first line names at least two of open, high, low and close."""
    names = {normalised(name) for name in header(source)[1]}
    return sum(field in names or field[0] in names for field in ("open", "high", "low", "close")) >= 2


def read_text(source: Source, options: ReadOptions, *, volume: str | None = None, points: str | None = None) -> Columns:
    """The columns of a file with a header.

    Parameters
    ----------
    volume : the field that holds the volume; None: the usual names
    points : the field that holds the spread in points (ticks)
    """
    separator, names = header(source)
    try:
        found = match_names(names, ({} if volume is None else {"volume": volume}) | dict(options.columns or {}))
    except DataError as error:
        raise DataError(f"{source.path}: {error}") from None
    times = [found[key] for key in ("timestamp", "date", "time") if key in found]
    if not times:
        raise DataError(f"{source.path}: no column for the time among {', '.join(names)}")
    if options.time_unit is not None and len(times) > 1:
        raise DataError(f"{source.path}: time_unit= is for one column of numbers, the time is in {', '.join(times)}")
    if len(set(names)) < len(names):
        raise DataError(f"{source.path}: a column name exists twice: {', '.join(names)}")
    fields = [found[key] for key in ("open", "high", "low", "close", "volume") if key in found]
    numbers = fields if points is None else [*fields, points]
    layout = Layout(separator, 1, names, times, numbers, options.time_unit)
    local, aware, values = read_table(source, layout)
    if not aware and options.tz is None:
        raise DataError(f"{source.path}: times carry no zone; {TZ_REMEDY}")
    try:
        utc = local if aware else localised(local, options.tz)
    except DataError as error:
        raise DataError(f"{source.path}: {error}") from None
    columns = make_columns(
        utc,
        [values[name] for name in fields[:4]],
        values[found["volume"]] if "volume" in found else None,
        None if points is None else values[points],
        options.symbol,
    )
    return columns.with_spread_in_ticks() if points is not None else columns
