"""``btcore check``: whether a strategy looks ahead."""

from __future__ import annotations

from typing import Any

import click

from btcore.causality import check_causality
from btcore.cli.command import Command, options
from btcore.cli.shared import busy, candle_options, conditions, read, simulation_options
from btcore.cli.strategies import load_maker

EPILOG = """\b
Examples:
  btcore check examples/trend.py:trend --data synthetic:50000
  btcore check examples/trend.py:trend --data EURUSD_M1.csv --tz EET --cuts 50
"""


@click.command(cls=Command, epilog=EPILOG)
@click.argument("strategy")
@candle_options
@simulation_options
@options(
    "Check",
    (("--cuts",), {"type": click.IntRange(1, 10_000), "default": 12, "metavar": "N",
                   "help": "Candles from which on the future is changed (default 12)."}),
    (("--seed",), {"type": click.IntRange(min=0), "default": 0, "metavar": "N",
                   "help": "Which candles those are (default 0)."}),
)  # fmt: skip
@click.pass_context
def check(context: click.Context, /, strategy: str, data: str, cuts: int, seed: int, **given: Any) -> None:
    """Check whether a strategy looks ahead.

    STRATEGY is path/to/file.py:name as for btcore run. A function with a parameter named candles is given those of
    each run, and computes its arrays anew: the only way in which those can be checked. The exit code is 0 where
    everything could be checked and nothing was found, else 1.
    """
    maker = load_maker(strategy, given["settings"])
    candles = read(data, given)
    with busy("simulating other futures"):
        report = check_causality(maker, candles, **conditions(given), cuts=cuts, seed=seed)
    click.echo(str(report))
    if not report:
        context.exit(1)
