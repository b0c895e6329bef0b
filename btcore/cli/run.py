"""``btcore run``: one strategy over one file of candles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from btcore.cli.command import Command, options
from btcore.cli.document import document
from btcore.cli.shared import busy, candle_options, conditions, read, simulation_options
from btcore.cli.strategies import load
from btcore.cli.text import console, duration
from btcore.cli.values import size_text
from btcore.results import Trades
from btcore.simulation import simulate

TRADE_FILES = (".csv", ".parquet")

EPILOG = """\b
Examples:
  btcore run examples/trend.py:trend --data synthetic
  btcore run examples/trend.py:trend --data synthetic:500000 --set fast=10 --set slow=30 --spread 0.00005
  btcore run examples/reversal.py:reversal --data synthetic:500000 --size risk:1 --trades trades.csv
  btcore run examples/trend.py:trend --data EURUSD_M1.csv --tz EET --timeframe 1h --start 2018-06-05
  btcore run examples/trend.py:trend --data GBPUSD_bid.csv --ask GBPUSD_ask.csv --json
"""


def _check_trades(_: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    if path is not None and path.suffix.lower() not in TRADE_FILES:
        raise click.BadParameter(f"{path}: the name must end in {' or '.join(TRADE_FILES)}")
    if path is not None and not path.absolute().parent.is_dir():
        raise click.BadParameter(f"{path}: there is no folder {path.parent}")
    return path


@click.command(cls=Command, epilog=EPILOG)
@click.argument("strategy")
@candle_options
@simulation_options
@options(
    "Output",
    (("--show-trades",), {"type": click.IntRange(min=0), "default": 3, "metavar": "N",
                          "help": "Show the first and last N trades (default 3)."}),
    (("--trades",), {"type": click.Path(dir_okay=False, path_type=Path), "metavar": "FILE", "callback": _check_trades,
                     "help": "Write all trades to a .csv or .parquet file."}),
    (("--json", "as_json"), {"is_flag": True, "help": "Print one JSON object and nothing else."}),
)  # fmt: skip
def run(strategy: str, data: str, as_json: bool, trades: Path | None, show_trades: int, **given: Any) -> None:
    """Run one strategy over one file of candles.

    STRATEGY is path/to/file.py:name, where name is a Strategy, a class of WindowStrategy, or a function that takes the
    --set parameters and returns a strategy or a list of orders.
    """
    loaded = load(strategy, given["settings"])
    candles = read(data, given)
    wanted = conditions(given)
    with busy("simulating"):
        result = simulate(loaded.orders, candles, **wanted)
    if trades is not None:
        _write_trades(result.trades, trades)
    plain, costs = {name: given[name] for name in ("cash", "start", "end")}, wanted["costs"]
    paid = {"spread": costs.spread, "slippage": costs.slippage, "commission": vars(costs.commission)}
    settings = {"size": size_text(given["size"]), **plain, **paid}
    if as_json:
        click.echo(document(loaded, candles, result, settings))
        return
    from btcore.cli import screen

    out = console()
    screen.show_header(out, data, candles, loaded, settings)
    screen.show_figures(out, result)
    screen.show_trades(out, result.trades, candles, show_trades)
    notes = screen.notes(loaded, candles, result, wanted)
    notes += [] if trades is None else [f"{len(result.trades):,} trades were written to {trades}"]
    notes.append(f"simulated in {duration(result.execution_time)}")
    screen.show_notes(out, notes)


def _write_trades(trades: Trades, path: Path) -> None:
    frame = trades.to_polars()
    if path.suffix.lower() == ".csv":
        frame.write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%S%.f%:z")
    else:
        frame.write_parquet(path)
