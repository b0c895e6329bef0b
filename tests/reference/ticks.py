"""Rule C5: all fill prices are whole numbers of units. A unit is one tick; for mid quotes half a tick (rule C4)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

FARTHEST = 2**60
ON_GRID = 1e-3
# A number of units this near to a half is a half: 0.00015 is a tick and a half of 0.0001, in binary a little less.
TIE = 1e-6


@dataclass(frozen=True)
class Grid:
    """The grid of one instrument: ``scale`` is ticks per price where that is whole (``ratio``), else the tick."""

    ratio: bool
    scale: float
    units_per_tick: int

    @classmethod
    def of(cls, candles: Any) -> Grid:
        """The grid of ``candles``; mid quotes live on half ticks (rule C4)."""
        per_tick = 2 if candles.quote == "mid" else 1
        return cls(bool(candles.tick_is_ratio), float(candles.scale), per_tick)

    def units(self, price: float) -> float:
        """A price or a distance in units, not yet whole."""
        if self.ratio:
            return price * (self.units_per_tick * self.scale)
        return price / (self.scale / self.units_per_tick)

    def price(self, units: int) -> float:
        """The reported price of a whole number of units."""
        if self.ratio:
            return units / (self.units_per_tick * self.scale)
        return units * (self.scale / self.units_per_tick)

    def half(self, halves: int) -> float:
        """The price of a whole number of half units (mid prices, rule T1)."""
        if self.ratio:
            return halves / (2 * (self.units_per_tick * self.scale))
        return halves * (self.scale / self.units_per_tick / 2)

    def candle_price(self, price: float) -> int:
        """A candle's price, known to be on the grid, in units."""
        return self.units_per_tick * round(price * self.scale if self.ratio else price / self.scale)

    def spread(self, spread: float) -> int:
        """A spread in units, rounded up to whole ticks."""
        return self.units_per_tick * ceil_tolerant(spread * self.scale if self.ratio else spread / self.scale)

    def slippage(self, slippage: float) -> int:
        """A slippage in units, rounded up."""
        return ceil_tolerant(self.units(slippage))


def ceil_tolerant(x: float) -> int:
    """Up to a whole number, except that what is on the grid already (within 1e-3) stays there."""
    nearest = round(x)
    return nearest if abs(x - nearest) <= ON_GRID else math.ceil(x)


def nearest(x: float, ties: int) -> int:
    """The nearest whole number, never farther than 2**60; within ``TIE`` of a half the one up (+1) or down (-1)."""
    if x >= FARTHEST:
        return FARTHEST
    if x <= -FARTHEST:
        return -FARTHEST
    below = math.floor(x)
    if abs(x - below - 0.5) <= TIE:
        return below + 1 if ties > 0 else below
    return round(x)
