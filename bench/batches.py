"""The batches that are measured: many pairs of averages, and strategies of five kinds."""

from __future__ import annotations

from typing import Any

import btcore as bt
from bench.peers.workload import RANGE, STOP, TARGET

FASTS, SLOWS = (5, 8, 10, 12, 15, 18, 20, 22, 25, 30), (40, 50, 60, 80, 100)  # 50 pairs
MANY_FASTS, MANY_SLOWS = range(5, 55), range(60, 80)  # 1,000 pairs


def cross(fast: int, slow: int) -> bt.Strategy:
    """The workload of ``bench.peers`` with averages of any two spans."""
    reach = bt.atr(RANGE, smoothing="ema")
    quick, calm = bt.ema(bt.close, fast), bt.ema(bt.close, slow)
    return bt.Strategy(bt.crosses_above(quick, calm), stop=STOP * reach, target=TARGET * reach)


def pairs(count: int) -> list[dict[str, int]]:
    """So many pairs of spans."""
    fasts, slows = (FASTS, SLOWS) if count <= len(FASTS) * len(SLOWS) else (MANY_FASTS, MANY_SLOWS)
    return [{"fast": fast, "slow": slow} for fast in fasts for slow in slows][:count]


def zscore(number: int) -> bt.Strategy:
    far = bt.zscore(bt.close, 60 + 20 * number)
    return bt.Strategy(far < -2, far > 2, far > 0, far < 0, stop=4 * bt.atr(14), name="z-score")


def donchian(number: int) -> bt.Strategy:
    window = 100 + 40 * number
    return bt.Strategy(
        bt.high > bt.rolling_max(bt.high, window).shift(1), bt.low < bt.rolling_min(bt.low, window).shift(1),
        trail=3 * bt.atr(14), reverse=True, name="Donchian",
    )  # fmt: skip


def relative_strength(number: int) -> bt.Strategy:
    strength = bt.rsi(bt.close, 10 + number)
    return bt.Strategy(
        bt.crosses_above(strength, 30), bt.crosses_below(strength, 70),
        stop=2 * bt.atr(14), target=3 * bt.atr(14), max_bars=240, name="RSI",
    )  # fmt: skip


def pullback(number: int) -> bt.Strategy:
    slow, reach = bt.ema(bt.close, 200 + 20 * number), bt.atr(14)
    return bt.Strategy(
        bt.crosses_above(bt.close, slow), entry="limit", price=bt.close - reach, expiry=30,
        stop=2 * reach, target=2 * reach, breakeven=reach, name="pullback",
    )  # fmt: skip


def fall(number: int) -> bt.Strategy:
    quick, calm = bt.sma(bt.close, 10 + number), bt.sma(bt.close, 50 + 10 * number)
    return bt.Strategy(
        enter_short=bt.crosses_below(quick, calm), stop=2 * bt.atr(14), trail=3 * bt.atr(14), name="fall"
    )


KINDS = (zscore, donchian, relative_strength, pullback, fall)


def mixed(instruments: list[bt.Candles]) -> list[bt.Simulation]:
    """Five kinds of strategies with ten sets of parameters, divided over the instruments."""
    made: list[Any] = [(kind, number) for number in range(10) for kind in KINDS]
    return [
        bt.Simulation(kind(number), instruments[k % len(instruments)], parameters={"number": number})
        for k, (kind, number) in enumerate(made)
    ]
