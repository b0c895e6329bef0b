"""Candles made from a seed, for trials, tests and benchmarks without a data file."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np

from btcore._core import synthetic
from btcore.candles.build import rebuild
from btcore.candles.columns import Columns, as_nanoseconds
from btcore.candles.container import Candles
from btcore.candles.ticks import Grid
from btcore.errors import ParameterError

LAST_START = np.datetime64("2200-01-01", "ns").astype(np.int64)


def synthetic_candles(
    n: int, *, seed: int = 0, start: Any = "2000-01-03", symbol: str = "SYNTH", tick: float = 1e-5
) -> Candles:
    """FX-like one-minute bid candles: the same for the same arguments on every machine.

    What it is: a fair game. Closes are a random walk in whole ticks from 110,000 (1.1 for the default tick) on, of 12
    ticks a minute on average; volatility clusters and follows the hour of the day, and is known before each candle.
    The high and the low have the laws that they have on a continuous path between open and close, so that stops,
    targets and resting orders gain nothing in expectation, at whatever distance. 95 % of candles open at the close
    before, most others a tick from it; over a weekend the gap is some 30 ticks. No candles on Saturdays and Sundays
    UTC. The first k of n candles are ``synthetic_candles(k)``. A year has about 374,400 candles.

    What it is not: a market. Nothing in it can be predicted but volatility; there is no trend, no news, no spread.
    Outside 85,000 to 135,000 ticks a weak pull (a tick in an hour, at 10,000 ticks beyond) keeps 20 years in the range
    of an exchange rate; only there is the game not fair. High and low are drawn independently given open and close, so
    how often one candle reaches two levels on both sides of its open is not that of a path: do not study ambiguous
    exits with it.

    Parameters
    ----------
    n : number of candles, at least 1
    seed : whole number, other prices for another one
    start : time of the first candle (UTC text, date, datetime or datetime64), 1970 or later
    symbol, tick : as in `Candles`

    Returns
    -------
    Candles with volume > 0, spread 0 and the tick declared.

    Raises
    ------
    ParameterError : `n` under 1, `start` that is no time from 1970 to 2200.

    Examples
    --------
    >>> c = synthetic_candles(1_000, seed=7)
    >>> len(c), c.tick, c.open[0].item()
    (1000, 1e-05, 1.1)
    """
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise ParameterError(f"n must be a whole number >= 1, got {n!r}")
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise ParameterError(f"seed must be a whole number, got {seed!r}")
    grid = Grid.declared(tick)
    times = np.empty(n, np.int64)
    open_, high, low, close, volume = (np.empty(n) for _ in range(5))
    synthetic.fill(
        int(seed) % 2**64, _start_ns(start), grid.scale, grid.is_ratio, times, open_, high, low, close, volume
    )
    return rebuild(Columns(times, open_, high, low, close, volume, symbol=symbol), grid, {})


def _start_ns(start: Any) -> int:
    try:
        if isinstance(start, datetime.datetime) and start.tzinfo is not None:
            start = start.astimezone(datetime.UTC).replace(tzinfo=None)
        nanoseconds = int(as_nanoseconds(np.array([start], dtype="datetime64[us]"))[0])
    except (TypeError, ValueError):
        raise ParameterError(f"start must be a time such as '2000-01-03', got {start!r}") from None
    if not 0 <= nanoseconds <= LAST_START:
        raise ParameterError(f"start must lie in the years 1970 to 2200, got {start!r}")
    return nanoseconds
