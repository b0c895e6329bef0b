"""``btcore run``: one strategy over one file of candles."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from btcore.candles import REPAIRS
from btcore.cli.command import Command, options
from btcore.cli.data import load_candles
from btcore.cli.document import document
from btcore.cli.strategies import load
from btcore.cli.text import console, duration
from btcore.cli.values import commission, pairs, parsed_pairs, size, size_text
from btcore.costs import Costs
from btcore.results import Trades
from btcore.simulation import simulate

DATA = ("format", "tz", "symbol", "tick", "quote", "ask", "columns", "timeframe", "repair", "cache")
REPAIR_NAMES = [repair.__name__ for repair in REPAIRS]
TRADE_FILES = (".csv", ".parquet")

EPILOG = """\b
Examples:
  btcore run examples/trend.py:trend --data synthetic
  btcore run examples/trend.py:trend --data synthetic:500000 --set fast=10 --set slow=30 --spread 0.00005
  btcore run examples/reversal.py:reversal --data synthetic:500000 --size risk:1 --trades trades.csv
  btcore run examples/trend.py:trend --data EURUSD_M1.csv --tz EET --timeframe 1h --start 2018-06-05
  btcore run examples/trend.py:trend --data GBPUSD_bid.csv --ask GBPUSD_ask.csv --json
"""


def _check_data(_: click.Context, parameter: click.Parameter, data: str | None) -> str:
    if data is None:
        raise click.UsageError("--data is missing: name a file of candles, or try --data synthetic")
    return data


def _check_trades(_: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    if path is not None and path.suffix.lower() not in TRADE_FILES:
        raise click.BadParameter(f"{path}: the name must end in {' or '.join(TRADE_FILES)}")
    if path is not None and not path.absolute().parent.is_dir():
        raise click.BadParameter(f"{path}: there is no folder {path.parent}")
    return path


@click.command(cls=Command, epilog=EPILOG)
@click.argument("strategy")
@options(
    "Candles",
    (("--data",), {"metavar": "FILE", "callback": _check_data,
                 "help": "File of candles, or synthetic[:NUMBER] for made-up ones."}),
    (("--format",), {"help": "Format of the file; known from its first lines if not given."}),
    (("--tz",), {"metavar": "ZONE", "help": "Zone of times that carry none: UTC, EET, America/New_York+7 ..."}),
    (("--ask",), {"metavar": "FILE", "help": "File of the ask side, read the same way."}),
    (("--quote",), {"type": click.Choice(["bid", "ask", "mid"]), "help": "Side that the prices are of (default bid)."}),
    (("--symbol",), {"metavar": "NAME", "help": "Name of the instrument."}),
    (("--tick",), {"type": float, "help": "Smallest price step; inferred from the prices if not given."}),
    (("--column", "columns"), {"metavar": "NAME=COLUMN", "multiple": True, "callback": pairs,
                               "help": "Name of a column in the file, e.g. timestamp=ts. Repeatable."}),
    (("--timeframe",), {"metavar": "LENGTH", "help": "Resample to longer candles: 5min, 1h, 1d ..."}),
    (("--repair",), {"type": click.Choice(REPAIR_NAMES), "multiple": True,
                     "metavar": "NAME", "help": f"Repair bad rows by name: {', '.join(REPAIR_NAMES)}. Repeatable."}),
    (("--cache/--no-cache",), {"default": True, "help": "Keep the checked candles for the next run (default)."}),
)  # fmt: skip
@options(
    "Simulation",
    (("--set", "settings"), {"metavar": "NAME=VALUE", "multiple": True, "callback": parsed_pairs,
                             "help": "Parameter of the strategy function. Repeatable."}),
    (("--start",), {"metavar": "TIME", "help": "First candle of the evaluation, e.g. 2020-01-31 (UTC)."}),
    (("--end",), {"metavar": "TIME", "help": "The evaluation ends before this time (UTC)."}),
    (("--size",), {"metavar": "SIZE", "callback": size,
                   "help": "Units (default 1), percent:10 of equity, risk:1 percent of equity, or cash:5000."}),
    (("--cash",), {"type": float, "default": 10_000.0, "help": "Starting cash (default 10000)."}),
    (("--spread",), {"type": float, "help": "Ask minus bid in price units; replaces that of the candles."}),
    (("--slippage",), {"type": float, "default": 0.0, "help": "Price units lost on market and stop fills."}),
    (("--commission",), {"metavar": "AMOUNT", "callback": commission,
                         "help": "Per fill: 2.5, percent:0.1, or unit:0.005,minimum:1."}),
)  # fmt: skip
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

    STRATEGY is path/to/file.py:name, where name is a Strategy, or a function that takes the --set parameters and
    returns a Strategy or a list of orders.
    """
    loaded = load(strategy, given["settings"])
    with _busy("reading candles"):
        candles = load_candles(data, **{name: given[name] for name in DATA})
    costs = Costs(spread=given["spread"], slippage=given["slippage"], commission=given["commission"])
    plain = {name: given[name] for name in ("cash", "start", "end")}
    conditions = {**plain, "size": given["size"], "costs": costs}
    with _busy("simulating"):
        result = simulate(loaded.orders, candles, **conditions)
    if trades is not None:
        _write_trades(result.trades, trades)
    settings = {"size": size_text(given["size"]), **plain, **vars(costs), "commission": vars(costs.commission)}
    if as_json:
        click.echo(document(loaded, candles, result, settings))
        return
    from btcore.cli import screen

    out = console()
    screen.show_header(out, data, candles, loaded, settings)
    screen.show_figures(out, result)
    screen.show_trades(out, result.trades, candles, show_trades)
    notes = screen.notes(loaded, candles, result, conditions)
    notes += [] if trades is None else [f"{len(result.trades):,} trades were written to {trades}"]
    notes.append(f"simulated in {duration(result.execution_time)}")
    screen.show_notes(out, notes)


def _write_trades(trades: Trades, path: Path) -> None:
    frame = trades.to_polars()
    if path.suffix.lower() == ".csv":
        frame.write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%S%.f%:z")
    else:
        frame.write_parquet(path)


@contextlib.contextmanager
def _busy(what: str) -> Iterator[None]:
    """Say on a terminal what takes time, and take it back afterwards."""
    out = console(stderr=True)
    if not out.is_terminal:
        yield
        return
    with out.status(f"{what} ...", spinner="line"):
        yield
