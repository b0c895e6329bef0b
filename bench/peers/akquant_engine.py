"""The workloads on akquant, a Rust core that calls Python for each candle.

Its shares have a tick of 0.01 and orders off that grid are refused, so a tick of the candles is given as 0.01.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import Any

import akquant
import numpy as np
import pandas as pd

from bench.peers.workload import WINDOW, Workload, decision

logging.disable(logging.WARNING)
warnings.filterwarnings("ignore", module=__name__)  # it would rather have parameters declared in the class
SYMBOL = "SYNTH"


class _Bracket(akquant.Strategy):
    def __init__(self, workload: Workload) -> None:
        self.workload, self.t = workload, -1

    def on_bar(self, bar: Any) -> None:
        self.t += 1
        w, t = self.workload, self.t
        if w.entries[t] and t + 1 < len(w) and self.get_position(SYMBOL) == 0:
            stop, target = (float(round(price * w.scale[0])) / 100 for price in (w.stop_price[t], w.target_price[t]))
            self.place_bracket(SYMBOL, 1, stop_trigger_price=stop, take_profit_price=target)


class _Called(akquant.Strategy):
    def __init__(self, decide: Callable[[np.ndarray, bool], int]) -> None:
        self.decide, self.t = decide, 0
        self.set_history_depth(WINDOW)

    def on_bar(self, bar: Any) -> None:
        self.t += 1
        if self.t < WINDOW:
            return
        answer = self.decide(self.get_history(WINDOW, SYMBOL, "close"), self.get_position(SYMBOL) > 0)
        if answer > 0:
            self.buy(SYMBOL, 1)
        elif answer < 0:
            self.close_position(SYMBOL)


class Engine:
    package = "akquant"
    comparable = True
    end_to_end = None

    def __init__(self, workload: Workload) -> None:
        w = self.workload = workload
        times = pd.to_datetime(w.timestamp, utc=True)
        prices = {name: w.ticks(getattr(w, name)) / 100 for name in ("open", "high", "low", "close")}
        self.frame = pd.DataFrame({"date": times, **prices, "volume": w.volume + 1e9, "symbol": SYMBOL})
        self.row = pd.Series(np.arange(len(w)), index=times)

    def _run(self, strategy: Any, **options: Any) -> Any:
        return akquant.run_backtest(
            data=self.frame, strategy=strategy, symbols=SYMBOL, initial_cash=1e9, commission_rate=0.0,
            stamp_tax_rate=0.0, transfer_fee_rate=0.0, min_commission=0.0, lot_size=1, show_progress=False,
            timezone="UTC", **options,
        )  # fmt: skip

    def ready(self) -> Any:
        return self._run(_Bracket(self.workload))

    def many(self, workloads: list[Workload]) -> int:
        return sum(len(self._run(_Bracket(w)).trades_df) for w in workloads)

    def callback(self, decide: Callable[[np.ndarray, bool], int] = decision) -> Any:
        return self._run(_Called(decide), history_depth=WINDOW)

    def trades(self, result: Any) -> dict[str, np.ndarray]:
        rows = result.trades_df
        if rows.empty:
            return {name: np.empty(0) for name in ("entry_index", "entry_price", "exit_index", "exit_price")}
        names = {"entry_index": "entry_time", "exit_index": "exit_time"}
        found = {name: self.row[pd.to_datetime(rows[column], utc=True)].to_numpy() for name, column in names.items()}
        scale = 100 / self.workload.scale[0]
        return found | {name: rows[name].to_numpy() * scale for name in ("entry_price", "exit_price")}
