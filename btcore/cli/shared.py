"""What commands that run strategies over candles have in common: their options, and a busy sign."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import click

from btcore.candles import REPAIRS, Candles
from btcore.cli.command import Decorator, options
from btcore.cli.data import load_candles
from btcore.cli.text import console
from btcore.cli.values import commission, pairs, parsed_pairs, size
from btcore.costs import Costs

READING = ("format", "tz", "tick", "quote", "ask", "columns", "timeframe", "repair", "cache")
REPAIR_NAMES = [repair.__name__ for repair in REPAIRS]
NUMBER: dict[str, Any] = {"type": float, "metavar": "PRICE"}

Listed = tuple[tuple[str, ...], dict[str, Any]]


def _check_data(_: click.Context, parameter: click.Parameter, data: str | None) -> str:
    if data is None:
        raise click.UsageError("--data is missing: name a file of candles, or try --data synthetic")
    return data


def reading_options(*first: Listed, ask: str, price: dict[str, Any] = NUMBER) -> Decorator:
    """The options of `read_candles` after `first`; `ask` is the help of that for the ask side.

    `price` is how an amount in price units is given, for `condition_options` too.
    """
    return options(
        "Candles",
        *first,
        (("--format",), {"help": "Format of the file; known from its first lines if not given."}),
        (("--tz",), {"metavar": "ZONE", "help": "Zone of times that carry none: UTC, EET, America/New_York+7 ..."}),
        (("--ask",), {"metavar": "FILE", "help": ask}),
        (("--quote",),
         {"type": click.Choice(["bid", "ask", "mid"]), "help": "Side that the prices are of (default bid)."}),
        (("--tick",), {**price, "help": "Smallest price step; inferred from the prices if not given."}),
        (("--column", "columns"), {"metavar": "NAME=COLUMN", "multiple": True, "callback": pairs,
                                   "help": "Name of a column in the file, e.g. timestamp=ts. Repeatable."}),
        (("--timeframe",), {"metavar": "LENGTH", "help": "Resample to longer candles: 5min, 1h, 1d ..."}),
        (("--repair",), {"type": click.Choice(REPAIR_NAMES), "multiple": True, "metavar": "NAME",
                         "help": f"Repair bad rows by name: {', '.join(REPAIR_NAMES)}. Repeatable."}),
        (("--cache/--no-cache",), {"default": True, "help": "Keep the checked candles for the next run (default)."}),
    )  # fmt: skip


def condition_options(*first: Listed, price: dict[str, Any] = NUMBER) -> Decorator:
    """The conditions of a simulation, after `first`."""
    return options(
        "Simulation",
        *first,
        (("--start",), {"metavar": "TIME", "help": "First candle of the evaluation, e.g. 2020-01-31 (UTC)."}),
        (("--end",), {"metavar": "TIME", "help": "The evaluation ends before this time (UTC)."}),
        (("--size",), {"metavar": "SIZE", "callback": size,
                       "help": "Units (default 1), percent:10 of equity, risk:1 percent of equity, or cash:5000."}),
        (("--cash",), {"type": float, "default": 10_000.0, "help": "Starting cash (default 10000)."}),
        (("--spread",), {**price, "help": "Ask minus bid in price units; replaces that of the candles."}),
        (("--slippage",), {**price, "help": "Price units lost on market and stop fills."}),
        (("--commission",), {"metavar": "AMOUNT", "callback": commission,
                             "help": "Per fill: 2.5, percent:0.1, or unit:0.005,minimum:1."}),
    )  # fmt: skip


candle_options = reading_options(
    (("--data",), {"metavar": "FILE", "callback": _check_data,
                   "help": "File of candles, or synthetic[:NUMBER] for made-up ones."}),
    (("--symbol",), {"metavar": "NAME", "help": "Name of the instrument."}),
    ask="File of the ask side, read the same way.",
)  # fmt: skip
simulation_options = condition_options(
    (("--set", "settings"), {"metavar": "NAME=VALUE", "multiple": True, "callback": parsed_pairs,
                             "help": "Parameter of the strategy function. Repeatable."}),
)  # fmt: skip


def read(data: str, given: dict[str, Any]) -> Candles:
    """The candles that the options name."""
    with busy("reading candles"):
        return load_candles(data, **{name: given[name] for name in ("symbol", *READING)})


def conditions(given: dict[str, Any]) -> dict[str, Any]:
    """What the options say of a simulation, as ``simulate`` takes it."""
    costs = Costs(spread=given["spread"], slippage=given["slippage"] or 0.0, commission=given["commission"])
    return {**{name: given[name] for name in ("cash", "start", "end", "size")}, "costs": costs}


@contextlib.contextmanager
def busy(what: str) -> Iterator[None]:
    """Say on a terminal what takes time, and take it back afterwards."""
    out = console(stderr=True)
    if not out.is_terminal:
        yield
        return
    with out.status(f"{what} ...", spinner="line"):
        yield
