"""What is decided at the close of a candle (rules D1, D5, D6, D7): from a strategy's conditions or a list of orders."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from btcore.errors import StrategyError
from btcore.expr import Expr, Percent, number
from btcore.orders import Exit, Order
from btcore.sizes import RiskPercent, VolatilityTarget
from btcore.strategy import Strategy
from reference.codes import EntryKind
from reference.operators import divide, evaluate
from reference.ticks import Grid, nearest

RESTING = (EntryKind.STOP, EntryKind.LIMIT, EntryKind.STOP_LIMIT)
DISTANCES = ("stop", "target", "trail", "activate", "breakeven")


class Distance(NamedTuple):
    """A distance in price units, or in percent of the price from which it counts."""

    value: float
    percent: bool = False

    def units(self, grid: Grid, origin: int) -> int:
        """The distance in whole units, counted from the price ``origin``."""
        return nearest(grid.units(self.value / 100 * grid.price(origin) if self.percent else self.value), +1)


class Share(NamedTuple):
    """A size that follows the equity: units for each unit of money, as read on the signal candle (rule S4)."""

    of_equity: float

    @classmethod
    def of(cls, target: VolatilityTarget, volatility: float) -> Share:
        """Percent of the equity, divided by the volatility."""
        return cls(divide(target.percent / 100, volatility))


@dataclass(eq=False)
class Entry:
    """One entry order with its levels as read on the signal candle; a level that is NaN counts as none (rule D5).

    ``targets`` are partial ones, with the fraction of the size that each takes (rule X9); ``filled`` is the size and
    the commission of the fill. ``level`` and ``limit`` are the prices at which it rests, in units; ``triggered`` is the
    candle on which a stop-limit reached its trigger (rule E3).
    """

    at: int
    side: int
    kind: EntryKind
    price: float
    distances: dict[str, Distance]
    stop_price: float
    target_price: float
    trail_closes: bool
    max_bars: int | None
    expiry: int | None
    size: Any
    limit_price: float = math.nan
    level: int = 0
    limit: int = 0
    triggered: tuple[int, int] | None = None
    targets: list[tuple[float, Distance]] = field(default_factory=list)
    filled: tuple[float, float] = (math.nan, math.nan)
    resting_size: float = math.nan

    def lacks_a_number(self) -> bool:
        """Rule D5: no price to rest at, no finite number of units, or no stop or trail for a size by risk (rule S4)."""
        if self.kind in RESTING and math.isnan(self.price):
            return True
        if self.kind == EntryKind.STOP_LIMIT and math.isnan(self.limit_price):
            return True
        if isinstance(self.size, RiskPercent):
            return math.isnan(self.stop_price) and not self.distances.keys() & {"stop", "trail"}
        number = self.size.of_equity if isinstance(self.size, Share) else self.size
        return isinstance(number, float) and not math.isfinite(number)

    def place(self, grid: Grid) -> None:
        """The prices of a resting order on the grid, ties against the trader (rule C5)."""
        self.level = nearest(grid.units(self.price), self.side)
        if self.kind == EntryKind.STOP_LIMIT:
            self.limit = nearest(grid.units(self.limit_price), self.side)

    def own_price(self) -> int:
        """The price at which a resting order fills first: of trigger and limit the better one (rule E3)."""
        if self.kind != EntryKind.STOP_LIMIT:
            return self.level
        return min(self.level, self.limit) if self.side > 0 else max(self.level, self.limit)

    def stop_units(self, grid: Grid, origin: int) -> int | None:
        """The fixed stop of an entry at ``origin``; as a price it is rounded away from the entry (rule C5)."""
        if "stop" in self.distances:
            return origin - self.side * self.distances["stop"].units(grid, origin)
        return None if math.isnan(self.stop_price) else nearest(grid.units(self.stop_price), -self.side)

    def target_units(self, grid: Grid, origin: int) -> int | None:
        """The target of an entry at ``origin``; as a price it is rounded away from the entry (rule C5)."""
        if "target" in self.distances:
            return origin + self.side * self.distances["target"].units(grid, origin)
        return None if math.isnan(self.target_price) else nearest(grid.units(self.target_price), self.side)

    def distance_units(self, name: str, grid: Grid, origin: int) -> int | None:
        """The distance ``name`` in units from ``origin``, None where there is none."""
        return self.distances[name].units(grid, origin) if name in self.distances else None

    def risk_units(self, grid: Grid, origin: int) -> int | None:
        """Entry to stop, else the trail's distance; None without either or where that is not a loss (rules S4, T2)."""
        stop = self.stop_units(grid, origin)
        risk = self.distance_units("trail", grid, origin) if stop is None else self.side * (origin - stop)
        return risk if risk is not None and risk > 0 else None

    def on_wrong_side(self, grid: Grid) -> bool:
        """Rule D7: a distance not above 0 units, or a resting order's level not beyond its own price."""
        own = self.own_price()
        distances = [*self.distances.values(), *(distance for _, distance in self.targets)]
        if any(self._wrong_distance(grid, distance, own) for distance in distances):
            return True
        if self.kind not in RESTING:
            return False
        stop, target = self.stop_units(grid, own), self.target_units(grid, own)
        wrong_stop = stop is not None and self.side * (own - stop) <= 0
        wrong_target = target is not None and self.side * (target - own) <= 0
        return wrong_stop or wrong_target

    def _wrong_distance(self, grid: Grid, distance: Distance, own: int) -> bool:
        """Percent of a fill price that is not known yet can only be tested for its sign."""
        if distance.value <= 0:
            return True
        if distance.percent and self.kind == EntryKind.MARKET:
            return False
        return distance.units(grid, own) < 1


