"""What can be seen of a run: its decisions, its trades, how it failed; and where two runs differ first."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from btcore._core.types import EntryKind, ExitReason, Level
from btcore.candles import Candles
from btcore.deciders import CompiledStrategy, WindowStrategy, expressions
from btcore.errors import CallbackError, StrategyError
from btcore.expr import Expr, Percent, constant
from btcore.plan import Conditions, Plan, Trader, conditions_of, order_table
from btcore.program import COLUMNS, evaluate
from btcore.strategy import Strategy

__all__ = ["Observation", "first_difference", "first_trade_difference", "held_data", "observed", "substituted"]

Difference = tuple[int, str, str, str]  # candle, what, before, after
_SHOWN = ("side", "size", "entry_index", "entry_price", "stop_price", "target_price", "exit_index", "exit_price")
_ORDER_FACTS = ("side", "kind", "percents", "size kind", "max bars", "expiry")


@dataclass
class Observation:
    """Decisions in the order in which they were made: the candle of each, and numbers that say what it was."""

    index: np.ndarray
    facts: np.ndarray
    names: tuple[str, ...]
    trades: np.ndarray
    timestamp: np.ndarray
    error: CallbackError | None = field(default=None)

    def text(self, row: int) -> str:
        """One decision in words."""
        given = zip(self.names, self.facts[row].tolist(), strict=True)
        said = {name: value for name, value in given if value == value and not (value == 0 and name != "side")}
        if "side" in said:
            side = said.pop("side")
            kind = EntryKind(int(said.pop("kind", 0))).name.lower() if side else ""
            return " ".join(["exit" if not side else f"{kind} entry, {'long' if side > 0 else 'short'}", *_shown(said)])
        return " ".join(name if value == 1 and name.startswith(("enter", "exit")) else f"{name}={value:.10g}"
                        for name, value in said.items())  # fmt: skip


def _shown(said: dict[str, float]) -> list[str]:
    return [f"{name}={value:.10g}" for name, value in said.items() if abs(value) < 2**62 and name not in _ORDER_FACTS]


def observed(trader: Trader, candles: Candles, conditions: Conditions) -> Observation:
    """Run a strategy and note what it decides."""
    plan = Plan(candles)
    driver = plan.add(trader, conditions, whole=True)
    error = None
    try:
        plan.run()
    except CallbackError as raised:
        error = raised
    if isinstance(trader, Strategy):
        index, facts, names = _signals(trader, candles, conditions)
    else:
        asked = isinstance(trader, (WindowStrategy, CompiledStrategy))
        rows, levels = driver.answers() if asked else order_table(trader, conditions, len(candles))  # type: ignore[arg-type]
        index, facts = rows[:, 0], np.column_stack([rows[:, 1:].astype(np.float64), levels])
        names = (*_ORDER_FACTS, *(level.name.removeprefix("LEVEL_").lower() for level in Level))
    trades = driver.trades() if error is None else np.empty(0)
    return Observation(index, facts, names, trades, candles.timestamp, error)


def _signals(
    strategy: Strategy, candles: Candles, conditions: Conditions
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Candles with a signal, and on each the conditions, and the levels of an entry."""
    window = slice(conditions.start, conditions.end)
    given = {name: expr for name, expr in conditions_of(strategy).items() if expr is not None}
    masks = dict(zip(given, _values(candles, *given.values()), strict=True))
    signal = np.logical_or.reduce([mask[window] for mask in masks.values()])
    index = np.flatnonzero(signal) + conditions.start
    columns = {name: mask[index].astype(np.float64) for name, mask in masks.items()}
    size = strategy.size if isinstance(strategy.size, Expr) else None
    levels: dict[str, tuple[Any, Any]] = {**strategy.levels, "size": (size, size)}
    for which, side in enumerate(("long", "short")):
        entered = columns.get(f"enter_{side}")
        for name, pair in levels.items():
            if pair[which] is not None and entered is not None:
                level = pair[which].value if isinstance(pair[which], Percent) else pair[which]
                columns[f"{name} ({side})"] = np.where(entered == 1.0, _values(candles, level)[0][index], np.nan)
    return index, np.column_stack(list(columns.values())), tuple(columns)


def _values(candles: Candles, *exprs: Expr) -> list[np.ndarray]:
    """Values on every candle."""
    held = {name: getattr(candles, name) for name in ("timestamp", *COLUMNS)}
    # a constant alone has no operator, and so no array of its own
    exprs = tuple(expr + constant(0.0) if expr.op == "constant" else expr for expr in exprs)
    return evaluate(*exprs, columns=held, length=len(candles), duration=candles.duration)


