"""What a batch will compute, in words and numbers, before it is run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from btcore.batch.simulations import Simulation
from btcore.candles import Candles
from btcore.plan import Plan

__all__ = ["explained"]


def explained(simulations: Sequence[Simulation]) -> str:
    """A paragraph per group of candles: operators, how often each is shared."""
    groups: dict[int, tuple[Candles, list[Simulation]]] = {}
    for simulation in simulations:
        groups.setdefault(id(simulation.candles), (simulation.candles, []))[1].append(simulation)
    return "\n\n".join(_group(candles, members) for candles, members in groups.values())


def _group(candles: Candles, simulations: Sequence[Simulation]) -> str:
    together = Plan(candles)
    alone: Counter[str] = Counter()
    broken = 0
    for simulation in simulations:
        try:
            own = Plan(candles)
            strategy = simulation.strategy
            own.add(strategy, simulation.conditions, keep=False)
            together.add(strategy, simulation.conditions, keep=False)
            alone += own.operators()
        except Exception:  # it will fail when it is run, and say why
            broken += 1
    shared = together.operators()
    lines = [
        f"{candles!r}: {len(simulations):,} simulations",
        f"  {shared.total():,} operators on every candle, {alone.total():,} if each simulation were run alone",
        *(f"    {name:<24}{shared[name]:>8,}{alone[name]:>12,}" for name in sorted(shared)),
    ]
    if broken:
        lines.append(f"  {broken:,} cannot be planned and will fail; after the run Simulation.error says why")
    return "\n".join(lines)
