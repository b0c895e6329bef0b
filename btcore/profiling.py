"""Where the time of one simulation goes: each stage timed, the operators one by one."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from btcore.candles import Candles
from btcore.deciders import CompiledStrategy, WindowStrategy, fresh
from btcore.market import market_of
from btcore.metrics import summary
from btcore.plan import Conditions, Plan
from btcore.results import Trades

__all__ = ["Profile", "Stage", "profile", "timed_candles"]

OWN_FUNCTION = "the strategy's function, orders, fills"
FILLS = "signals, levels, orders, fills"


@dataclass(frozen=True)
class Stage:
    """A stage of the work, how long it took in seconds, and what it consists of as far as that was timed."""

    name: str
    seconds: float
    parts: tuple[Stage, ...] = ()


@dataclass(frozen=True)
class Profile:
    """Stages of a simulation, what is done once for some candles before it, and how much there was to do."""

    once: tuple[Stage, ...]
    stages: tuple[Stage, ...]
    candles: int
    trades: int
    steps: int  # candles on which the fill rules were applied; the others were passed over

    @property
    def seconds(self) -> float:
        """Of one simulation, without what is done once."""
        return sum(stage.seconds for stage in self.stages)


def profile(strategy: Any, candles: Candles, conditions: Conditions, repeat: int = 5) -> Profile:
    """Simulate a strategy some times with clocks in between; the figures of a stage are its median.

    Parameters
    ----------
    strategy : as ``simulate`` takes it
    candles : Candles
        What is made once for candles is timed where nothing has been simulated on them before.
    conditions : Conditions
    repeat : int
        At least 1.

    Examples
    --------
    >>> from btcore.data import synthetic_candles
    >>> from btcore.orders import Order
    >>> found = profile([Order(5, "long", max_bars=3)], synthetic_candles(100), Conditions(end=100))
    >>> found.trades, [stage.name for stage in found.stages]
    (1, ['plan', 'operators', 'signals, levels, orders, fills', 'statistics'])
    """
    once = _once(candles, conditions)
    runs, driver, trades = [], None, 0
    for _ in range(repeat):
        stages, driver, trades = _simulated(fresh(strategy), candles, conditions)
        runs.append(stages)
    assert driver is not None
    return Profile(once, tuple(_median(*same) for same in zip(*runs, strict=True)), len(candles), trades, driver.steps)


def timed_candles(read: Callable[[], Candles]) -> tuple[Candles, tuple[Stage, ...]]:
    """Candles and how long they took; their checks and ticks apart where they do not come from the cache."""
    begun = time.perf_counter()
    candles = read()
    whole = time.perf_counter() - begun
    if candles.handle is not None:
        return candles, (Stage("candles from the cache", whole),)
    columns = (getattr(candles, name) for name in ("timestamp", "open", "high", "low", "close", "volume"))
    begun = time.perf_counter()
    Candles(*columns, tick=None if candles.tick_inferred else candles.tick)
    checks = min(time.perf_counter() - begun, whole)
    return candles, (Stage("reading", whole - checks), Stage("checks and ticks", checks))


def _once(candles: Candles, conditions: Conditions) -> tuple[Stage, ...]:
    begun = time.perf_counter()
    _ = candles.day_ends
    days = time.perf_counter()
    market_of(candles, conditions.costs)
    zones = time.perf_counter()
    return Stage("ends of days", days - begun), Stage("zone map", zones - days)


def _simulated(strategy: Any, candles: Candles, conditions: Conditions) -> tuple[tuple[Stage, ...], Any, int]:
    begun = time.perf_counter()
    plan = Plan(candles)
    driver = plan.add(strategy, conditions)
    planned = time.perf_counter() - begun
    timing = plan.run_timed()
    begun = time.perf_counter()
    trades = Trades(driver.trades(), candles.symbol)
    summary(driver.totals(), conditions.end - conditions.start)
    driver.rejected()
    operators = tuple(Stage(name, taken / 1e9) for name, taken in timing.operators)
    asked = isinstance(strategy, (WindowStrategy, CompiledStrategy))
    stages = (
        Stage("plan", planned + timing.set_up / 1e9),
        Stage("operators", sum(stage.seconds for stage in operators), operators),
        Stage(OWN_FUNCTION if asked else FILLS, timing.simulations / 1e9),
        Stage("statistics", time.perf_counter() - begun),
    )
    return stages, driver, len(trades)


def _median(*stages: Stage) -> Stage:
    """One stage of several runs, and its parts."""
    parts = tuple(_median(*same) for same in zip(*(stage.parts for stage in stages), strict=True))
    return Stage(stages[0].name, statistics.median(stage.seconds for stage in stages), parts)