class StrategyDecisions:
    """Reads a strategy's conditions and levels candle by candle."""

    entries_conflict = True

    def __init__(self, strategy: Strategy, candles: Any, size: Any) -> None:
        self.strategy = strategy
        self.memo: dict[str, list[Any]] = {}
        self.candles = candles
        self.enter = {+1: self._condition("enter_long"), -1: self._condition("enter_short")}
        self.exit = {+1: self._condition("exit_long"), -1: self._condition("exit_short")}
        self.levels = {
            side: {name: self._level(pair[0] if side > 0 else pair[1]) for name, pair in strategy.levels.items()}
            for side in (+1, -1)
        }
        self.fractions: dict[int, list[tuple[int, float]]] = {+1: [], -1: []}
        self.targets: dict[int, dict[int, list[Distance]]] = {+1: {}, -1: {}}
        for k, (fraction, pair) in enumerate(strategy.targets):
            for side, level in zip((+1, -1), pair, strict=True):
                if level is not None:
                    values = self._level(level)
                    self.fractions[side].append((k, fraction))
                    self.targets[side][k] = [v if isinstance(v, Distance) else Distance(v) for v in values or ()]
        self.size = self._size(strategy.size if strategy.size is not None else size)

    def _condition(self, name: str) -> list[bool]:
        expr = self.strategy.conditions[name]
        return [False] * len(self.candles.close) if expr is None else evaluate(expr, self.candles, self.memo)

    def _level(self, level: Any) -> list[float] | list[Distance] | None:
        if isinstance(level, Percent):
            return [Distance(value, True) for value in evaluate(level.value, self.candles, self.memo)]
        return None if level is None else evaluate(level, self.candles, self.memo)

    def _size(self, size: Any) -> Any:
        if isinstance(size, VolatilityTarget):
            values = self._size(number(size.volatility))
            return [Share.of(size, value) for value in values]
        return evaluate(size, self.candles, self.memo) if isinstance(size, Expr) else size

    def ask(self, t: int, account: Any) -> None:
        """The conditions say it all."""

    def exits(self, t: int, side: int) -> bool:
        """Whether positions on ``side`` are told to leave; with ``reverse`` an entry of the other side does so too."""
        reversed_ = self.strategy.reverse and self.enter[-side][t] and not self.enter[side][t]
        return self.exit[side][t] or reversed_

    def live_trail(self, t: int, side: int) -> float | None:
        """The price of a live trail at the close of candle ``t`` (rule X6)."""
        prices = self.levels[side]["trail_price"]
        return None if prices is None else prices[t]

    def entries(self, t: int) -> list[Entry]:
        """The entries that the close of candle ``t`` asks for."""
        return [self._entry(t, side) for side in (+1, -1) if self.enter[side][t]]

    def _entry(self, t: int, side: int) -> Entry:
        levels = {name: values[t] for name, values in self.levels[side].items() if values is not None}
        size = self.size[t] if isinstance(self.size, list) else self.size
        plan = self.strategy
        made = entry(t, side, plan.entry, levels, (plan.max_bars, plan.expiry), size, plan.trail_source == "close")
        made.targets = [(fraction, self.targets[side][k][t]) for k, fraction in self.fractions[side]]
        made.targets = [(f, d) for f, d in made.targets if not math.isnan(d.value) and d.value != math.inf]
        return made


