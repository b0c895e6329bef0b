"""The workload on neutrinobt, which takes stop and target prices by signal candle: comparable to the price."""

from __future__ import annotations

from typing import Any

import numpy as np
from neutrinobt.core.reactor import Reactor
from neutrinobt.indicators.ma import calc_ema
from neutrinobt.indicators.signals import crossover
from neutrinobt.indicators.volatility import calc_tr

from bench.peers.workload import FAST, RANGE, SLOW, STOP, TARGET, Workload


class Engine:
    package = "neutrinobt"
    comparable = True

    def __init__(self, workload: Workload) -> None:
        w = self.workload = workload
        names = ("open", "high", "low", "close", "volume")
        self.bars = np.empty(len(w), dtype=[("timestamp", "i8"), *((name, "f8") for name in names)])
        for name in self.bars.dtype.names:
            self.bars[name] = getattr(w, name)
        self.one_unit = np.where(w.entries, 1.0, np.nan)

    def _run(self, entries: np.ndarray, stop_price: np.ndarray, target_price: np.ndarray, size: np.ndarray) -> Any:
        # entry_on_bar_close: a signal on candle t fills at the open of t + 1.
        reactor = Reactor(
            self.bars,
            initial_balance=10_000.0,
            commission_rate=0.0,
            slippage_rate=0.0,
            entry_on_bar_close=True,
            allow_multiple_positions=False,
            max_positions=1,
            max_trade_events=len(self.bars),
        )
        return reactor.run(entries=entries, stop_losses=stop_price, take_profits=target_price, qty_absolutes=size)

    def ready(self) -> Any:
        return self._run(self.workload.entries, self.workload.stop_price, self.workload.target_price, self.one_unit)

    def end_to_end(self) -> Any:
        w = self.workload
        entries = crossover(calc_ema(w.close, FAST), calc_ema(w.close, SLOW))
        ranges = calc_tr(w.high, w.low, w.close)
        ranges[0] = w.high[0] - w.low[0]  # its NaN there would stay in the mean for ever
        atr = calc_ema(ranges, RANGE)
        fill = np.append(w.open[1:], w.close[-1])
        return self._run(entries, fill - STOP * atr, fill + TARGET * atr, np.where(entries, 1.0, np.nan))

    def many(self, workloads: list[Workload]) -> int:
        """Each pair in turn."""
        count = 0
        for w in workloads:
            run = self._run(w.entries, w.stop_price, w.target_price, np.where(w.entries, 1.0, np.nan))
            count += len(run["trades"].get_trades())
        return count

    def trades(self, result: Any) -> dict[str, np.ndarray]:
        rows = result["trades"].get_trades()
        columns = {"entry_index": "entry_bar", "exit_index": "exit_bar"}
        names = ("entry_index", "entry_price", "exit_index", "exit_price")
        return {name: np.array([getattr(row, columns.get(name, name)) for row in rows]) for name in names}
