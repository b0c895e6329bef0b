"""The candles of a command: a file, or ``synthetic`` to try things without one."""

from __future__ import annotations

from typing import Any

import click

from btcore.candles import Candles
from btcore.data import read_candles, synthetic_candles

FULL_SIZE = 6_922_364  # about 18.5 years of one-minute candles
_FOR_SYNTHETIC = ("symbol", "tick", "timeframe", "seed")
_OPTIONS = {"columns": "column"}  # where the option has another name than the argument


def load_candles(data: str, **options: Any) -> Candles:
    """Candles from the value of ``--data`` and the options of `read_candles`; unset options are None or empty.

    Raises click.UsageError for options that synthetic candles do not have.
    """
    given = {name: value for name, value in options.items() if value not in (None, (), {})}
    kind, _, count = data.partition(":")
    if kind != "synthetic":
        return read_candles(data, **given)
    strange = [name for name in given if name not in (*_FOR_SYNTHETIC, "cache")]
    if strange:
        raise click.UsageError(f"{data} takes no --{_OPTIONS.get(strange[0], strange[0])}: these candles are made up")
    return _synthetic(data, count, given)


def _synthetic(data: str, count: str, given: dict[str, Any]) -> Candles:
    digits = count.replace("_", "").replace(",", "") or str(FULL_SIZE)
    if not digits.isdecimal() or int(digits) < 1:
        raise click.UsageError(f"--data {data}: give a number of candles, like synthetic:500000")
    timeframe = given.pop("timeframe", None)
    given.pop("cache", None)
    candles = synthetic_candles(int(digits), **given)
    return candles if timeframe is None else candles.resample(timeframe)
