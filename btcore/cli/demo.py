"""``btcore demo``: one strategy with ten sets of parameters over 18 years of made-up one-minute candles."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import click

from btcore.candles import Candles
from btcore.cli.command import Command
from btcore.cli.data import FULL_SIZE
from btcore.cli.text import console, count, decimal, percent, period, print_table, say, share, table
from btcore.costs import Costs
from btcore.data import synthetic_candles
from btcore.indicators import atr, crosses_above, crosses_below, ema
from btcore.results import Result
from btcore.simulation import simulate
from btcore.strategy import Strategy

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PAIRS = ((10, 30), (10, 50), (20, 50), (20, 100), (30, 100), (50, 100), (50, 200), (100, 200), (100, 400), (200, 800))
SPREAD = 0.00005
UNITS = 1_000
RANDOM = "The prices are random, so there is nothing to win: what the strategies lose is the spread."
NEXT = "Next: a strategy that you can read and change, then your own candles:"
COMMANDS = ("btcore run examples/trend.py:trend --data synthetic --set fast=10", "btcore run --help")

Pair = tuple[int, int]
Finished = Callable[[str], None]


def trend(fast: int, slow: int) -> Strategy:
    """Two averages cross: follow, with a stop and a target in multiples of the average true range."""
    from btcore.expr import close

    quick, calm = ema(close, fast), ema(close, slow)
    return Strategy(
        crosses_above(quick, calm), crosses_below(quick, calm), stop=2 * atr(14), target=4 * atr(14), size=UNITS
    )


def simulations(candles: Candles) -> Iterator[tuple[Pair, Result]]:
    """Each pair of averages with its result, as soon as it is there."""
    for pair in PAIRS:
        yield pair, simulate(trend(*pair), candles, costs=Costs(spread=SPREAD))


@click.command(cls=Command, epilog="\b\nExamples:\n  btcore demo\n  btcore demo --candles 1000000 --seed 7")
@click.option("--candles", "number", type=click.IntRange(min=1), default=FULL_SIZE, metavar="N",
              help=f"How many one-minute candles (default {FULL_SIZE:,}).")  # fmt: skip
@click.option("--seed", type=int, default=0, metavar="S", help="Other prices for another whole number (default 0).")
def demo(number: int, seed: int) -> None:
    """Run ten simulations over made-up candles, with times."""
    progress = console(stderr=True)
    begun = time.perf_counter()
    with _steps(progress, len(PAIRS) + 1) as finished:
        candles = synthetic_candles(number, seed=seed)
        made = time.perf_counter() - begun
        finished(f"{count(number)} candles made in {made:.2f} s")
        results = []
        for pair, result in simulations(candles):
            results.append((pair, result.stats, result.execution_time))
            trades, seconds = count(result.stats["trades"]), result.execution_time
            finished(f"EMA {_name(pair)}: {trades} trades in {seconds:.3f} s")
    taken = time.perf_counter() - begun - made
    out = console()
    say(
        out,
        f"EMA cross with a bracket of 2 and 4 ATR, {count(UNITS)} units, cash 10,000, spread {SPREAD:.5f}, on "
        f"{count(number)} made-up candles of {period(candles.period)} ({_years(candles)}):",
    )
    out.print()
    print_table(out, _table(results))
    out.print()
    say(
        out,
        f"{len(results)} simulations, {count(len(results) * number)} candles, "
        f"{count(sum(stats['trades'] for _, stats, _ in results))} trades in {taken:.2f} s "
        f"(and {made:.2f} s to make the candles).",
    )
    for line in (RANDOM, NEXT):
        say(out, line)
    for command in COMMANDS:
        out.print(f"  {command}", soft_wrap=True)


def _table(results: list[tuple[Pair, Mapping[str, float], float]]) -> Table:
    rows = table("EMA pair", "Trades", "Net", "Win rate", "Drawdown", "Sharpe", "Seconds")
    for pair, stats, seconds in results:
        rows.add_row(
            _name(pair), count(stats["trades"]), decimal(stats["net"]), share(stats["win_rate"]),
            percent(stats["max_drawdown_percent"]), decimal(stats["sharpe"]), f"{seconds:.3f}",
        )  # fmt: skip
    return rows


def _name(pair: Pair) -> str:
    return f"{pair[0]}/{pair[1]}"


def _years(candles: Candles) -> str:
    years = (int(candles.timestamp[-1]) - int(candles.timestamp[0])) / (365.25 * 86_400e9)
    return f"{years:.1f} years" if years >= 1 else f"{years * 365.25:.1f} days"


@contextlib.contextmanager
def _steps(out: Console, number: int) -> Iterator[Finished]:
    """A function to call after each step: a progress bar on a terminal, else a line for each."""
    if not out.is_terminal:
        yield lambda line: click.echo(line, err=True)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("{task.description}", markup=False), BarColumn(bar_width=30), MofNCompleteColumn()
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task("making candles", total=number)
        yield lambda line: progress.update(task, advance=1, description=line)