class ListedDecisions:
    """Explicit orders and exits, found by the candle at whose close they are decided."""

    entries_conflict = False

    def __init__(self, orders: Any, candles: Any, size: Any) -> None:
        self.candles, self.size = candles, size
        self.orders: dict[int, list[Order]] = {}
        self.exit_at: set[int] = set()
        for order in orders:
            if order.at >= len(candles.close):
                raise StrategyError(f"order at {order.at}: the last candle is {len(candles.close) - 1}")
            if isinstance(order, Exit):
                self.exit_at.add(order.at)
            else:
                self.orders.setdefault(order.at, []).append(order)

    def ask(self, t: int, account: Any) -> None:
        """The list says it all."""

    def exits(self, t: int, side: int) -> bool:
        """Whether positions on ``side`` are told to leave; an ``Exit`` means both sides (rule D10)."""
        return t in self.exit_at

    def live_trail(self, t: int, side: int) -> float | None:
        """Orders have no live trail."""
        return None

    def entries(self, t: int) -> list[Entry]:
        """The orders decided at the close of candle ``t``, in the order of the list."""
        return [self._entry(order) for order in self.orders.get(t, ())]

    def _entry(self, order: Order) -> Entry:
        names = (*DISTANCES, "price", "limit_price", "stop_price", "target_price")
        levels = {name: getattr(order, name) for name in names if getattr(order, name) is not None}
        levels = {n: Distance(v.value.params[0], True) if isinstance(v, Percent) else v for n, v in levels.items()}
        size = self.size if order.size is None else order.size
        if isinstance(size, VolatilityTarget):
            size = Share.of(size, size.volatility)
        size = evaluate(size, self.candles)[order.at] if isinstance(size, Expr) else size
        return entry(order.at, order.side, order.kind, levels, (order.max_bars, order.expiry), size, False)


def entry(
    at: int, side: int, kind: str, levels: dict[str, Any], limits: tuple[Any, Any], size: Any, trail_closes: bool
) -> Entry:
    """An order from its levels in prices; ``limits`` are (max_bars, expiry). Distances NaN or +inf are none (D5)."""
    distances = {n: d if isinstance(d, Distance) else Distance(d) for n, d in levels.items() if n in DISTANCES}
    return Entry(
        at=at,
        side=side,
        kind=EntryKind[kind.upper()],
        price=levels.get("price", math.nan),
        distances={n: d for n, d in distances.items() if not math.isnan(d.value) and d.value != math.inf},
        stop_price=levels.get("stop_price", math.nan),
        target_price=levels.get("target_price", math.nan),
        trail_closes=trail_closes,
        max_bars=limits[0],
        expiry=limits[1],
        size=size,
        limit_price=levels.get("limit_price", math.nan),
    )


def decisions(strategy_or_orders: Any, candles: Any, size: Any) -> StrategyDecisions | ListedDecisions:
    """What decides; ``size`` is the simulation's own, used where strategy or order give none (None: 1 unit)."""
    size = 1.0 if size is None else size
    if hasattr(size, "__len__"):
        size = number(size)
    if isinstance(strategy_or_orders, Strategy):
        return StrategyDecisions(strategy_or_orders, candles, size)
    return ListedDecisions(strategy_or_orders, candles, size)
