"""An open position: its stops (rule X6) and its excursions (rule T3), in units."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from reference.entries import Entry
from reference.market import Bar
from reference.ticks import Grid, nearest


@dataclass
class Fill:
    """One fill: price before and after slippage, slippage and spread of the moment, in units."""

    base: int
    price: int
    slip: int
    spread: int


@dataclass(eq=False)
class Position:
    """An open position. ``stop`` and ``target`` are fixed; ``trail_level`` is None while no trail is in force;
    ``live_start`` is what a live trail began with.

    ``rungs`` are partial targets that wait, the nearest first, with the size that each takes (rule X9; None: all that
    is left); ``target`` is the first of them. ``doubtful``: a candle so far allowed a stop and something else (rules X2
    and X5).
    """

    grid: Grid
    order: Entry
    side: int
    number: int
    entry_index: int
    entry: Fill
    inside: bool
    by_limit: bool
    size: float
    stop: int | None
    target: int | None
    rungs: list[tuple[int, float | None]] = field(default_factory=list)
    entry_fee: float = 0.0
    trail_level: int | None = None
    live_start: int | None = None
    trail_awake: bool = False
    even: bool = False
    leaving: bool = False
    doubtful: bool = False
    extreme: int = 0
    mae: int = 0
    mfe: int = 0

    def bars(self, t: int) -> int:
        """Candles of its life up to candle ``t``, from its entry on, or from the next one if entered at a close."""
        return t - self.entry_index + (0 if self.order.kind.name == "CLOSE" else 1)

    def target_levels(self) -> list[int]:
        """The targets that wait, the nearest first."""
        if self.rungs:
            return [level for level, _ in self.rungs]
        return [] if self.target is None else [self.target]

    def last_target_takes_all(self) -> bool:
        """Whether nothing is left after the last target."""
        return not self.rungs or self.rungs[-1][1] is None

    def start(self) -> None:
        """Rule X6: the trail starts at the recorded entry price, unless it has to be activated first."""
        self.extreme = self.entry.price
        self.trail_awake = "activate" not in self.order.distances
        self.move_trail()

    def in_force(self) -> tuple[int | None, bool]:
        """The tightest stop and whether the trail set it; on a tie the earlier kind: stop, break-even, trail (X6)."""
        level, trailing = self.stop, False
        if self.even and (level is None or self.side * (self.entry.price - level) > 0):
            level = self.entry.price
        if self.trail_level is not None and (level is None or self.side * (self.trail_level - level) > 0):
            level, trailing = self.trail_level, True
        return level, trailing

    def stopped_at(self, price: int) -> bool:
        """Whether ``price`` is at or beyond the stop in force."""
        level, _ = self.in_force()
        return level is not None and self.side * (price - level) <= 0

    def target_at(self, price: int, through: int) -> bool:
        """Whether ``price`` is ``through`` units or more beyond the target (rule E2)."""
        return self.target is not None and self.side * (price - self.target) >= through

    def move_stops(self, t: int, bar: Bar) -> None:
        """Rule X6 at the close of candle ``t``: activation, break-even and trail for the next candle."""
        only_close_counts = t == self.entry_index and self.inside and self.by_limit
        watched = bar.close if only_close_counts else bar.best(self.side)
        self.even = self.even or self._gained("breakeven", watched)
        self.trail_awake = self.trail_awake or self._gained("activate", watched)
        trailed = bar.close if self.order.trail_closes else watched
        self.extreme = max(self.extreme, trailed) if self.side > 0 else min(self.extreme, trailed)
        self.move_trail()

    def _gained(self, name: str, price: int) -> bool:
        distance = self.order.distance_units(name, self.grid, self.entry.price)
        return distance is not None and self.side * (price - self.entry.price) >= distance

    def move_trail(self) -> None:
        """Put the trail behind the running extreme; it never loosens (rule X6)."""
        distance = self.order.distance_units("trail", self.grid, self.extreme)
        if distance is None or not self.trail_awake:
            return
        level = self.extreme - self.side * distance
        if self.trail_level is None or self.side * (level - self.trail_level) > 0:
            self.trail_level = level

    def move_live(self, price: float | None) -> None:
        """Rule X6: a live trail stands at this price, unless that loosens it; what is no number moves nothing."""
        if price is None or not math.isfinite(price) or not self.trail_awake:
            return
        level = nearest(self.grid.units(price), -self.side)
        if self.trail_level is None or self.side * (level - self.trail_level) > 0:
            self.trail_level = level

    def count_candle(self, t: int, bar: Bar) -> None:
        """Rule T3 for a candle at whose close the position is open: both extremes, or the close if entered inside."""
        prices = (bar.close,) if t == self.entry_index and self.inside else (bar.low, bar.high)
        for price in prices:
            self.count(price)

    def count(self, price: int) -> None:
        """Let ``price`` count for the excursions."""
        gain = self.side * (price - self.entry.price)
        self.mae, self.mfe = max(self.mae, -gain), max(self.mfe, gain)
