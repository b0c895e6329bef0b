"""The workload written by hand with numba: what a careful user gets who writes one engine for one strategy.

Prices are ticks. The rules of docs/fill-rules.md that the workload can meet: C5, D1, D2, D4, D7, D9, X1, X2, X5, X8.
E4 cannot happen: without a spread a fill at the open is at least one tick away from its own stop and target.
"""

from __future__ import annotations

import numba
import numpy as np

from bench.peers.workload import FAST, FASTS, RANGE, SLOW, SLOWS, STOP, TARGET, Workload

SL, SL_GAP, TP, TP_GAP, END_OF_DATA = range(5)
TRADE = np.dtype(
    [("entry_index", "i8"), ("entry_price", "i8"), ("exit_index", "i8"), ("exit_price", "i8"), ("reason", "i8")]
)


@numba.njit(cache=True)
def ema(x, span):
    """Exponential mean seeded by the first value."""
    alpha = 2.0 / (span + 1.0)
    out = np.empty(len(x))
    y = x[0]
    for t in range(len(x)):
        y += alpha * (x[t] - y)
        out[t] = y
    return out


@numba.njit(cache=True)
def true_range(high, low, close):
    out = np.empty(len(close))
    out[0] = high[0] - low[0]
    for t in range(1, len(close)):
        out[t] = max(high[t] - low[t], abs(high[t] - close[t - 1]), abs(low[t] - close[t - 1]))
    return out


@numba.njit(cache=True)
def crosses_above(a, b):
    out = np.zeros(len(a), dtype=np.bool_)
    for t in range(1, len(a)):
        out[t] = a[t] > b[t] and a[t - 1] <= b[t - 1]
    return out


@numba.njit(cache=True)
def in_ticks(distance, scale):
    """Nearest whole number of ticks, ties upwards (C5)."""
    out = np.empty(len(distance), dtype=np.int64)
    for t in range(len(distance)):
        out[t] = int(np.floor(distance[t] * scale + 0.5))
    return out


@numba.njit(cache=True)
def leaves(open_, high, low, stop, target, entered):
    """(price, reason) of an exit of a long on this candle; reason -1: it stays."""
    if not entered and open_ <= stop:  # X1: the open comes first
        return open_, SL_GAP
    if not entered and open_ >= target:
        return open_, TP_GAP
    if low <= stop:  # X2: the stop counts where both are touched
        return stop, SL
    if high >= target:
        return target, TP
    return 0, -1


@numba.njit(cache=True)
def simulate(open_, high, low, close, entries, stop, target):
    """Trades, an order at most in the market at a time; `stop` and `target` are distances in ticks by signal candle."""
    trades = np.empty(np.count_nonzero(entries), dtype=TRADE)
    count = 0
    last = len(close) - 1
    signal = -1  # candle whose order fills at the next open
    held = False
    for t in range(len(close)):
        entered = signal >= 0
        if entered:  # D2
            trades[count]["entry_index"], trades[count]["entry_price"] = t, open_[t]
            stop_level, target_level = open_[t] - stop[signal], open_[t] + target[signal]
            held, signal = True, -1
        if held:
            price, reason = leaves(open_[t], high[t], low[t], stop_level, target_level, entered)
            if reason < 0 and t == last:  # X8
                price, reason = np.int64(close[t]), END_OF_DATA
            if reason >= 0:
                trades[count]["exit_index"], trades[count]["exit_price"] = t, price
                trades[count]["reason"] = reason
                count += 1
                held = False
        if entries[t] and not held and t < last and stop[t] > 0 and target[t] > 0:  # D4, D9, D7
            signal = t
    return trades[:count]


class Engine:
    own_signals = True  # of pairs of means
    package = "numba"
    comparable = True

    def __init__(self, workload: Workload) -> None:
        self.workload = workload
        self.ticks = [
            workload.ticks(getattr(workload, name)).astype(np.int32) for name in ("open", "high", "low", "close")
        ]

    def ready(self) -> np.ndarray:
        w = self.workload
        return simulate(*self.ticks, w.entries, w.stop, w.target)

    def end_to_end(self) -> np.ndarray:
        w = self.workload
        entries = crosses_above(ema(w.close, FAST), ema(w.close, SLOW))
        atr = ema(true_range(w.high, w.low, w.close), RANGE)
        scale = w.scale[0]
        return simulate(*self.ticks, entries, in_ticks(STOP * atr, scale), in_ticks(TARGET * atr, scale))

    def many(self, workloads: list[Workload]) -> int:
        """Each pair in turn; a mean is computed once."""
        w = self.workload
        means = {span: ema(w.close, span) for span in {*FASTS, *SLOWS}}
        entries = (crosses_above(means[fast], means[slow]) for fast in FASTS for slow in SLOWS)
        return sum(len(simulate(*self.ticks, signals, w.stop, w.target)) for signals in entries)

    def trades(self, result: np.ndarray) -> dict[str, np.ndarray]:
        scale = self.workload.scale[0]
        prices = {name: result[name] / scale for name in ("entry_price", "exit_price")}
        return {"entry_index": result["entry_index"], "exit_index": result["exit_index"], **prices}
