"""Simulations of windows, each started with what the one before left, as one account."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from btcore._core.types import TRADE_DTYPE
from btcore.batch.daily import daily_equity, simple_returns
from btcore.batch.windows import Span
from btcore.candles import Candles
from btcore.metrics import summary
from btcore.plan import Conditions, Plan
from btcore.results import Result, Trades
from btcore.rules import RULES_VERSION
from btcore.simulation import Origin

__all__ = ["Account", "Course", "Tested"]


@dataclass(frozen=True, slots=True)
class Tested:
    """A simulation of one window with what is needed to join it to others."""

    result: Result
    totals: Mapping[str, float]
    equity: np.ndarray


@dataclass(frozen=True, slots=True)
class Course:
    """A kind of strategy on one instrument, to be run over windows of it."""

    build: Callable[..., Any]
    candles: Candles
    conditions: Conditions

    def run(self, parameters: Mapping[str, Any] | None, span: Span, cash: float) -> Tested:
        """One window with so much cash; without parameters, without orders. Raises what the strategy raises."""
        conditions = replace(self.conditions, start=span[0], end=span[1], cash=cash)
        strategy = [] if parameters is None else self.build(**parameters)
        begun = time.perf_counter()
        plan = Plan(self.candles)
        driver = plan.add(strategy, conditions, equity=True)
        plan.run()
        equity, totals = driver.equity(), driver.totals()
        assert equity is not None  # it was asked for
        result = Result(
            trades=Trades(driver.trades(), self.candles.symbol),
            stats=summary(totals, span[1] - span[0]),
            rejected=driver.rejected(),
            execution_time=time.perf_counter() - begun,
            rules_version=RULES_VERSION,
            origin=Origin(strategy, self.candles, conditions),
        )
        return Tested(result, totals, equity)


class Account:
    """Takes in window after window, and knows the statistics of the whole.

    Parameters
    ----------
    candles : Candles
    cash : float
        With which the first window starts.
    """

    def __init__(self, candles: Candles, cash: float) -> None:
        self._candles, self._cash = candles, cash
        self.equity = self._peak = cash
        self._sums: dict[str, float] = {}
        self._closes = 0
        self._fall = self._share = 0.0
        self._days: dict[int, float] = {}  # the last equity of each, also of one that two windows share
        self._rows: list[np.ndarray] = []
        self._positions = 0

    def add(self, tested: Tested, span: Span) -> None:
        """The next window, which was started with ``self.equity``."""
        self._sums = {name: self._sums.get(name, 0.0) + part for name, part in tested.totals.items()}
        rows = tested.result.trades.to_numpy().copy()
        rows["parent"] += self._positions
        self._positions = int(rows["parent"].max()) + 1 if len(rows) else self._positions
        self._rows.append(rows)
        self._follow(tested.equity, span)

    def rest(self, span: Span) -> None:
        """The next window without anything left to trade with."""
        self._follow(np.full(span[1] - span[0], self.equity), span)

    def _follow(self, equity: np.ndarray, span: Span) -> None:
        peaks = np.maximum(np.maximum.accumulate(equity), self._peak)
        falls = peaks - equity
        self._peak = float(peaks[-1])
        self._fall = max(self._fall, float(falls.max()))
        self._share = max(self._share, float((falls / peaks).max()))
        days, values = daily_equity(self._candles, *span, equity)
        self._days.update(zip(days.tolist(), values.tolist(), strict=True))
        self._closes += len(equity)
        self.equity = float(equity[-1])

    def trades(self) -> Trades:
        """All trades, positions numbered through."""
        joined = np.concatenate(self._rows) if self._rows else np.empty(0, dtype=TRADE_DTYPE)
        return Trades(joined, self._candles.symbol)

    def stats(self) -> dict[str, float]:
        """Those of a ``Result``, over the closes of all windows."""
        totals = {
            **self._sums,
            "cash": self._cash,
            "equity": self.equity,
            "drawdown": self._fall,
            "drawdown_share": self._share,
            "longest_losing_streak": float(_longest_run(self.trades()["net"] < 0.0)),
            **_day_totals(np.array(list(self._days.values())), self._cash),
        }
        return summary(totals, self._closes)


def _longest_run(true: np.ndarray) -> int:
    """Length of the longest stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], true, [False])).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _day_totals(values: np.ndarray, cash: float) -> dict[str, float]:
    """What the core's totals say of daily returns: `values` are the last equities of the days."""
    returns = simple_returns(values, cash)
    excess = returns - returns[0]
    mean = math.fsum(excess) / len(excess)
    return {
        "day_count": float(len(returns)),
        "day_first": float(returns[0]),
        "day_low": float(returns.min()),
        "day_high": float(returns.max()),
        "day_excess": mean,
        "day_squares": math.fsum((excess - mean) ** 2),
        "day_downside": math.fsum(np.minimum(returns, 0.0) ** 2),
        "ruined": float((values[:-1] <= 0.0).any()),
    }
