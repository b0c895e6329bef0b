"""How the cases of the second reading are written; each becomes a case of the golden format (``golden.loader``)."""

from __future__ import annotations

import math
from typing import Any

from golden.loader import SIDES

import btcore as bt

NAN = math.nan
HOUR = 60  # minutes between candles unless a case says otherwise

Row = tuple[float, float, float, float]


def flat(price: float) -> Row:
    """A candle without range."""
    return price, price, price, price


START = flat(100)


def long(at: int, kind: str = "market", price: float | None = None, **levels: Any) -> dict[str, Any]:
    """A buy order decided at the close of candle `at`."""
    return _order(at, "long", kind, price, levels)


def short(at: int, kind: str = "market", price: float | None = None, **levels: Any) -> dict[str, Any]:
    """A sell order decided at the close of candle `at`."""
    return _order(at, "short", kind, price, levels)


def _order(at: int, side: str, kind: str, price: float | None, levels: dict[str, Any]) -> dict[str, Any]:
    return {"at": at, "side": side, "kind": kind, **({} if price is None else {"price": price}), **levels}


def leave(at: int) -> int:
    """An exit decided at the close of candle `at`."""
    return at


def percent(value: float) -> dict[str, float]:
    """A distance in percent."""
    return {"percent": value}


def trade(
    entry_index: int, entry_price: float, exit_index: int, exit_price: float, exit_reason: str, net: float,
    ambiguous: bool = False, **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """An expected trade: what every case says of it, and what else this one checks."""
    return {
        "entry_index": entry_index,
        "entry_price": entry_price,
        "exit_index": exit_index,
        "exit_price": exit_price,
        "exit_reason": bt.ExitReason[exit_reason],
        "net": net,
        "ambiguous": ambiguous,
        **more,
    }


def case(
    id: str, why: str, candles: list[Row], orders: list[dict[str, Any] | int],
    trades: list[dict[str, Any]] | None = None, **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """A case: orders (or ``strategy=``) on candles of (open, high, low, close), and the trades that follow.

    ``rejected`` is complete, empty by default; ``reading`` and ``revised`` are for people. A trade is on the side of
    the orders unless it says another.
    """
    made = {"id": id, "why": why, "candles": [list(row) for row in candles], "minutes": HOUR, "rejected": {}, **more}
    if "strategy" not in more:
        made["orders"] = [order for order in orders if isinstance(order, dict)]
        made["exits"] = [order for order in orders if isinstance(order, int)]
    made["trades"] = [{**t, "side": SIDES[t.get("side") or _only_side(made)]} for t in trades or []]
    return made


def _only_side(case: dict[str, Any]) -> str:
    """The side of all orders of a case."""
    asked = {order["side"] for order in case.get("orders", [])}
    asked |= {side for side in SIDES if f"enter_{side}" in case.get("strategy", {})}
    (side,) = asked
    return side
