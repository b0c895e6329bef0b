"""What to trade, as data: conditions and levels as expressions."""

from __future__ import annotations

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

__all__ = ["MOST_POSITIONS", "Strategy"]

MOST_POSITIONS = 10_000
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

    def __repr__(self) -> str:
        parts = [f"{n}={e!r}" for n, e in self.conditions.items() if e is not None]
        parts += [f"entry={self.entry!r}"] if self.entry != "market" else []
        for name, (long, short) in self.levels.items():
            if long is not None or short is not None:
                parts.append(f"{name}={long!r}" if long is short else f"{name}=({long!r}, {short!r})")
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


def _pair(name: str, value: Any) -> Pair:
    if isinstance(value, tuple):
        if len(value) != 2:
            raise StrategyError(f"{name}: a pair is (long, short), got {len(value)} values")
        return _level(name, value[0]), _level(name, value[1])
    level = _level(name, value)
    return level, level


def _level(name: str, value: Any) -> Expr | Percent | None:
    if value is None:
        return None
    if isinstance(value, Percent):
        if name not in DISTANCES:
            raise StrategyError(f"{name} is a price; percent(...) is a distance")
        return value
    try:
        expr = lift(value)
    except TypeError as error:
        raise type(error)(f"{name}: {error}") from None
    if expr.kind == CONDITION:
        raise StrategyError(f"{name}: {expr!r} is a condition where a price or a distance is needed; see where()")
    return expr


def _positions(value: Any) -> int:
    count = checked_count("max_positions", value)
    if count is None or count > MOST_POSITIONS:
        raise StrategyError(f"max_positions is a whole number from 1 to {MOST_POSITIONS:,}, got {value!r}")
    return count
