"""What strategies and orders have in common: kinds of entries, levels, and the checks of both."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np

from btcore.errors import StrategyError
from btcore.expr import number
from btcore.sizes import FixedCash, PercentEquity, RiskPercent, VolatilityTarget

__all__ = [
    "DISTANCES", "ENTRY_KINDS", "LEVELS", "LIVE_LEVELS",
    "check_shape", "checked_choice", "checked_count", "checked_flag", "checked_size",
]  # fmt: skip

ENTRY_KINDS = ("market", "stop", "limit", "stop_limit", "close")
RESTING = ("stop", "limit", "stop_limit")
LEVELS = ("price", "limit_price", "stop", "target", "trail", "stop_price", "target_price", "activate", "breakeven")
LIVE_LEVELS = ("trail_price",)  # of strategies alone, read on every candle
DISTANCES = ("stop", "target", "trail", "activate", "breakeven")


def check_shape(owner: str, kind: str, expiry: int | None, given: dict[str, bool]) -> None:
    """Parts of one entry that need or exclude each other; `given` says which levels there are."""
    for name, kinds in (("price", RESTING), ("limit_price", ("stop_limit",))):
        if (kind in kinds) != given[name]:
            what = "takes no" if given[name] else "needs a"
            raise StrategyError(f"{owner}: a {kind} entry {what} {name}")
    if kind not in RESTING and expiry is not None:
        fills = "the next open" if kind == "market" else "the close at which it is decided"
        raise StrategyError(f"{owner}: expiry is for entries that rest; a {kind} entry fills at {fills}")
    for name in ("stop", "target"):
        if given[name] and given[f"{name}_price"]:
            raise StrategyError(f"{owner}: give {name} (a distance) or {name}_price (a level), not both")
    live = given.get("trail_price", False)
    if given["trail"] and live:
        raise StrategyError(f"{owner}: give trail (a distance) or trail_price (a live level), not both")
    if given["activate"] and not (given["trail"] or live):
        raise StrategyError(f"{owner}: activate starts a trail, but no trail is given")


def checked_choice(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    """One of some words."""
    if value not in allowed:
        raise StrategyError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
    return str(value)


def checked_count(name: str, value: Any) -> int | None:
    """A number of candles, or None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
        raise StrategyError(f"{name} is a number of candles, a whole number >= 1, got {value!r}")
    return int(value)


def checked_flag(name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise StrategyError(f"{name} is True or False, got {value!r}")
    return bool(value)


def checked_size(value: Any) -> Any:
    """A position size as None, a float, an Expr or one of the sizing rules; StrategyError where it is none of them."""
    if value is None or isinstance(value, (FixedCash, PercentEquity, RiskPercent, VolatilityTarget)):
        return value
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        if math.isinf(value) or value <= 0:
            raise StrategyError(f"size must be finite and above 0, got {value!r}")
        return float(value)
    return number(value)
