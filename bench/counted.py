"""The cases of ``bench.instructions``: each calls the compiled ``run`` or ``evaluate``.

``python -m bench.counted CANDLES NAME ...`` runs each in a child of its own, so that valgrind counts it alone, and
prints the number of its process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

import btcore as bt
from bench.batches import cross, donchian, fall, pairs, pullback
from bench.peers.btcore_engine import strategy
from btcore.market import market_of
from btcore.plan import Conditions, Plan
from btcore.program import COLUMNS, evaluate

WINDOW = 100
EVERY = 40  # candles from one signal to the next, where signals are given


@dataclass(frozen=True)
class Case:
    """A name, the family under which it is shown, and what is done on candles."""

    name: str
    family: str
    run: Callable[[bt.Candles], Any]


def operator(name: str, family: str, *expressions: bt.Expr) -> Case:
    def run(candles: bt.Candles) -> None:
        columns = {column: getattr(candles, column) for column in ("timestamp", *COLUMNS)}
        evaluate(*expressions, columns=columns, duration=candles.duration)

    return Case(name, family, run)


def simulations(name: str, family: str, build: Callable[[bt.Candles], Iterable[Any]], **options: Any) -> Case:
    """All that `build` gives in one plan."""

    def run(candles: bt.Candles) -> None:
        plan, conditions = Plan(candles), Conditions(end=len(candles))
        for built in build(candles):
            plan.add(built, conditions, **options)
        plan.run()

    return Case(name, family, run)


def ready(candles: bt.Candles) -> bt.Strategy:
    """Signals and levels as arrays: what is left is fills and statistics."""
    entries = np.arange(len(candles)) % EVERY == 0
    return bt.Strategy(
        entries, stop=np.full(len(candles), 20 * candles.tick), target=np.full(len(candles), 40 * candles.tick)
    )


def cases() -> list[Case]:
    close, high, low, volume = bt.close, bt.high, bt.low, bt.volume
    rolling = ("sum", "mean", "var", "std", "min", "argmax", "median", "rank", "skew", "kurt", "slope")
    return [
        operator("close - open", "of one candle", close - bt.open),
        operator("where(close > open, high, low)", "of one candle", bt.where(close > bt.open, high, low)),
        operator("close crosses above open", "conditions", bt.crosses_above(close, bt.open)),
        operator("shift 100", "conditions", close.shift(WINDOW)),
        *(
            operator(f"rolling {name} 100", "rolling aggregates", getattr(bt, f"rolling_{name}")(close, WINDOW))
            for name in rolling
        ),
        operator("rolling quantile 100", "rolling aggregates", bt.rolling_quantile(close, WINDOW, 0.9)),
        operator("rolling cov 100", "rolling aggregates", bt.rolling_cov(close, volume, WINDOW)),
        operator("rolling corr 100", "rolling aggregates", bt.rolling_corr(close, volume, WINDOW)),
        operator("wma 100", "rolling aggregates", bt.wma(close, WINDOW)),
        operator("ema 20", "recursions", bt.ema(close, 20)),
        operator("8 spans of ema", "recursions", *(bt.ema(close, 20 + k) for k in range(8))),
        operator("rsi 14", "recursions", bt.rsi(close, 14)),
        operator("atr 14", "recursions", bt.atr(14)),
        operator("supertrend", "recursions", bt.supertrend(10).line),
        operator("hour of New York", "time", bt.hour(tz="America/New_York")),
        operator("ema 20 of hours", "time", bt.timeframe("1h", bt.ema(close, 20))),
        simulations("workload A", "simulations", lambda _: [strategy()]),
        simulations("fills and statistics, signals given", "simulations", lambda candles: [ready(candles)]),
        simulations("trailing stops, reversing", "simulations", lambda _: [donchian(0)]),
        simulations("limit entries, break-even", "simulations", lambda _: [pullback(0)]),
        simulations("shorts, stops and trails", "simulations", lambda _: [fall(0)]),
        simulations("batch of 50 pairs", "simulations", lambda _: [cross(**pair) for pair in pairs(50)], keep=False),
        simulations("one trade over all candles", "statistics", lambda _: [[bt.Order(0, "long")]]),
        simulations("the same with the equity at each close", "statistics", lambda _: [[bt.Order(0, "long")]],
                    equity=True),
    ]  # fmt: skip


def main(candles: int, names: list[str]) -> None:
    data = bt.synthetic_candles(candles)
    _ = data.day_ends
    market_of(data, bt.Costs())  # zones, kept with the candles
    known = {case.name: case for case in cases()}
    for name in names:
        child = os.fork()
        if child == 0:
            known[name].run(data)
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            raise SystemExit(f"the case {name!r} failed")
        print(child, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
