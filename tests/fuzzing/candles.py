"""Random candles for areas that look at them as they come: any times, prices of any number of ticks."""

from __future__ import annotations

import random

import numpy as np

import btcore as bt

MINUTE = 60 * 10**9


def random_candles(rng: random.Random, length: int, base: int = 1000) -> bt.Candles:
    """A walk of `length` candles a minute or more apart, around `base` ticks."""
    draw = np.random.default_rng(rng.randrange(2**32))
    gaps = draw.choice([1, 1, 1, 2, 60, 1440], length) if rng.random() < 0.5 else np.ones(length, dtype=np.int64)
    times = rng.choice([0, 28_000_000, -2_000_000]) * MINUTE + np.cumsum(gaps) * MINUTE
    close = np.maximum(base + draw.integers(-8, 9, length).cumsum(), 20)
    opened = np.maximum(np.concatenate([[base], close[:-1]]) + draw.integers(-3, 4, length), 20)
    high, low = (
        np.maximum(opened, close) + draw.integers(0, 5, length),
        np.minimum(opened, close) - draw.integers(0, 5, length),
    )
    volume = draw.choice([0.0, 1.0, 5.5, 1e12, np.nan], length, p=[0.2, 0.4, 0.3, 0.05, 0.05])
    tick = rng.choice([1.0, 0.25, 0.01])
    return bt.Candles(
        times, *(column * tick for column in (opened, high, low, close)), volume, tick=tick, period="1min"
    )


def pushed_row(candles: bt.Candles, t: int) -> list[float]:
    """Prices and volume of a candle as they are pushed."""
    return [getattr(candles, name)[t].item() for name in ("open", "high", "low", "close", "volume")]
