"""Candles from columns that are already converted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from btcore.candles.agreement import declared_steps, identity
from btcore.candles.columns import Columns
from btcore.candles.container import Candles
from btcore.candles.instrument import Instrument
from btcore.candles.repairs import repaired
from btcore.candles.ticks import Grid


def rebuild(columns: Columns, grid: Grid | None, facts: Mapping[str, Any]) -> Candles:
    """Checked candles of `columns` on `grid` (None: inferred); `facts` as `Candles._fill` takes them."""
    result = object.__new__(Candles)
    result._fill(columns.frozen(), grid, **facts)
    return result


def candles_from_columns(
    columns: Columns,
    *,
    tick: float | None = None,
    spread: Any = None,
    period: Any = None,
    instrument: Instrument | None = None,
    repair: Any = None,
    **facts: Any,
) -> Candles:
    """Repair `columns` as asked and make candles of them; `spread` None: that of the columns, else 0."""
    symbol, tick = identity(columns.symbol, tick, instrument)
    columns, counts = repaired(replace(columns, symbol=symbol), repair, tick)
    grid = None if tick is None else Grid.declared(tick)
    facts |= {"spread": spread, "steps": declared_steps(period, columns), "instrument": instrument, "repairs": counts}
    return rebuild(columns, grid, facts)
