"""Delimited text to columns: polars does the parsing, and what it cannot parse is named by file, row and field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from btcore.candles.problems import SHOWN_ROWS
from btcore.candles.times import parse_times, since_epoch, time_layout
from btcore.errors import DataError

if TYPE_CHECKING:
    import polars as pl

    from btcore.data.source import Source


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a file are laid out.

    Parameters
    ----------
    separator : one character
    header_rows : lines to skip
    names : a unique name for each field of a row
    times : the field with the time, or those with the date and the time of day
    numbers : the fields to read as float64
    time_unit : "s", "ms", "us" or "ns" where the time is a whole number since 1970 UTC; None where it is text
    """

    separator: str
    header_rows: int
    names: Sequence[str]
    times: Sequence[str]
    numbers: Sequence[str]
    time_unit: str | None = None


def split_line(line: str, separator: str) -> list[str]:
    """The fields of a line without quotes around them (no separator inside quotes is expected in a header)."""
    return [field.strip().strip('"').strip() for field in line.split(separator)]


def read_table(source: Source, layout: Layout) -> tuple[np.ndarray, bool, dict[str, np.ndarray]]:
    """Parse the rows of a file.

    Returns
    -------
    times (int64 ns [n]), whether they carry offsets (then they are UTC), and the number columns (float64 [n]).

    Raises
    ------
    DataError : a file without rows, rows with missing or additional fields, fields that are no number or no time.
    """
    import polars as pl

    if len(source.head) <= layout.header_rows:
        raise DataError(f"{source.path} holds a header but no rows")
    try:
        time, aware = _parsed_time(source, layout)
        rows = _scan(source, layout, pl.Float64).select(time.alias(" time"), *layout.numbers)
        frame = rows.collect(engine="streaming")
    except (pl.exceptions.PolarsError, DataError):
        raise DataError(_diagnosis(source, layout)) from None
    if sum(frame.null_count().row(0)):
        again = source.without_blank_lines()
        return _second_try(source, layout, frame) if again is None else read_table(again, layout)
    numbers = {name: frame[name].to_numpy() for name in layout.numbers}
    return _nanoseconds(source, frame[" time"].to_physical().to_numpy(), layout), aware, numbers


def _parsed_time(source: Source, layout: Layout) -> tuple[pl.Expr, bool]:
    """The time column as datetimes, or as whole numbers where it has a unit, and whether it is UTC."""
    import polars as pl

    first = _first_time(source, layout)
    if layout.time_unit is not None:
        return _joined_times(layout).cast(pl.Int64, strict=False), True
    time_format, aware = time_layout(first)
    return _joined_times(layout).str.to_datetime(time_format, time_unit="ns", strict=False, cache=False), aware


def _nanoseconds(source: Source, times: np.ndarray, layout: Layout) -> np.ndarray:
    try:
        return times if layout.time_unit is None else since_epoch(times, layout.time_unit)
    except DataError as error:
        raise DataError(f"{source.path}: {error}") from None


def _first_time(source: Source, layout: Layout) -> str:
    fields = split_line(source.head[layout.header_rows], layout.separator)
    if len(fields) != len(layout.names):
        raise DataError(f"{source.path}: the first row has {len(fields)} fields")
    return " ".join(fields[list(layout.names).index(name)] for name in layout.times)


def _joined_times(layout: Layout) -> pl.Expr:
    import polars as pl

    if len(layout.times) == 1:
        return pl.col(layout.times[0])
    return pl.concat_str([pl.col(name) for name in layout.times], separator=" ")


def _scan(source: Source, layout: Layout, number: type[pl.DataType]) -> pl.LazyFrame:
    import polars as pl

    schema = {name: number if name in layout.numbers else pl.String for name in layout.names}
    return pl.scan_csv(
        source.data, separator=layout.separator, has_header=False, skip_rows=layout.header_rows, schema=schema,
        truncate_ragged_lines=False,
    )  # fmt: skip


def _second_try(source: Source, layout: Layout, frame: pl.DataFrame) -> tuple[np.ndarray, bool, dict[str, np.ndarray]]:
    """Times whose layout varies (fractions of a second in some rows); anything else is a fault to name."""
    import polars as pl

    if layout.time_unit is not None or sum(frame.select(layout.numbers).null_count().row(0)):
        raise DataError(_diagnosis(source, layout))
    text = _scan(source, layout, pl.String).select(_joined_times(layout)).collect().to_series()
    try:
        times, aware = parse_times(text)
    except DataError as error:
        raise DataError(f"{source.path}: {error}") from None
    return times, aware, {name: frame[name].to_numpy() for name in layout.numbers}


def _diagnosis(source: Source, layout: Layout) -> str:
    """What is wrong with a file that could not be parsed: the first rows and fields, and the remedy."""
    import polars as pl

    wrong = _ragged_rows(source, layout)
    if wrong:
        return wrong
    try:
        frame = _scan(source, layout, pl.String).collect()
    except pl.exceptions.PolarsError as error:
        return f"{source.path} cannot be parsed: {str(error).splitlines()[0]}"
    whole = () if layout.time_unit is None else layout.times
    for name in (*whole, *layout.numbers):
        values = frame[name].str.strip_chars()
        bad = values.cast(pl.Int64 if name in whole else pl.Float64, strict=False).is_null().arg_true()
        if len(bad):
            found = (repr(values[row]) if values[row] else "nothing" for row in bad[:SHOWN_ROWS])
            shown = ", ".join(f"row {row + 1} has {text}" for row, text in zip(bad, found, strict=False))
            kind = "whole number" if name in whole else "number"
            return (
                f"{source.path}: {len(bad)} of {len(values)} rows have no {kind} in {name}: {shown}"
                f"{_number_remedy(values[bad[0]])}"
            )
        if (values != frame[name]).any():
            return f"{source.path}: numbers in {name} have spaces around them; remove them"
    if whole:
        return f"{source.path} cannot be parsed"
    try:
        parse_times(frame.select(_joined_times(layout)).to_series())
    except DataError as error:
        return f"{source.path}: {error}"
    return f"{source.path} cannot be parsed"


def _number_remedy(value: str | None) -> str:
    if not value:
        return "; is the file damaged?"
    if "," in value or "'" in value or " " in value:
        return "; write numbers without thousands separators and with a decimal point"
    return ""


def _ragged_rows(source: Source, layout: Layout) -> str | None:
    """A message about the rows that have another number of fields than the file should have, or None."""
    import polars as pl

    try:
        lines = pl.scan_csv(
            source.data, has_header=False, separator="\x01", quote_char=None, skip_rows=layout.header_rows,
            schema={"line": pl.String},
        ).collect()["line"]  # fmt: skip
    except pl.exceptions.PolarsError as error:
        return f"{source.path} cannot be parsed: {str(error).splitlines()[0]}"
    unquoted = lines.str.replace_all(r'"[^"]*"', "")
    fields = unquoted.str.count_matches(layout.separator, literal=True) + 1
    bad = (fields != len(layout.names)).arg_true()
    if not len(bad):
        return None
    row = int(bad[0])
    text = (lines[row] or "").strip("\r")
    too_few = fields[row] < len(layout.names)
    remedy = (
        "is the file cut off?" if too_few and row == len(lines) - 1 else "are there thousands separators or quotes?"
    )
    return (
        f"{source.path}: {len(bad)} of {len(lines)} rows do not have the {len(layout.names)} fields "
        f"{', '.join(layout.names)}; row {row + 1} has {fields[row]}: {text!r}; {remedy}"
    )
