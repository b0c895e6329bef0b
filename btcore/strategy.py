"""What to trade, as data: ``Strategy`` (conditions and levels as expressions), lists of ``Order`` and ``Exit``."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from btcore.errors import StrategyError
from btcore.expr import CONDITION, Expr, Percent, condition, lift, number
from btcore.sizes import FixedCash, PercentEquity, RiskPercent

__all__ = ["ENTRY_KINDS", "LEVELS", "Exit", "Order", "OrderList", "Strategy", "checked_size"]

ENTRY_KINDS = ("market", "stop", "limit")
LEVELS = ("price", "stop", "target", "trail", "stop_price", "target_price", "activate", "breakeven")
_DISTANCES = ("stop", "target", "trail", "activate", "breakeven")
_CONDITIONS = ("enter_long", "enter_short", "exit_long", "exit_short")
_SIDES = {"long": 1, "short": -1, 1: 1, -1: -1}

Pair = tuple[Any, Any]


class Strategy:
    """When to enter and leave, and where the stop and the target are, as expressions over candles.

    Conditions are read at the close of each candle (rule D1). Levels are read on the signal candle.

    Parameters
    ----------
    enter_long, enter_short, exit_long, exit_short : Expr or array of bool, optional
        Conditions; a NaN counts as False (rule D5).
    entry : {"market", "stop", "limit"}
        Kind of the entry order (rules D2, D3).
    price : level, optional
        Price of a stop or limit entry.
    stop, target, trail, activate, breakeven : level or percent, optional
        Distances in price units (or ``percent``) from the fill price: protective stop, profit target, trailing stop,
        the gain at which the trail starts, the gain at which the stop moves to the entry price (rules X2, X6).
    stop_price, target_price : level, optional
        The same as prices. Not together with the distance of the same name.
    trail_source : {"extreme", "close"}
        Whether the trail follows highs and lows or closes (rule X6).
    max_bars : int, optional
        Leave at the close of this many-th candle, the entry candle counted (rule X3).
    expiry : int, optional
        Candles for which a stop or limit entry rests (rule D3).
    size : float, Expr, FixedCash, PercentEquity or RiskPercent, optional
        Position size (rule S4); ``None`` leaves it to ``simulate``.
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
        stop: Any = None,
        target: Any = None,
        trail: Any = None,
        stop_price: Any = None,
        target_price: Any = None,
        trail_source: str = "extreme",
        activate: Any = None,
        breakeven: Any = None,
        max_bars: int | None = None,
        expiry: int | None = None,
        size: Any = None,
        name: str | None = None,
    ) -> None:
        given = locals()
        self.conditions: dict[str, Expr | None] = {n: _condition(n, given[n]) for n in _CONDITIONS}
        self.levels: dict[str, Pair] = {n: _pair(n, given[n]) for n in LEVELS}
        self.entry = _one_of("entry", entry, ENTRY_KINDS)
        self.trail_source = _one_of("trail_source", trail_source, ("extreme", "close"))
        self.max_bars = _count("max_bars", max_bars)
        self.expiry = _count("expiry", expiry)
        self.size = checked_size(size)
        self.name = name
        self._check()

    def _check(self) -> None:
        if self.conditions["enter_long"] is None and self.conditions["enter_short"] is None:
            raise StrategyError("a strategy needs enter_long or enter_short")
        for side, enter in enumerate(("enter_long", "enter_short")):
            if self.conditions[enter] is not None:
                given = {name: pair[side] is not None for name, pair in self.levels.items()}
                _check_shape(f"strategy, {enter}", self.entry, self.expiry, given)

    def __repr__(self) -> str:
        parts = [f"{n}={e!r}" for n, e in self.conditions.items() if e is not None]
        parts += [f"entry={self.entry!r}"] if self.entry != "market" else []
        for name, (long, short) in self.levels.items():
            if long is not None or short is not None:
                parts.append(f"{name}={long!r}" if long is short else f"{name}=({long!r}, {short!r})")
        parts += ["trail_source='close'"] if self.trail_source == "close" else []
        for name in ("max_bars", "expiry", "size", "name"):
            value = getattr(self, name)
            parts += [f"{name}={value!r}"] if value is not None else []
        return f"Strategy({', '.join(parts)})"


