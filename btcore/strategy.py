"""What to trade, as data: conditions and levels as expressions."""

from __future__ import annotations

import math
import numbers
from typing import Any

from btcore.entries import (
    DISTANCES,
    ENTRY_KINDS,
    LEVELS,
    LIVE_LEVELS,
    check_shape,
    checked_choice,
    checked_count,
    checked_flag,
    checked_size,
)  # fmt: skip
from btcore.errors import StrategyError
from btcore.expr import CONDITION, Expr, Percent, condition, lift
from btcore.sessions import checked_session

__all__ = ["MOST_POSITIONS", "MOST_TARGETS", "Strategy"]

MOST_POSITIONS = 10_000
MOST_TARGETS = 8
_CONDITIONS = ("enter_long", "enter_short", "exit_long", "exit_short")

Pair = tuple[Any, Any]


class Strategy:
    """When to enter and leave, and where the stop and the target are, as expressions over candles.

    Conditions are read at the close of each candle (rule D1). Levels are read on the signal candle.

    Parameters
    ----------
    enter_long, enter_short, exit_long, exit_short : Expr or array of bool, optional
        Conditions; a NaN counts as False (rule D5).
    entry : {"market", "stop", "limit", "stop_limit", "close"}
        Kind of the entry order: at the next open, at a price that is worse or better than the market, a limit once a
        price is reached, at the close of the signal candle itself (rules D2, D3, E1 to E3).
    price : level, optional
        Price of a stop or limit entry; of a stop-limit entry the price that triggers it.
    limit_price : level, optional
        Price of the limit of a stop-limit entry (rule E3).
    stop, target, trail, activate, breakeven : level or percent, optional
        Distances in price units (or ``percent``) from the fill price: protective stop, profit target, trailing stop,
        the gain at which the trail starts, the gain at which the stop moves to the entry price (rules X2, X6).
    stop_price, target_price : level, optional
        The same as prices. Not together with the distance of the same name.
    targets : list of (fraction, distance), optional
        Up to 8 targets, each for a fraction of the size; distances as for ``target`` (rule X9). Fractions add up to 1
        at most; what they leave has no target. Not together with ``target`` or ``target_price``.
    trail_price : level, optional
        A trailing stop at a price that is read on every candle: its value at the close of a candle is in force on the
        next one, and it never loosens (rule X6). Not together with ``trail``.
    trail_source : {"extreme", "close"}
        Whether the trail follows highs and lows or closes (rule X6).
    max_bars : int, optional
        Leave at the close of this many-th candle, the entry candle counted (rule X3).
    expiry : int, optional
        Candles for which an entry rests (rule D3).
    session : SessionEnd or between(...), optional
        When positions leave: at the close of the candle that lasts to the end of the session (rule X3).
    reverse : bool
        Whether an entry is also an exit of the other side: it leaves at the open at which a market entry fills
        (rules D6, D10).
    size : float, Expr, FixedCash, PercentEquity, RiskPercent or VolatilityTarget, optional
        Position size (rule S4); ``None`` leaves it to ``simulate``.
    max_positions : int
        Positions that may be open at once, each with its own levels, long and short side by side (rule D10).
    name : str, optional
        A name for tables.

    A *level* is a number, an expression, an array with a value per candle, or a ``(long, short)`` pair of those.

    Raises
    ------
    StrategyError
        If no entry is given or parts contradict each other.
    ExpressionError
        If a condition is a number or a level cannot be understood.

    Examples
    --------
    >>> from btcore.expr import close, open_
    >>> Strategy(enter_long=close > open_, stop=0.0010, target=0.0020)
    Strategy(enter_long=close > open, stop=0.001, target=0.002)
    """

    def __init__(
        self,
        enter_long: Any = None,
        enter_short: Any = None,
        exit_long: Any = None,
        exit_short: Any = None,
        *,
        entry: str = "market",
        price: Any = None,
        limit_price: Any = None,
        stop: Any = None,
        target: Any = None,
        trail: Any = None,
        stop_price: Any = None,
        target_price: Any = None,
        trail_price: Any = None,
        trail_source: str = "extreme",
        activate: Any = None,
        breakeven: Any = None,
        targets: Any = None,
        max_bars: int | None = None,
        expiry: int | None = None,
        session: Any = None,
        reverse: bool = False,
        size: Any = None,
        max_positions: int = 1,
        name: str | None = None,
    ) -> None:
        given = locals()
        self.conditions: dict[str, Expr | None] = {n: _condition(n, given[n]) for n in _CONDITIONS}
        self.levels: dict[str, Pair] = {n: _pair(n, given[n]) for n in (*LEVELS, *LIVE_LEVELS)}
        self.entry = checked_choice("entry", entry, ENTRY_KINDS)
        self.trail_source = checked_choice("trail_source", trail_source, ("extreme", "close"))
        self.max_bars = checked_count("max_bars", max_bars)
        self.expiry = checked_count("expiry", expiry)
        self.session = checked_session(session)
        self.targets = _targets(targets)
        self.reverse = checked_flag("reverse", reverse)
        self.size = checked_size(size)
        self.max_positions = _positions(max_positions)
        self.name = name
        self._check()

    def _check(self) -> None:
        if self.conditions["enter_long"] is None and self.conditions["enter_short"] is None:
            raise StrategyError("a strategy needs enter_long or enter_short")
        for side, enter in enumerate(("enter_long", "enter_short")):
            if self.conditions[enter] is not None:
                given = {name: pair[side] is not None for name, pair in self.levels.items()}
                check_shape(f"strategy, {enter}", self.entry, self.expiry, given)
        if self.targets and any(level is not None for n in ("target", "target_price") for level in self.levels[n]):
            raise StrategyError("give target, target_price or targets, not two of them")

    def __repr__(self) -> str:
        parts = [f"{n}={e!r}" for n, e in self.conditions.items() if e is not None]
        parts += [f"entry={self.entry!r}"] if self.entry != "market" else []
        for name, (long, short) in self.levels.items():
            if long is not None or short is not None:
                parts.append(f"{name}={long!r}" if long is short else f"{name}=({long!r}, {short!r})")
        parts += [f"targets=[{', '.join(map(_target_text, self.targets))}]"] if self.targets else []
        parts += ["trail_source='close'"] if self.trail_source == "close" else []
        parts += ["reverse=True"] if self.reverse else []
        parts += [f"max_positions={self.max_positions}"] if self.max_positions > 1 else []
        for name in ("max_bars", "expiry", "session", "size", "name"):
            value = getattr(self, name)
            parts += [f"{name}={value!r}"] if value is not None else []
        return f"Strategy({', '.join(parts)})"


