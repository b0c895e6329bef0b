"""The workloads on backtrader, which calls Python for each candle.

The exits of a bracket act from the candle after the one of the fill.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import backtrader
import numpy as np
import pandas as pd

from bench.peers.workload import WINDOW, Workload, decision


class _Candles(backtrader.feeds.PandasData):
    params = (("openinterest", None),)


class _Traded(backtrader.Strategy):
    """Keeps the fills of its trades: candle and price of entry and exit."""

    params = (("workload", None), ("decide", None))

    def __init__(self) -> None:
        self.fills: list[list[float]] = []
        self.pending: list[Any] = []

    def notify_order(self, order: Any) -> None:
        if order.status != order.Completed:
            if not order.alive() and order in self.pending:
                self.pending.remove(order)
            return
        if order in self.pending:
            self.pending.remove(order)
        at = len(self.data) - 1
        if order.isbuy():
            self.fills.append([at, order.executed.price, -1, np.nan])
        elif self.fills:
            self.fills[-1][2:] = [at, order.executed.price]


class _Bracket(_Traded):
    def next(self) -> None:
        w, t = self.p.workload, len(self.data) - 1
        if w.entries[t] and not self.position and not self.pending and t + 1 < len(w):
            levels = {"stopprice": w.stop_price[t], "limitprice": w.target_price[t]}
            self.pending = self.buy_bracket(size=1, exectype=backtrader.Order.Market, **levels)


class _Called(_Traded):
    def next(self) -> None:
        if len(self.data) < WINDOW:
            return
        answer = self.p.decide(np.array(self.data.close.get(size=WINDOW)), self.position.size > 0)
        if answer > 0:
            self.buy(size=1)
        elif answer < 0:
            self.close()


class Engine:
    package = "backtrader"
    comparable = True
    end_to_end = None

    def __init__(self, workload: Workload) -> None:
        w = self.workload = workload
        columns = {"open": w.open, "high": w.high, "low": w.low, "close": w.close, "volume": w.volume}
        self.frame = pd.DataFrame(columns, index=pd.to_datetime(w.timestamp))

    def _run(self, kind: Any, workload: Workload, decide: Any = None) -> Any:
        cerebro = backtrader.Cerebro(stdstats=False)
        cerebro.adddata(_Candles(dataname=self.frame))
        cerebro.broker.setcash(1e9)
        cerebro.addstrategy(kind, workload=workload, decide=decide)
        return cerebro.run()[0].fills

    def ready(self) -> Any:
        return self._run(_Bracket, self.workload)

    def many(self, workloads: list[Workload]) -> int:
        return sum(len(self._run(_Bracket, w)) for w in workloads)

    def callback(self, decide: Callable[[np.ndarray, bool], int] = decision) -> Any:
        return self._run(_Called, self.workload, decide)

    def trades(self, result: Any) -> dict[str, np.ndarray]:
        rows = np.array([row for row in result if row[2] >= 0], dtype=np.float64).reshape(-1, 4)
        names = ("entry_index", "entry_price", "exit_index", "exit_price")
        columns = dict(zip(names, rows.T, strict=True))
        return {name: values.astype(np.int64) if name.endswith("index") else values for name, values in columns.items()}
