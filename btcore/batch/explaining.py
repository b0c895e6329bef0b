"""What a batch will compute, in words and numbers, before it is run."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from btcore.batch.simulations import Simulation
from btcore.candles import Candles
from btcore.plan import Conditions, Plan

__all__ = ["explained"]

# From how many simulations and candles the time is estimated. What comes before the first candle is taken off by the
# difference of two trials.
TRIED, SHORT, LONG = 200, 50_000, 250_000


def explained(simulations: Sequence[Simulation]) -> str:
    """A paragraph per group of candles: operators, how often each is shared, about how long they take."""
    groups: dict[int, tuple[Candles, list[Simulation]]] = {}
    for simulation in simulations:
        groups.setdefault(id(simulation.candles), (simulation.candles, []))[1].append(simulation)
    return "\n\n".join(_group(candles, members) for candles, members in groups.values())


def _group(candles: Candles, simulations: Sequence[Simulation]) -> str:
    together = Plan(candles)
    alone: Counter[str] = Counter()
    tried: list[tuple[Any, Conditions]] = []
    planned = 0  # candles of all simulations
    broken = 0
    for simulation in simulations:
        try:
            own = Plan(candles)
            strategy = simulation.strategy
            own.add(strategy, simulation.conditions, keep=False)
            together.add(strategy, simulation.conditions, keep=False)
            alone += own.operators()
            planned += simulation.conditions.end - simulation.conditions.start
            if len(tried) < TRIED:
                tried.append((strategy, simulation.conditions))
        except Exception:  # it will fail when it is run, and say why
            broken += 1
    shared = together.operators()
    lines = [
        f"{candles!r}: {len(simulations):,} simulations",
        f"  {shared.total():,} operators on every candle, {alone.total():,} if each simulation were run alone",
        *(f"    {name:<24}{shared[name]:>8,}{alone[name]:>12,}" for name in sorted(shared)),
    ]
    if together.calls_python:
        lines.append("  no estimate of the time: functions in Python would be called")
    elif len(candles) > LONG and (seconds := _estimate(candles, tried, planned)) is not None:
        lines.append(f"  about {seconds:.2g} s on one worker")
    if broken:
        lines.append(f"  {broken:,} cannot be planned and will fail; after the run Simulation.error says why")
    return "\n".join(lines)


def _estimate(candles: Candles, tried: Sequence[tuple[Any, Conditions]], planned: int) -> float | None:
    """Seconds of one worker for so many candles of all simulations; None where none could be tried.

    Many simulations share more than the first of them do, and take less.
    """
    try:
        short, long = (_trial(candles, tried, end) for end in (SHORT, LONG))
    except Exception:  # a trial begins at the first candle, where some cannot
        return None
    per_candle = max(long - short, 0.0) / (LONG - SHORT)
    return per_candle * planned / len(tried) if tried else None


def _trial(candles: Candles, strategies: Sequence[tuple[Any, Conditions]], end: int) -> float:
    """Seconds of computing over the first candles."""
    plan = Plan(candles)
    for strategy, conditions in strategies:
        plan.add(strategy, replace(conditions, start=0, end=end), keep=False)
    begun = time.thread_time()
    plan.run()
    return time.thread_time() - begun
