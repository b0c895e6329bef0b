"""``btcore profile``: where the time of one simulation goes, as a table and as a flame graph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from btcore.cli.command import Command, options
from btcore.cli.flame import flame_graphs
from btcore.cli.shared import busy, candle_options, conditions, read, simulation_options
from btcore.cli.strategies import load
from btcore.cli.text import console, count, duration, print_table, say, share, table
from btcore.profiling import Profile, Stage, profile, timed_candles
from btcore.simulation import checked_conditions, orders_of

LONGEST = 60  # characters of an expression in the table

EPILOG = """\b
Examples:
  btcore profile examples/trend.py:trend --data synthetic
  btcore profile examples/trend.py:trend --data EURUSD_M1.csv --tz EET --flame trend.svg
"""


def _check_flame(_: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    if path is not None and path.suffix.lower() != ".svg":
        raise click.BadParameter(f"{path}: the name must end in .svg")
    if path is not None and not path.absolute().parent.is_dir():
        raise click.BadParameter(f"{path}: there is no folder {path.parent}")
    return path


@click.command("profile", cls=Command, epilog=EPILOG)
@click.argument("strategy")
@candle_options
@simulation_options
@options(
    "Profile",
    (("--repeat",), {"type": click.IntRange(1, 1_000), "default": 5, "metavar": "N",
                     "help": "Simulate N times and show medians (default 5)."}),
    (("--flame",), {"type": click.Path(dir_okay=False, path_type=Path), "metavar": "FILE", "callback": _check_flame,
                    "help": "Write flame graphs to an .svg file."}),
)  # fmt: skip
def profile_command(strategy: str, data: str, repeat: int, flame: Path | None, **given: Any) -> None:
    """Show where the time of one simulation goes.

    STRATEGY is path/to/file.py:name as for btcore run. Reading the candles and what is made once for them stand apart
    from the simulation, which is the same work as that of btcore run, with a clock at each operator.
    """
    loaded = load(strategy, given["settings"])
    candles, reading = timed_candles(lambda: read(data, given))
    checked = checked_conditions(candles, rules=None, **conditions(given))
    with busy("simulating"):
        found = profile(orders_of(loaded.orders), candles, checked, repeat)
    out = console()
    say(out, str(loaded))
    out.print()
    print_table(out, _table(reading, found))
    out.print()
    say(out, f"Note: {count(found.trades)} trades; the fill rules were applied on {count(found.steps)} of "
             f"{count(found.candles)} candles, the others were passed over.")  # fmt: skip
    say(out, f"Note: the simulation was timed {repeat} times; a figure is the median.")
    if flame is not None:
        graphs = [
            (f"{loaded}: one simulation over {count(found.candles)} candles", stacks((), found, once=False)),
            ("The same with the candles and what is made once for them", stacks(reading, found)),
        ]
        flame.write_text(flame_graphs(graphs, "ms"), encoding="utf-8")
        say(out, f"Note: flame graphs were written to {flame}.")


def stacks(reading: tuple[Stage, ...], found: Profile, *, once: bool = True) -> dict[tuple[str, ...], float]:
    """Milliseconds by stack: the candles, what is made once for them unless not `once`, the simulation."""
    weights: dict[tuple[str, ...], float] = {}
    made = found.once if once else ()
    for top, stages in (("load", reading), ("once for these candles", made), ("simulation", found.stages)):
        for names, stage in _leaves(stages, (top,)):
            weights[names] = weights.get(names, 0.0) + max(stage.seconds, 0.0) * 1e3
    return weights


def _leaves(stages: tuple[Stage, ...], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Stage]]:
    for stage in stages:
        names = (*above, stage.name)
        if stage.parts:
            yield from _leaves(stage.parts, names)
        else:
            yield names, stage


def _table(reading: tuple[Stage, ...], found: Profile) -> Any:
    shown = table("Stage", "Time", "Share", "Each candle")
    for heading, stages in (("load", reading), ("once for these candles", found.once)):
        shown.add_row(heading, duration(sum(stage.seconds for stage in stages)), "", "")
        for stage in stages:
            shown.add_row(f"  {stage.name}", duration(stage.seconds), "", "")
    _add(shown, Stage("simulation", found.seconds, found.stages), found, 0)
    return shown


def _add(shown: Any, stage: Stage, found: Profile, depth: int) -> None:
    """A row for a stage, and rows for its parts, the longest operators first."""
    name = stage.name if len(stage.name) <= LONGEST else f"{stage.name[: LONGEST - 3]}..."
    per_candle = f"{stage.seconds / found.candles * 1e9:.2f} ns"
    shown.add_row("  " * depth + name, duration(stage.seconds), share(stage.seconds / found.seconds), per_candle)
    for part in stage.parts if depth == 0 else sorted(stage.parts, key=lambda part: -part.seconds):
        _add(shown, part, found, depth + 1)
