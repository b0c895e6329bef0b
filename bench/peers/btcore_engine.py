"""The workload on btcore, from checked candles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import btcore as bt
from bench.peers.workload import ENTER, FAST, LEAVE, RANGE, SLOW, STOP, TARGET, WINDOW, Workload, decision


def strategy() -> bt.Strategy:
    """The workload as expressions."""
    atr = bt.atr(RANGE, smoothing="ema")
    fast, slow = bt.ema(bt.close, FAST), bt.ema(bt.close, SLOW)
    return bt.Strategy(bt.crosses_above(fast, slow), stop=STOP * atr, target=TARGET * atr)


class Called(bt.WindowStrategy):
    """A function of the last closes and of whether a position is open."""

    window = WINDOW

    def __init__(self, decide: Callable[[np.ndarray, bool], int]) -> None:
        self.decide = decide

    def on_candle(self, window: Any) -> Any:
        answer = self.decide(window.close, window.position is not None)
        if answer > 0:
            return window.buy()
        return window.exit() if answer < 0 else None


POPULATION = ((WINDOW - 1) / WINDOW) ** 0.5  # of a window's deviation to that of NumPy


class Aggregated(bt.WindowStrategy):
    """``workload.decision`` by the window's own mean and deviation."""

    window = WINDOW

    def on_candle(self, window: Any) -> Any:
        spread = window.std("close") * POPULATION
        score = (window.close[-1] - window.mean("close")) / spread if spread > 0.0 else 0.0
        if window.position is not None:
            return window.exit() if score > LEAVE else None
        return window.buy() if score < ENTER else None


class Engine:
    own_signals = True  # of pairs of means
    package = "btcore"
    comparable = True

    def __init__(self, workload: Workload) -> None:
        w = workload
        self.candles = bt.Candles(w.timestamp, w.open, w.high, w.low, w.close, w.volume, tick=1.0 / w.scale[0])
        self.signals = (w.entries, w.stop / w.scale[0], w.target / w.scale[0])
        self.expressions = strategy()

    def ready(self) -> bt.Result:
        entries, stop, target = self.signals
        return bt.simulate(bt.Strategy(entries, stop=stop, target=target), self.candles)

    def end_to_end(self) -> bt.Result:
        return bt.simulate(self.expressions, self.candles)

    def many(self, workloads: list[Workload]) -> int:
        """All pairs as one batch in this process; its signals are expressions and not the given ones."""
        from bench.batches import cross, pairs

        options: dict[str, Any] = {"executor": "serial", "progress": False}
        experiment = bt.sweep(cross, self.candles, pairs(len(workloads)), **options)
        return int(sum(s.result.stats["trades"] for s in experiment.simulations))

    def callback(self, decide: Callable[[np.ndarray, bool], int] = decision) -> bt.Result:
        return bt.simulate(Called(decide), self.candles)

    def trades(self, result: bt.Result) -> dict[str, np.ndarray]:
        rows: Any = result.trades.to_numpy()
        return {name: rows[name] for name in ("entry_index", "entry_price", "exit_index", "exit_price", "exit_reason")}


class Native(Engine):
    """The callback with aggregates that the window computes itself."""

    def callback(self, decide: Callable[[np.ndarray, bool], int] = decision) -> bt.Result:
        return bt.simulate(Aggregated(), self.candles)