def first_difference(known: Observation, seen: Observation, until: int) -> Difference | None:
    """The first decision before candle `until` that is not the same."""
    a, b = int(np.searchsorted(known.index, until)), int(np.searchsorted(seen.index, until))
    both = min(a, b)
    same = known.index[:both] == seen.index[:both]
    same &= (
        np.equal(known.facts[:both], seen.facts[:both]) | (np.isnan(known.facts[:both]) & np.isnan(seen.facts[:both]))
    ).all(axis=1)
    row = int(np.argmin(same)) if both and not same.all() else both
    if row == both and a == b:
        return None
    candle = int(min(own.index[row] for own, count in ((known, a), (seen, b)) if row < count))
    if seen.error is not None and candle >= seen.error.index:
        return None
    said = [
        own.text(row) if row < count and own.index[row] == candle else "nothing"
        for own, count in ((known, a), (seen, b))
    ]
    return candle, "decision", f"it is {said[0]}", f"it is {said[1]}"


def first_trade_difference(known: Observation, seen: Observation, until: int) -> Difference | None:
    """The first trade that ended before candle `until` and is not the same."""
    if seen.error is not None:
        return None
    before, after = (trades[trades["exit_index"] < until] for trades in (known.trades, seen.trades))
    for row in range(max(len(before), len(after))):
        one, other = (trades[row] if row < len(trades) else None for trades in (before, after))
        if one is None or other is None or not _same(one.item(), other.item()):
            candle = min(int(trade["exit_index"]) for trade in (one, other) if trade is not None)
            return candle, "trade", f"it is {_trade(one)}", f"it is {_trade(other)}"
    return None


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(a == b or (a != a and b != b) for a, b in zip(one, other, strict=True))


def _trade(trade: Any) -> str:
    if trade is None:
        return "nothing"
    shown = " ".join(f"{name}={trade[name].item():.10g}" for name in _SHOWN)
    return f"{ExitReason(int(trade['exit_reason'])).name} {shown}"


def held_data(strategy: Any, candles: Candles) -> tuple[str, ...]:
    """What a strategy holds with a value per candle, which another future does not change."""
    if isinstance(strategy, Strategy):
        levels = [level for pair in strategy.levels.values() for level in pair]
        exprs = [*strategy.conditions.values(), *levels, strategy.size]
        return _arrays([expr.value if isinstance(expr, Percent) else expr for expr in exprs], "the strategy")
    notes = _arrays([strategy.when, strategy.size], "the strategy")
    if isinstance(strategy, CompiledStrategy):
        return notes + _arrays(strategy.values, "values")
    notes += _arrays(expressions(strategy).values(), "the strategy")
    known = {id(candles), *(id(getattr(candles, name)) for name in ("timestamp", *COLUMNS))}
    for name, value in {**vars(type(strategy)), **vars(strategy)}.items():
        if isinstance(value, (Expr, str, Candles)) or id(value) in known or not hasattr(value, "__len__"):
            continue
        if len(value) == len(candles):
            notes += (f"its attribute {name!r} has a value per candle and was computed before; {_ADVICE}",)
    return notes


_ADVICE = "check a function from candles to the strategy, which computes it anew"


def _arrays(exprs: Any, owner: str) -> tuple[str, ...]:
    """A note where an expression holds an array."""
    stack, seen, count = [expr for expr in exprs if isinstance(expr, Expr)], set(), 0
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            count += node.op == "array"
            stack.extend(node.inputs)
    if any(isinstance(expr, np.ndarray) for expr in exprs):
        count += 1
    if not count:
        return ()
    what = "an array" if count == 1 else f"{count} arrays"
    return (f"{owner} holds {what} computed before; {_ADVICE}",)


def substituted(strategy: WindowStrategy, candles: Candles, other: Candles) -> WindowStrategy:
    """A copy that holds `other` wherever the strategy holds `candles` or one of their columns.

    Raises
    ------
    StrategyError
        If it cannot be copied.
    """
    names = ("timestamp", *COLUMNS)
    memo: dict[int, Any] = {id(getattr(candles, name)): getattr(other, name) for name in names}
    memo[id(candles)] = other
    try:
        return copy.deepcopy(strategy, memo)
    except Exception as error:
        raise StrategyError(f"{type(strategy).__name__} cannot be copied for a run of its own: {error}") from error
