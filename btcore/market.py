"""Candles and their spread -> the bid and ask prices, in whole units, that the fill rules compare."""

from __future__ import annotations

from typing import Any

import numpy as np

from btcore._core.market import Market
from btcore._core.zones import zone_map
from btcore.candles import Candles
from btcore.costs import Costs, HourlySpread
from btcore.errors import ParameterError

__all__ = ["ceil_units", "market_of", "market_with", "spread_of", "unit_of"]

ON_GRID = 1e-3  # how far, in ticks, a value may lie from the grid and still count as on it (rule C5)

LARGEST = 2.0**52  # units up to which a float64 holds whole numbers and halves

Side = tuple[tuple[np.ndarray, ...], np.ndarray, int, int]


def unit_of(candles: Candles) -> tuple[float, bool]:
    """(unit, whole): a price is units / unit where whole, else units * unit. Mid quotes need half ticks (rule C5)."""
    half = candles.quote == "mid" and candles.ask is None
    if candles.tick_is_ratio:
        return candles.scale * (2.0 if half else 1.0), True
    return candles.scale / (2.0 if half else 1.0), False


def ceil_units(values: Any, unit: float, whole: bool) -> Any:
    """Price amounts -> units, rounded up unless they are on the grid already (rules C5, S1)."""
    amounts = np.asarray(values, dtype=np.float64) * unit if whole else np.asarray(values, dtype=np.float64) / unit
    if np.any(np.abs(amounts) > LARGEST):
        raise ParameterError(f"{np.max(values)!r} is no price amount: more than 2^52 ticks; look at its unit")
    nearest = np.rint(amounts)
    return np.where(np.abs(amounts - nearest) <= ON_GRID, nearest, np.ceil(amounts)).astype(np.int64)


def market_of(candles: Candles, costs: Costs) -> Market:
    """The two sides of `candles` under the spread of `costs`, or their own; kept with the candles where it is theirs.

    Raises
    ------
    ParameterError
        If a spread is given although the candles have an ask side, or it has not one value per candle.
    """
    spread = spread_of(candles, costs)
    if costs.spread is not None:
        return market_with(candles, spread)
    market: Market = candles.derived("market", lambda own: market_with(own, own.spread))
    return market


def spread_of(candles: Candles, costs: Costs) -> Any:
    """The spread in force, in price units: a number or one per candle; errors as ``market_of``."""
    if costs.spread is None:
        return candles.spread
    if candles.ask is not None:
        raise ParameterError("Costs(spread=...): these candles have real ask candles; leave the spread out (rule C4)")
    spread = costs.spread.values(candles.timestamp) if isinstance(costs.spread, HourlySpread) else costs.spread
    if np.ndim(spread) and len(spread) != len(candles):
        raise ParameterError(f"Costs(spread=...): {len(spread)} values for {len(candles)} candles; give one each")
    return spread


def market_with(candles: Candles, spread: Any) -> Market:
    """The two sides of `candles` under `spread`; it means nothing where they have ask candles."""
    unit, whole = unit_of(candles)
    if candles.ask is not None:
        bid, ask = _stored(candles, 1, 0), _stored(candles.ask, 1, 0)
    else:
        bid, ask = _quoted(candles, spread)
    return Market(bid, ask, candles.timestamp, candles.day_ends, unit, whole)


def _quoted(candles: Candles, spread: Any) -> tuple[Side, Side]:
    """Both sides from one, the spread in whole ticks between them (rule C4)."""
    ticks = ceil_units(spread, candles.scale, candles.tick_is_ratio)
    factor = 2 if candles.quote == "mid" else 1
    below = {"bid": 0, "ask": -ticks, "mid": -ticks}[candles.quote]
    above = {"bid": ticks, "ask": 0, "mid": ticks}[candles.quote]
    return _stored(candles, factor, below), _stored(candles, factor, above)


def _stored(candles: Candles, factor: int, offset: Any) -> Side:
    """A side that is the stored ticks moved by a constant, or a side of its own where the offset varies."""
    if np.ndim(offset) == 0:
        zones = candles.derived("zones", lambda own: zone_map(own.ticks[2], own.ticks[1], own.ticks[3]))
        return candles.ticks, zones, factor, int(offset)
    columns = tuple(column.astype(np.int64) * factor + offset for column in candles.ticks)
    if columns[1].max() <= np.iinfo(np.int32).max and columns[2].min() >= np.iinfo(np.int32).min:
        columns = tuple(column.astype(np.int32) for column in columns)
    return columns, zone_map(columns[2], columns[1], columns[3]), 1, 0