def _condition(name: str, value: Any) -> Expr | None:
    try:
        return None if value is None else condition(value)
    except TypeError as error:
        raise type(error)(f"{name}: {error}") from None


def _pair(name: str, value: Any, *, distances: bool = False) -> Pair:
    distances = distances or name in DISTANCES
    if isinstance(value, tuple):
        if len(value) != 2:
            raise StrategyError(f"{name}: a pair is (long, short), got {len(value)} values")
        return _level(name, value[0], distances), _level(name, value[1], distances)
    level = _level(name, value, distances)
    return level, level


def _level(name: str, value: Any, distances: bool) -> Expr | Percent | None:
    if value is None:
        return None
    if isinstance(value, Percent):
        if not distances:
            raise StrategyError(f"{name} is a price; percent(...) is a distance")
        return value
    try:
        expr = lift(value)
    except TypeError as error:
        raise type(error)(f"{name}: {error}") from None
    if expr.kind == CONDITION:
        raise StrategyError(f"{name}: {expr!r} is a condition where a price or a distance is needed; see where()")
    return expr


def _targets(value: Any) -> tuple[tuple[float, Pair], ...]:
    """Partial targets as (fraction, (long, short))."""
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)) or not 0 < len(value) <= MOST_TARGETS:
        raise StrategyError(f"targets is a list of 1 to {MOST_TARGETS} pairs (fraction, distance), got {value!r}")
    made = tuple(_target(number, pair) for number, pair in enumerate(value))
    total = math.fsum(fraction for fraction, _ in made)
    if total > 1 + 1e-9:
        raise StrategyError(f"targets: the fractions add up to {total:g}, but there is only one position")
    return made


def _target(number: int, value: Any) -> tuple[float, Pair]:
    name = f"targets[{number}]"
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise StrategyError(f"{name} is a pair (fraction, distance), got {value!r}")
    fraction, distance = value
    if isinstance(fraction, bool) or not isinstance(fraction, numbers.Real) or not 0 < float(fraction) <= 1:
        raise StrategyError(f"{name}: the fraction of the size is above 0 and at most 1, got {fraction!r}")
    pair = _pair(name, distance, distances=True)
    if pair[0] is None and pair[1] is None:
        raise StrategyError(f"{name} needs a distance")
    return float(fraction), pair


def _target_text(target: tuple[float, Pair]) -> str:
    fraction, (long, short) = target
    return f"({fraction!r}, {long!r})" if long is short else f"({fraction!r}, ({long!r}, {short!r}))"


def _positions(value: Any) -> int:
    count = checked_count("max_positions", value)
    if count is None or count > MOST_POSITIONS:
        raise StrategyError(f"max_positions is a whole number from 1 to {MOST_POSITIONS:,}, got {value!r}")
    return count
