"""``btcore demo``: fifty simulations of five kinds of strategies over 18 years of made-up one-minute candles."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from btcore.batch.experiment import Experiment
from btcore.batch.running import BatchInterrupted, run_batch
from btcore.batch.simulations import Simulation
from btcore.batch.work import Build
from btcore.candles import Candles
from btcore.cli.command import Command
from btcore.cli.data import FULL_SIZE
from btcore.cli.kinds import KINDS, UNITS
from btcore.cli.listing import ranked, show_table
from btcore.cli.shared import busy
from btcore.cli.text import console, count, decimal, period, print_table, say, table
from btcore.costs import Costs
from btcore.data import synthetic_candles

if TYPE_CHECKING:
    from rich.table import Table

SPREAD = 0.00005
BEST = 10
RANDOM = "The prices are random, so there is nothing to win: what the strategies lose is the spread."
NEXT = "Next: an experiment and a strategy that you can read and change, then your own candles:"
COMMANDS = (
    "btcore batch examples/experiment.toml",
    "btcore run examples/trend.py:trend --data synthetic --set fast=10",
    "btcore batch --help",
)


def simulations(candles: Candles) -> list[Simulation]:
    """Each kind with each of its sets of parameters."""
    costs = Costs(spread=SPREAD)
    return [
        Simulation(Build(kind, parameters), candles, parameters=parameters, costs=costs)
        for kind, sets in KINDS.items()
        for parameters in sets
    ]


@click.command(cls=Command, epilog="\b\nExamples:\n  btcore demo\n  btcore demo --candles 1000000 --seed 7")
@click.option("--candles", "number", type=click.IntRange(min=1), default=FULL_SIZE, metavar="N",
              help=f"How many one-minute candles (default {FULL_SIZE:,}).")  # fmt: skip
@click.option("--seed", type=int, default=0, metavar="S", help="Other prices for another whole number (default 0).")
def demo(number: int, seed: int) -> None:
    """Run fifty simulations over made-up candles, with times."""
    begun = time.perf_counter()
    with busy(f"making {count(number)} candles"):
        candles = synthetic_candles(number, seed=seed)
    made = time.perf_counter() - begun
    try:
        experiment = run_batch(simulations(candles), name="demo", executor="auto")
    except BatchInterrupted:
        raise KeyboardInterrupt from None
    taken = time.perf_counter() - begun - made
    out = console()
    kinds = f"{len(KINDS)} kinds of strategies with {len(next(iter(KINDS.values())))} sets of parameters each"
    say(
        out,
        f"{kinds}, {count(UNITS)} units, cash 10,000, spread {SPREAD:.5f}, on {count(number)} made-up candles of "
        f"{period(candles.period)} ({_years(candles)}):",
    )
    out.print()
    print_table(out, _table(experiment))
    out.print()
    say(out, f"The best {BEST} by net profit:")
    out.print()
    show_table(out, ranked(experiment.simulations, "net")[:BEST], "net", experiment.simulations)
    out.print()
    done = [s for s in experiment.simulations if s.result is not None]
    say(
        out,
        f"{len(done)} simulations, {count(len(done) * number)} candles, {count(_sum(done, 'trades'))} trades in "
        f"{taken:.2f} s (and {made:.2f} s to make the candles).",
    )
    for line in (RANDOM, NEXT):
        say(out, line)
    for command in COMMANDS:
        out.print(f"  {command}", soft_wrap=True)


def _table(experiment: Experiment) -> Table:
    """A row for each kind; seconds are those of computing, over all workers."""
    rows = table("Kind", "Simulations", "Trades", "Worst net", "Best net", "Seconds")
    for kind in KINDS:
        own = [s for s in experiment.simulations if s.name == kind.__name__ and s.result is not None]
        nets = [s.result.stats["net"] for s in own if s.result]
        rows.add_row(
            kind.__name__, count(len(own)), count(_sum(own, "trades")), decimal(min(nets)), decimal(max(nets)),
            f"{sum(s.execution_time for s in own):.3f}",
        )  # fmt: skip
    return rows


def _sum(simulations: Sequence[Simulation], figure: str) -> float:
    return sum(s.result.stats[figure] for s in simulations if s.result)


def _years(candles: Candles) -> str:
    years = (int(candles.timestamp[-1]) - int(candles.timestamp[0])) / (365.25 * 86_400e9)
    return f"{years:.1f} years" if years >= 1 else f"{years * 365.25:.1f} days"
