"""The workload on backtesting.py, which calls Python for each candle and takes stop and target as prices."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy

from bench.peers.workload import WINDOW, Workload, decision


class Engine:
    package = "backtesting"
    comparable = True
    end_to_end = None

    def __init__(self, workload: Workload) -> None:
        self.workload = w = workload
        columns = {"Open": w.open, "High": w.high, "Low": w.low, "Close": w.close, "Volume": w.volume}
        self.frame = pd.DataFrame(columns, index=pd.to_datetime(w.timestamp))

    def ready(self) -> Any:
        return self._run_of(self.workload)

    def many(self, workloads: list[Workload]) -> int:
        """Each pair in turn."""
        return sum(len(self._run_of(w)["_trades"]) for w in workloads)

    def callback(self, decide: Callable[[np.ndarray, bool], int] = decision) -> Any:
        class Called(Strategy):
            def init(self) -> None:
                pass

            def next(self) -> None:
                if len(self.data) < WINDOW:
                    return
                answer = decide(self.data.Close[-WINDOW:], bool(self.position))
                if answer > 0:
                    self.buy(size=1)
                elif answer < 0:
                    self.position.close()

        return self._run(Called)

    def _run_of(self, w: Workload) -> Any:
        class Ready(Strategy):
            def init(self) -> None:
                pass

            def next(self) -> None:
                t = len(self.data) - 1
                if w.entries[t] and not self.position and not self.orders and t + 1 < len(w):
                    # It refuses levels that do not lie around the last close, as after a gap, by raising.
                    with contextlib.suppress(ValueError):
                        self.buy(size=1, sl=w.stop_price[t], tp=w.target_price[t])

        return self._run(Ready)

    def _run(self, strategy: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Backtest(self.frame, strategy, cash=1e9, commission=0.0, finalize_trades=True).run()

    def trades(self, result: Any) -> dict[str, np.ndarray]:
        rows = result["_trades"].sort_values("EntryBar")
        columns = {
            "entry_index": "EntryBar",
            "exit_index": "ExitBar",
            "entry_price": "EntryPrice",
            "exit_price": "ExitPrice",
        }
        return {name: rows[column].to_numpy() for name, column in columns.items()}
