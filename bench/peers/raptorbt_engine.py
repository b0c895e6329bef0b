"""The workload on raptorbt.

Its array runner takes no levels per candle and does not re-enter after a stop or target until an exit signal came, so
it is timed on the nearest thing it can run: its own Wilder range for the levels and an exit signal on the cross back.
``Session`` drives its kernel candle by candle instead and can be given the levels.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from bench.peers.workload import FAST, FASTS, RANGE, SLOW, SLOWS, STOP, TARGET, WINDOW, Workload, decision

os.environ["RAPTORBT_NO_VERSION_CHECK"] = "1"

import raptorbt


def _trades(result: Any) -> dict[str, np.ndarray]:
    rows = result.trades()
    columns = {"entry_index": "entry_idx", "exit_index": "exit_idx"}
    names = ("entry_index", "entry_price", "exit_index", "exit_price")
    return {name: np.array([getattr(row, columns.get(name, name)) for row in rows]) for name in names}


def _config() -> Any:
    return raptorbt.BacktestConfig(initial_capital=10_000.0, fees=0.0, slippage=0.0, fill_timing="next_bar_open")


class Engine:
    own_signals = True  # of pairs of means
    package = "raptorbt"
    comparable = False  # other levels, and exits on the cross back

    def __init__(self, workload: Workload) -> None:
        self.workload = workload
        self.config = _config()
        self.config.set_atr_stop(float(STOP), RANGE)
        self.config.set_atr_target(float(TARGET), RANGE)
        self.signals = self._signals()

    def _signals(self, fast: int = FAST, slow: int = SLOW) -> tuple[np.ndarray, np.ndarray]:
        close = self.workload.close
        above = raptorbt.ema(close, fast) > raptorbt.ema(close, slow)
        enter, leave = np.zeros(len(close), dtype=bool), np.zeros(len(close), dtype=bool)
        enter[slow:] = above[slow:] & ~above[slow - 1 : -1]
        leave[slow:] = above[slow - 1 : -1] & ~above[slow:]
        return enter, leave

    def _run(self, enter: np.ndarray, leave: np.ndarray) -> Any:
        w = self.workload
        candles = (w.timestamp, w.open, w.high, w.low, w.close, w.volume)
        return raptorbt.run_single_backtest(*candles, enter, leave, 1, 1.0, "SYNTH", self.config)

    def ready(self) -> Any:
        return self._run(*self.signals)

    def end_to_end(self) -> Any:
        return self._run(*self._signals())

    def many(self, workloads: list[Workload]) -> int:
        """Each pair in turn."""
        signals = (self._signals(fast, slow) for fast in FASTS for slow in SLOWS)
        return sum(len(self._run(*both).trades()) for both in signals)

    def trades(self, result: Any) -> dict[str, np.ndarray]:
        return _trades(result)


class Session:
    package = "raptorbt"
    comparable = True
    end_to_end = None

    def __init__(self, workload: Workload) -> None:
        self.workload = workload

    def ready(self) -> Any:
        w = self.workload
        session = raptorbt.KernelSession(symbol="SYNTH", direction=1, config=_config())
        columns = (w.timestamp, w.open, w.high, w.low, w.close, w.volume)
        for first in range(0, len(w), 100_000):  # whole columns as lists would take gigabytes
            part = slice(first, first + 100_000)
            rows = zip(*(column[part].tolist() for column in columns), strict=True)
            for i, row in enumerate(rows, first):
                if w.entries[i]:
                    levels = {"stop_price": float(w.stop_price[i]), "target_price": float(w.target_price[i])}
                    session.step(i, *row, entry=True, exit=False, **levels)
                else:
                    session.step(i, *row, entry=False, exit=False)
        return session.finish()

    def callback(self, decide: Callable[[np.ndarray, bool], int] = decision) -> Any:
        """It calls nobody: the loop over the candles, and the window, are the caller's."""
        w = self.workload
        session = raptorbt.KernelSession(symbol="SYNTH", direction=1, config=_config())
        holds = False
        for first in range(0, len(w), 100_000):
            part = slice(first, first + 100_000)
            columns = (w.timestamp, w.open, w.high, w.low, w.close, w.volume)
            rows = zip(*(column[part].tolist() for column in columns), strict=True)
            for t, row in enumerate(rows, first):
                answer = decide(w.close[t - WINDOW + 1 : t + 1], holds) if t >= WINDOW - 1 else 0
                session.step(t, *row, entry=answer > 0, exit=answer < 0)
                holds = answer > 0 or (holds and answer == 0)
        return session.finish()

    def trades(self, result: Any) -> dict[str, np.ndarray]:
        return _trades(result)
