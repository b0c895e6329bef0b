"""What trading costs: spread, slippage, commission. Values only; the arithmetic is in the compiled core."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from btcore.errors import ParameterError

__all__ = ["Commission", "Costs"]


def _not_negative(owner: str, name: str, value: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ParameterError(f"{owner}: {name} must be a number, got {value!r}") from None
    if not math.isfinite(number) or number < 0:
        raise ParameterError(f"{owner}: {name} must be finite and not negative, got {number!r}")
    return number


def _spread(spread: Any) -> float | np.ndarray:
    """A number, or a read-only float64 array with a value per candle."""
    if np.ndim(spread) == 0:
        return _not_negative("Costs", "spread", spread)
    try:
        values = np.array(spread, dtype=np.float64)
    except (TypeError, ValueError):
        raise ParameterError("Costs: spread must be a number or one number per candle") from None
    if values.ndim != 1:
        raise ParameterError(f"Costs: a spread per candle has one dimension, got shape {values.shape}")
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(wrong):
        raise ParameterError(
            f"Costs: {len(wrong)} spreads are negative or not finite, first at candle {wrong[0]}: "
            f"{float(values[wrong[0]])!r}; give 0.0 where there is no spread"
        )
    values.flags.writeable = False
    return values


@dataclass(frozen=True)
class Commission:
    """Commission of one fill, in account currency (rule S2). An entry is one fill and so is each exit.

    Parameters
    ----------
    per_trade : float
        Amount for each fill, whatever its size.
    per_unit : float
        Amount for each unit of size.
    per_lot : float
        Amount for each lot; a lot is ``Instrument.contract_size`` units.
    percent : float
        Percent of the notional (fill price times size): ``0.1`` is 0.1 %.
    minimum : float
        Least commission of a fill, applied after the other parts.

    Raises
    ------
    ParameterError
        If a part is negative, NaN or infinite.

    Examples
    --------
    >>> Commission(per_lot=3.5, minimum=1.0).per_lot
    3.5
    """

    per_trade: float = 0.0
    per_unit: float = 0.0
    per_lot: float = 0.0
    percent: float = 0.0
    minimum: float = 0.0

    def __post_init__(self) -> None:
        for name in ("per_trade", "per_unit", "per_lot", "percent", "minimum"):
            object.__setattr__(self, name, _not_negative("Commission", name, getattr(self, name)))


@dataclass(frozen=True, eq=False)
class Costs:
    """Costs of a simulation.

    Parameters
    ----------
    spread : float or array of float64, shape (candles,), optional
        Ask minus bid in price units, constant or per candle; rounded up to ticks (rule C5).
        ``None`` keeps the candles' own spread. Together with real ask candles it is an error (rule C4).
    slippage : float
        Price units by which market and stop fills are worse (rule S1); rounded up to ticks.
    commission : float or Commission, optional
        A number is an amount per fill.

    Raises
    ------
    ParameterError
        If a value is negative, NaN or infinite.

    Examples
    --------
    >>> Costs(spread=0.0002, slippage=0.00001, commission=0.5).commission
    Commission(per_trade=0.5, per_unit=0.0, per_lot=0.0, percent=0.0, minimum=0.0)
    """

    spread: Any = None
    slippage: float = 0.0
    commission: Any = field(default_factory=Commission)

    def __post_init__(self) -> None:
        if self.spread is not None:
            object.__setattr__(self, "spread", _spread(self.spread))
        object.__setattr__(self, "slippage", _not_negative("Costs", "slippage", self.slippage))
        if self.commission is None:
            object.__setattr__(self, "commission", Commission())
        elif not isinstance(self.commission, Commission):
            object.__setattr__(self, "commission", Commission(per_trade=self.commission))
