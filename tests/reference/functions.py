"""Strategies that are functions: what they see at a close, what their answers mean; written from docs/callbacks.md."""

from __future__ import annotations

import dataclasses
import math
from types import SimpleNamespace
from typing import Any

import btcore as bt
from btcore.expr import condition
from btcore.orders import Decided, Exit, Order
from reference.codes import EntryKind
from reference.entries import ListedDecisions
from reference.operators import evaluate

COLUMNS = ("open", "high", "low", "close", "volume")


class PlainWindow:
    """The last candles and the account as copies, made anew for each call."""

    def __init__(self, strategy: Any, candles: Any, t: int, account: Any) -> None:
        self._candles, self._size, self._account, self._strategy = candles, strategy.window, account, strategy
        self.index, self.time = t, int(candles.timestamp[t])
        first = t + 1 - self._size
        for name in (*COLUMNS, "timestamp"):
            setattr(self, name, getattr(candles, name)[first : t + 1].copy())
        self.positions = [position_record(p, account, t) for p in account.positions]
        self.position = self.positions[0] if self.positions else None
        self.orders = [order_record(order, account) for order in account.orders]
        self.equity = account.equity_at_close(t)
        self.cash = account.equity

    def __len__(self) -> int:
        return self._size

    def value(self, name: str) -> Any:
        """A column, or an expression of the strategy, at the newest candle."""
        if name in COLUMNS:
            return getattr(self, name)[-1]
        return evaluate(getattr(self._strategy, name), self._candles)[self.index]

    def _aggregate(self, function: Any, column: str, n: int | None) -> float:
        """The contract is that of the rolling function over all candles, to the bit."""
        return float(function(getattr(self._candles, column), n or self._size)[self.index])

    def mean(self, column: str = "close", n: int | None = None) -> float:
        return self._aggregate(bt.rolling_mean, column, n)

    def std(self, column: str = "close", n: int | None = None) -> float:
        return self._aggregate(bt.rolling_std, column, n)

    def sum(self, column: str = "close", n: int | None = None) -> float:
        return self._aggregate(bt.rolling_sum, column, n)

    def min(self, column: str = "close", n: int | None = None) -> float:
        return self._aggregate(bt.rolling_min, column, n)

    def max(self, column: str = "close", n: int | None = None) -> float:
        return self._aggregate(bt.rolling_max, column, n)

    def buy(self, kind: str = "market", price: Any = None, **given: Any) -> Order:
        return Decided(self.index, 1, kind, price, **given)

    def sell(self, kind: str = "market", price: Any = None, **given: Any) -> Order:
        return Decided(self.index, -1, kind, price, **given)

    def exit(self, side: Any = None) -> Any:
        return SimpleNamespace(leaves={None: (1, -1), "long": (1,), "short": (-1,)}[side])


def position_record(position: Any, account: Any, t: int) -> SimpleNamespace:
    """What a function is shown of a position."""
    grid, stop = account.grid, position.in_force()[0]
    gained = position.side * (account.market.exit_bar(position.side, t).close - position.entry.price)
    return SimpleNamespace(
        parent=position.number,
        side=position.side,
        size=position.size,
        entry_kind=position.order.kind,
        signal_index=position.order.at,
        entry_index=position.entry_index,
        entry_time=account.market.time[position.entry_index],
        entry_price=grid.price(position.entry.price),
        stop=math.nan if stop is None else grid.price(stop),
        target=math.nan if position.target is None else grid.price(position.target),
        profit=grid.price(gained) * position.size,
        bars=t - position.entry_index + 1,
        leaving=position.leaving,
    )


def order_record(order: Any, account: Any) -> SimpleNamespace:
    """What a function is shown of an order that waits."""
    rests = order.kind != EntryKind.MARKET
    level = order.level if order.triggered is None else order.limit
    return SimpleNamespace(
        side=order.side,
        kind=order.kind,
        signal_index=order.at,
        price=account.grid.price(level) if rests else math.nan,
        limit_price=account.grid.price(order.limit) if order.kind == EntryKind.STOP_LIMIT else math.nan,
        size=order.resting_size if rests else math.nan,
        last_index=None if order.expiry is None else order.at + order.expiry,
    )


class FunctionDecisions(ListedDecisions):
    """Calls the function at each close with a full window at which its condition is true."""

    def __init__(self, strategy: Any, candles: Any, size: Any) -> None:
        super().__init__([], candles, size if strategy.size is None else strategy.size)
        self.strategy = strategy
        self.when = None if strategy.when is None else evaluate(condition(strategy.when), candles)
        self.leaving: tuple[int, ...] = ()

    def ask(self, t: int, account: Any) -> None:
        """One call; its answers are the decisions of candle ``t``."""
        self.leaving, self.orders = (), {}
        if t + 1 < self.strategy.window or (self.when is not None and not self.when[t]):
            return
        answers = self.strategy.on_candle(PlainWindow(self.strategy, self.candles, t, account))
        for answer in answers if isinstance(answers, (list, tuple)) else [answers]:
            if isinstance(answer, Order):
                self.orders.setdefault(t, []).append(dataclasses.replace(answer, at=t))
            elif isinstance(answer, Exit):
                self.leaving += (1, -1)
            elif answer is not None:
                self.leaving += answer.leaves

    def exits(self, t: int, side: int) -> bool:
        return side in self.leaving
