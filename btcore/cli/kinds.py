"""The strategies of ``btcore demo``: five kinds, each with ten sets of parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from btcore.batch.grids import grid_product
from btcore.expr import close, high, low
from btcore.indicators import atr, crosses_above, crosses_below, ema, rolling_max, rolling_min, rsi, zscore
from btcore.strategy import Strategy

__all__ = ["KINDS", "UNITS"]

UNITS = 100


def trend(fast: int, slow: int) -> Strategy:
    """Two averages cross: follow, with a stop and a target in multiples of the average true range."""
    quick, calm = ema(close, fast), ema(close, slow)
    return Strategy(
        crosses_above(quick, calm), crosses_below(quick, calm), stop=2 * atr(14), target=4 * atr(14), size=UNITS
    )


def reversal(window: int, entry: float) -> Strategy:
    """Far from the average: bet on the way back, until it is there or four hours have passed."""
    score = zscore(close, window)
    return Strategy(
        score < -entry, score > entry, exit_long=score > 0, exit_short=score < 0, stop=3 * atr(14), max_bars=240,
        size=UNITS,
    )  # fmt: skip


def breakout(window: int, trail: float) -> Strategy:
    """A new extreme: follow, with a stop that trails."""
    top, bottom = rolling_max(high, window).shift(1), rolling_min(low, window).shift(1)
    return Strategy(close > top, close < bottom, trail=trail * atr(14), size=UNITS)


def momentum(window: int, level: float) -> Strategy:
    """The relative strength index leaves its middle: follow."""
    strength = rsi(close, window)
    return Strategy(
        crosses_above(strength, level), crosses_below(strength, 100 - level), stop=2 * atr(14), target=2 * atr(14),
        size=UNITS,
    )  # fmt: skip


def pullback(window: int, distance: float) -> Strategy:
    """The price crosses its average: wait half an hour for a better price, with a limit order."""
    middle, step = ema(close, window), distance * atr(14)
    return Strategy(
        crosses_above(close, middle), crosses_below(close, middle), entry="limit", price=(close - step, close + step),
        expiry=30, stop=2 * atr(14), target=3 * atr(14), size=UNITS,
    )  # fmt: skip


KINDS: dict[Callable[..., Strategy], list[dict[str, Any]]] = {
    trend: grid_product({"fast": [10, 20, 30, 50, 100], "slow": [200, 400]}),
    reversal: grid_product({"window": [60, 120, 240, 480, 960], "entry": [2.0, 3.0]}),
    breakout: grid_product({"window": [60, 240, 480, 720, 1440], "trail": [5.0, 10.0]}),
    momentum: grid_product({"window": [10, 14, 20, 30, 45], "level": [60, 70]}),
    pullback: grid_product({"window": [50, 100, 200, 400, 800], "distance": [1.0, 2.0]}),
}
