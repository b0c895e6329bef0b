"""Repairs of candles. None happens by itself: each is asked for by name and leaves its count in `Candles.repairs`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from btcore.candles.columns import Columns
from btcore.candles.problems import FIELDS, invalid_rows
from btcore.candles.ticks import Grid
from btcore.errors import DataError, ParameterError

Repair = Callable[[Columns, float | None], tuple[Columns, int]]


def drop_invalid(columns: Columns, tick: float | None = None) -> tuple[Columns, int]:
    """Drop rows without a time or with impossible prices (rule C2)."""
    return _kept(columns, ~invalid_rows(columns))


def sort(columns: Columns, tick: float | None = None) -> tuple[Columns, int]:
    """Sort rows by time, equal times in their present order; counts rows that moved."""
    order = np.argsort(columns.timestamp, kind="stable")
    moved = int((order != np.arange(len(order))).sum())
    return (columns.rows(order), moved) if moved else (columns, 0)


def drop_duplicates(columns: Columns, tick: float | None = None) -> tuple[Columns, int]:
    """Drop rows that equal the row before in time and in every value."""
    values = [*columns.prices, columns.volume] + ([] if columns.spread is None else [columns.spread])
    same = columns.timestamp[1:] == columns.timestamp[:-1]
    for column in values:
        same &= (column[1:] == column[:-1]) | (np.isnan(column[1:]) & np.isnan(column[:-1]))
    return _kept(columns, np.concatenate(([True], ~same)))


def keep_first(columns: Columns, tick: float | None = None) -> tuple[Columns, int]:
    """Of neighbouring rows with one time keep the first."""
    return _kept(columns, np.concatenate(([True], columns.timestamp[1:] != columns.timestamp[:-1])))


def keep_last(columns: Columns, tick: float | None = None) -> tuple[Columns, int]:
    """Of neighbouring rows with one time keep the last."""
    return _kept(columns, np.concatenate((columns.timestamp[1:] != columns.timestamp[:-1], [True])))


def round_to_tick(columns: Columns, tick: float | None = None) -> tuple[Columns, int]:
    """Round every price to the nearest whole tick; counts rows that changed."""
    if tick is None:
        raise ParameterError("repair='round_to_tick' needs tick=")
    grid = Grid.declared(tick)
    changed = np.zeros(len(columns), bool)
    rounded: dict[str, Any] = {}
    for field, values in zip(FIELDS, columns.prices, strict=True):
        nearest = grid.prices(np.rint(values * grid.scale if grid.is_ratio else values / grid.scale))
        changed |= nearest != values
        rounded[field] = nearest
    return replace(columns, **rounded), int(changed.sum())


# In the order in which they are applied, whatever the order in which they are asked for.
REPAIRS: tuple[Repair, ...] = (drop_invalid, sort, drop_duplicates, keep_first, keep_last, round_to_tick)


def repaired(
    columns: Columns, repair: str | Iterable[str] | None, tick: float | None
) -> tuple[Columns, Mapping[str, int]]:
    """Apply the named repairs; return the columns and the number of rows that each changed.

    Raises ParameterError for a name that is not in REPAIRS, DataError when no row is left.
    """
    asked = repair_names(repair)
    counts: dict[str, int] = {}
    for apply in REPAIRS:
        if apply.__name__ in asked:
            columns, counts[apply.__name__] = apply(columns, tick)
    if len(columns) == 0:
        raise DataError(f"no candles are left after the repairs {counts}")
    return columns, counts


def repair_names(repair: Any) -> tuple[str, ...]:
    """The names in `repair` (None, a name, or several), checked."""
    names = () if repair is None else (repair,) if isinstance(repair, str) else tuple(repair)
    known = [apply.__name__ for apply in REPAIRS]
    for name in names:
        if name not in known:
            raise ParameterError(f"repair must be of {', '.join(known)}; got {name!r}")
    return names


def _kept(columns: Columns, keep: np.ndarray) -> tuple[Columns, int]:
    dropped = int(len(keep) - keep.sum())
    return (columns.rows(keep), dropped) if dropped else (columns, 0)
