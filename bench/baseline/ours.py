"""The same strategy on btcore, and its trades beside those of the baseline."""

from __future__ import annotations

from typing import Any

import numpy as np

import btcore as bt
from bench.baseline.engine import Trade
from bench.baseline.workload import FAST, RANGE, SLOW, STOP, TARGET, Prices


def strategy(tie: float) -> bt.Strategy:
    atr = bt.atr(RANGE, smoothing="sma")
    distance = bt.sma(bt.close, FAST) - bt.sma(bt.close, SLOW)
    return bt.Strategy(bt.crosses_above(distance, tie), stop=STOP * atr, target=TARGET * atr)


def candles_of(prices: Prices) -> bt.Candles:
    return bt.Candles(*prices[:-1], tick=prices.tick)


def trades(prices: Prices, result: bt.Result) -> list[Trade]:
    rows: Any = result.trades.to_numpy()
    columns = [rows["entry_index"], prices.in_ticks(rows["entry_price"]), rows["exit_index"]]
    columns.append(prices.in_ticks(rows["exit_price"]))
    reasons = [bt.ExitReason(code).name for code in rows["exit_reason"]]
    return [(*map(int, row), reason) for row, reason in zip(np.transpose(columns), reasons, strict=True)]  # type: ignore[misc]


def agreement(candles: int, baseline: list[Trade], ours: list[Trade]) -> dict[str, int]:
    """How many trades are the same in candles, prices and reason."""
    equal = len(set(baseline) & set(ours))
    return {
        "candles": candles,
        "trades": len(baseline),
        "btcore_trades": len(ours),
        "equal": equal,
        "differing": max(len(baseline), len(ours)) - equal,
    }
