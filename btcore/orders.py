"""What to trade as a list of single decisions: ``Order`` and ``Exit``."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from btcore.entries import (
    DISTANCES,
    ENTRY_KINDS,
    LEVELS,
    check_shape,
    checked_choice,
    checked_count,
    checked_size,
)  # fmt: skip
from btcore.errors import StrategyError
from btcore.expr import Percent

__all__ = ["Decided", "Exit", "Order", "OrderList"]

_SIDES = {"long": 1, "short": -1, 1: 1, -1: -1}


@dataclass(frozen=True)
class Order:
    """One entry order, decided at the close of candle ``at`` (rule D1).

    Parameters
    ----------
    at : int or None
        Index of the candle at whose close the order is decided; None: the one at which ``on_candle`` returns it.
    side : {"long", "short", 1, -1}
        Direction.
    kind : {"market", "stop", "limit", "stop_limit", "close"}
        Entry kind, as ``entry`` of ``Strategy``.
    price, limit_price : float, optional
        Price of a stop or limit entry, trigger and limit of a stop-limit; NaN rejects the order when it is run
        (rule D5).
    stop, target, trail, activate, breakeven : float or percent, optional
        Distances in price units, as in ``Strategy``; NaN means none.
    stop_price, target_price : float, optional
        Levels as prices; NaN means none.
    max_bars, expiry : int, optional
        As in ``Strategy``.
    size : float, FixedCash, PercentEquity, RiskPercent or VolatilityTarget, optional
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

    at: int | None
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
    limit_price: float | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", _checked_at(self.at))
        if not isinstance(self.side, (str, numbers.Integral)) or self.side not in _SIDES:
            raise StrategyError(f"order at {self.at}: side must be 'long' or 'short' (or 1, -1), got {self.side!r}")
        object.__setattr__(self, "side", _SIDES[self.side])
        checked_choice(f"order at {self.at}: kind", self.kind, ENTRY_KINDS)
        for name in ("max_bars", "expiry"):
            object.__setattr__(self, name, checked_count(name, getattr(self, name)))
        for name in LEVELS:
            object.__setattr__(self, name, _scalar(self.at, name, getattr(self, name)))
        object.__setattr__(self, "size", checked_size(self.size))
        check_shape(f"order at {self.at}", self.kind, self.expiry, {n: getattr(self, n) is not None for n in LEVELS})
        self._check_sides()

    def _check_sides(self) -> None:
        for name in DISTANCES:
            value = getattr(self, name)
            value = value.value.params[0] if isinstance(value, Percent) else value
            if value is not None and value <= 0:
                raise StrategyError(f"order at {self.at}: {name} is a distance and must be above 0, got {value!r}")
        if self.price is None:
            return
        first = min if self.side > 0 else max
        own = self.price if self.limit_price is None else first(self.price, self.limit_price)
        for name, direction in (("stop_price", -1), ("target_price", 1)):
            level = getattr(self, name)
            if level is not None and (level - own) * self.side * direction <= 0:
                where = "below" if direction * self.side < 0 else "above"
                raise StrategyError(f"order at {self.at}: {name} {level!r} must be {where} its price {own!r}")


class Decided(Order):
    """An order whose levels come from the market: one on the wrong side is rejected when it is run (rule D7)."""

    def _check_sides(self) -> None:
        """Nothing is known to be a mistake."""


@dataclass(frozen=True)
class Exit:
    """Leave whatever position is open, decided at the close of candle ``at`` (as in Order); fills at the next open.

    >>> Exit(25).at
    25
    """

    at: int | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", _checked_at(self.at))


OrderList = Sequence[Order | Exit]


def _checked_at(at: Any) -> int | None:
    if at is None:
        return None
    if isinstance(at, bool) or not isinstance(at, numbers.Integral) or at < 0:
        raise StrategyError(f"at is the index of a candle, a whole number >= 0, got {at!r}")
    return int(at)


def _scalar(at: int | None, name: str, value: Any) -> float | Percent | None:
    if value is None or (isinstance(value, Percent) and name in DISTANCES and value.value.op == "constant"):
        return value
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise StrategyError(f"order at {at}: {name} must be a number, got {value!r}")
    return float(value)