@dataclass(frozen=True)
class Order:
    """One entry order, decided at the close of candle ``at`` (rule D1).

    Parameters
    ----------
    at : int
        Index of the candle at whose close the order is decided.
    side : {"long", "short", 1, -1}
        Direction.
    kind : {"market", "stop", "limit"}
        Entry kind.
    price : float, optional
        Price of a stop or limit entry; NaN rejects the order when it is run (rule D5).
    stop, target, trail, activate, breakeven : float or percent, optional
        Distances in price units, as in ``Strategy``; NaN means none.
    stop_price, target_price : float, optional
        Levels as prices; NaN means none.
    max_bars, expiry : int, optional
        As in ``Strategy``.
    size : float, FixedCash, PercentEquity or RiskPercent, optional
        Position size; ``None`` leaves it to ``simulate``.

    Raises
    ------
    StrategyError
        If a field is missing or impossible, or a level is on the wrong side of the order's own price (rule D7).

    Examples
    --------
    >>> Order(10, "long", "limit", 1.1000, stop=0.0020, target_price=1.1050).side
    1
    """

    at: int
    side: Any
    kind: str = "market"
    price: float | None = None
    stop: Any = None
    target: Any = None
    trail: Any = None
    stop_price: float | None = None
    target_price: float | None = None
    activate: Any = None
    breakeven: Any = None
    max_bars: int | None = None
    expiry: int | None = None
    size: Any = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", _checked_at(self.at))
        if not isinstance(self.side, (str, numbers.Integral)) or self.side not in _SIDES:
            raise StrategyError(f"order at {self.at}: side must be 'long' or 'short' (or 1, -1), got {self.side!r}")
        object.__setattr__(self, "side", _SIDES[self.side])
        _one_of(f"order at {self.at}: kind", self.kind, ENTRY_KINDS)
        for name in ("max_bars", "expiry"):
            object.__setattr__(self, name, _count(name, getattr(self, name)))
        for name in LEVELS:
            object.__setattr__(self, name, _scalar(self.at, name, getattr(self, name)))
        object.__setattr__(self, "size", checked_size(self.size))
        _check_shape(f"order at {self.at}", self.kind, self.expiry, {n: getattr(self, n) is not None for n in LEVELS})
        self._check_sides()

    def _check_sides(self) -> None:
        for name in _DISTANCES:
            value = getattr(self, name)
            value = value.value.params[0] if isinstance(value, Percent) else value
            if value is not None and value <= 0:
                raise StrategyError(f"order at {self.at}: {name} is a distance and must be above 0, got {value!r}")
        if self.kind == "market" or self.price is None:
            return
        for name, direction in (("stop_price", -1), ("target_price", 1)):
            level = getattr(self, name)
            if level is not None and (level - self.price) * self.side * direction <= 0:
                where = "below" if direction * self.side < 0 else "above"
                raise StrategyError(f"order at {self.at}: {name} {level!r} must be {where} its price {self.price!r}")


@dataclass(frozen=True)
class Exit:
    """Leave whatever position is open, decided at the close of candle ``at``; fills at the next open.

    >>> Exit(25).at
    25
    """

    at: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", _checked_at(self.at))


OrderList = Sequence[Order | Exit]


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
        if name not in _DISTANCES:
            raise StrategyError(f"{name} is a price; percent(...) is a distance")
        return value
    try:
        expr = lift(value)
    except TypeError as error:
        raise type(error)(f"{name}: {error}") from None
    if expr.kind == CONDITION:
        raise StrategyError(f"{name}: {expr!r} is a condition where a price or a distance is needed; see where()")
    return expr


def _check_shape(owner: str, kind: str, expiry: int | None, given: dict[str, bool]) -> None:
    if (kind == "market") == given["price"]:
        what = "takes no price" if kind == "market" else "needs a price"
        raise StrategyError(f"{owner}: a {kind} entry {what}")
    if kind == "market" and expiry is not None:
        raise StrategyError(f"{owner}: expiry is for stop and limit entries; a market entry fills at the next open")
    for name in ("stop", "target"):
        if given[name] and given[f"{name}_price"]:
            raise StrategyError(f"{owner}: give {name} (a distance) or {name}_price (a level), not both")
    if given["activate"] and not given["trail"]:
        raise StrategyError(f"{owner}: activate starts a trail, but no trail is given")


def _checked_at(at: Any) -> int:
    if isinstance(at, bool) or not isinstance(at, numbers.Integral) or at < 0:
        raise StrategyError(f"at is the index of a candle, a whole number >= 0, got {at!r}")
    return int(at)


def _scalar(at: int, name: str, value: Any) -> float | Percent | None:
    if value is None or (isinstance(value, Percent) and name in _DISTANCES and value.value.op == "constant"):
        return value
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise StrategyError(f"order at {at}: {name} must be a number, got {value!r}")
    return float(value)


def _one_of(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise StrategyError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
    return str(value)


def _count(name: str, value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
        raise StrategyError(f"{name} is a number of candles, a whole number >= 1, got {value!r}")
    return int(value)


def checked_size(value: Any) -> Any:
    """A position size as None, a float, an Expr or one of the sizing rules; StrategyError where it is none of them."""
    if value is None or isinstance(value, (FixedCash, PercentEquity, RiskPercent)):
        return value
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        if math.isinf(value) or value <= 0:
            raise StrategyError(f"size must be finite and above 0, got {value!r}")
        return float(value)
    return number(value)
