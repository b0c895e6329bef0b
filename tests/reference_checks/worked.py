"""Helpers of the hand-worked checks: short series on whole prices, run as written for longs and mirrored for shorts."""

from __future__ import annotations

from typing import Any

import numpy as np
from reference.engine import ReferenceResult, simulate

from btcore.candles import Candles
from btcore.orders import Exit, Order

MINUTE = 60 * 1_000_000_000
MIRROR = 200
SIGNAL = (100, 100, 100, 100)
Row = tuple[float, float, float, float]


def candles(rows: list[Row], side: int = 1, **options: Any) -> Candles:
    """Candles of (open, high, low, close); for ``side`` -1 mirrored at 100, with bid and ask exchanged."""
    if side < 0:
        rows = [(MIRROR - o, MIRROR - low, MIRROR - high, MIRROR - c) for o, high, low, c in rows]
        options = {"quote": {"bid": "ask", "ask": "bid", "mid": "mid"}[options.get("quote", "bid")]} | {
            name: value for name, value in options.items() if name != "quote"
        }
    columns = np.array(rows, dtype=np.float64).T
    return Candles(np.arange(len(rows)) * MINUTE, *columns, **({"tick": 1.0} | options))


def order(side: int, at: int, kind: str = "market", price: float | None = None, **levels: Any) -> Order:
    """An order as written for a long, mirrored for ``side`` -1."""
    if side < 0:
        price = None if price is None else MIRROR - price
        levels = {name: MIRROR - value if name.endswith("_price") else value for name, value in levels.items()}
    return Order(at, side, kind, price, **levels)


def run(rows: list[Row], side: int, *plan: Order | Exit, spread: float = 0.0, **options: Any) -> ReferenceResult:
    """The twin's result of explicit orders on mirrored candles."""
    return simulate(list(plan), candles(rows, side, spread=spread), **options)


def told(result: ReferenceResult, side: int) -> list[tuple[Any, ...]]:
    """Each trade as (reason, entry index, entry price, exit index, exit price, ambiguous), mirrored back to a long."""
    price = (lambda p: p) if side > 0 else (lambda p: MIRROR - p)
    return [
        (
            trade["exit_reason"].name,
            trade["entry_index"],
            price(trade["entry_price"]),
            trade["exit_index"],
            price(trade["exit_price"]),
            trade["ambiguous"],
        )
        for trade in result.trades
    ]
