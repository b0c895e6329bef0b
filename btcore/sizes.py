"""How large a position is (rule S4). Values only; the arithmetic is in the compiled core.

A plain number is a number of units. All kinds are floored to the instrument's ``lot_step``; a size below
``lot_min``, or not above zero, rejects the order (``SIZE_BELOW_MIN``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from btcore.errors import ParameterError
from btcore.expr import Expr, number

__all__ = ["FixedCash", "PercentEquity", "RiskPercent", "VolatilityTarget"]


def _positive(owner: str, value: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ParameterError(f"{owner} takes a number, got {value!r}") from None
    if not math.isfinite(number) or number <= 0:
        raise ParameterError(f"{owner} takes a finite number above 0, got {number!r}")
    return number


@dataclass(frozen=True)
class FixedCash:
    """Units that this much account currency buys at the entry price.

    >>> FixedCash(5_000).amount
    5000.0
    """

    amount: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", _positive("FixedCash", self.amount))


@dataclass(frozen=True)
class PercentEquity:
    """Units that this percentage of the equity buys at the entry price.

    >>> PercentEquity(10).percent
    10.0
    """

    percent: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "percent", _positive("PercentEquity", self.percent))


@dataclass(frozen=True)
class RiskPercent:
    """Units that lose this percentage of the equity between the entry price and the stop.

    >>> RiskPercent(1).percent
    1.0
    """

    percent: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "percent", _positive("RiskPercent", self.percent))


@dataclass(frozen=True, eq=False)
class VolatilityTarget:
    """Units whose move by the volatility is this percentage of the equity.

    Parameters
    ----------
    percent : float
        Percent of the equity, above 0.
    volatility : float, Expr or array
        A move in price units, read on the signal candle: ``atr(14)``, or the deviation of the closes of a day. Where it
        is NaN or 0 the order is rejected (NAN_LEVEL), where it is negative too (SIZE_BELOW_MIN).

    Raises
    ------
    ParameterError
        If `percent`, or a number as `volatility`, is not finite and above 0.

    Examples
    --------
    >>> from btcore.indicators import atr
    >>> VolatilityTarget(0.5, atr(14))
    VolatilityTarget(percent=0.5, volatility=atr(14))
    """

    percent: float
    volatility: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "percent", _positive("VolatilityTarget", self.percent))
        series = isinstance(self.volatility, Expr) or np.ndim(self.volatility) > 0
        volatility = number(self.volatility) if series else _positive("VolatilityTarget: volatility", self.volatility)
        object.__setattr__(self, "volatility", volatility)
