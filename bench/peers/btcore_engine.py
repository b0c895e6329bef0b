"""The workload on btcore, from checked candles."""

from __future__ import annotations

from typing import Any

import numpy as np

import btcore as bt
from bench.peers.workload import FAST, RANGE, SLOW, STOP, TARGET, Workload


def strategy() -> bt.Strategy:
    """The workload as expressions."""
    atr = bt.atr(RANGE, smoothing="ema")
    fast, slow = bt.ema(bt.close, FAST), bt.ema(bt.close, SLOW)
    return bt.Strategy(bt.crosses_above(fast, slow), stop=STOP * atr, target=TARGET * atr)


class Engine:
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

    def trades(self, result: bt.Result) -> dict[str, np.ndarray]:
        rows: Any = result.trades.to_numpy()
        return {name: rows[name] for name in ("entry_index", "entry_price", "exit_index", "exit_price", "exit_reason")}
