"""The workload on vectorbt, with its numba and its Rust core.

It takes levels as shares of the entry price only, and stops do not act on the candle of the entry.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import vectorbt

from bench.peers.workload import FAST, RANGE, SLOW, STOP, TARGET, Workload


def _delayed(values: np.ndarray) -> np.ndarray:
    """What was known one candle ago: a signal on candle t becomes an entry at the open of t + 1."""
    out = np.empty_like(values)
    out[0], out[1:] = 0, values[:-1]
    return out


class Engine:
    package = "vectorbt"
    comparable = True
    core = "numba"

    def __init__(self, workload: Workload) -> None:
        w = self.workload = workload
        scale = w.scale[0]
        self.entries = _delayed(w.entries)
        self.stop, self.target = _delayed(w.stop) / scale / w.open, _delayed(w.target) / scale / w.open

    def _run(self, entries: np.ndarray, stop: np.ndarray, target: np.ndarray) -> Any:
        w = self.workload
        portfolio = vectorbt.Portfolio.from_signals(
            close=w.close,
            open=w.open,
            high=w.high,
            low=w.low,
            entries=entries,
            exits=False,
            price=w.open,
            size=1.0,
            sl_stop=stop,
            tp_stop=target,
            stop_entry_price="fillprice",
            stop_exit_price="stoplimit",
            init_cash=10_000.0,
            engine=self.core,
            freq="1min",
        )
        return portfolio.trades.values, portfolio.stats(silence_warnings=True)

    def ready(self) -> Any:
        return self._run(self.entries, self.stop, self.target)

    def end_to_end(self) -> Any:
        w = self.workload
        fast, slow = (vectorbt.MA.run(w.close, span, ewm=True) for span in (FAST, SLOW))
        entries = _delayed(fast.ma_crossed_above(slow).to_numpy())
        atr = _delayed(vectorbt.ATR.run(w.high, w.low, w.close, RANGE, ewm=True).atr.to_numpy())
        return self._run(entries, STOP * atr / w.open, TARGET * atr / w.open)

    def many(self, workloads: list[Workload]) -> int:
        """Each pair in turn: as columns of one run they would take gigabytes per column."""
        return sum(len(self._run(_delayed(w.entries), self.stop, self.target)[0]) for w in workloads)

    def trades(self, result: Any) -> dict[str, np.ndarray]:
        columns = {"entry_index": "entry_idx", "exit_index": "exit_idx"}
        names = ("entry_index", "entry_price", "exit_index", "exit_price")
        return {name: np.asarray(result[0][columns.get(name, name)]) for name in names}


class Rust(Engine):
    core = "rust"
