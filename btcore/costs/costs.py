"""The costs of a simulation, all in one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from btcore.costs.checks import not_negative
from btcore.costs.commission import Commission
from btcore.costs.spreads import checked_spread


@dataclass(frozen=True, eq=False)
class Costs:
    """Costs of a simulation.

    Parameters
    ----------
    spread : float, array of float64, shape (candles,), or HourlySpread, optional
        Ask minus bid in price units, constant, per candle or by the hour; rounded up to ticks (rule C5).
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
            object.__setattr__(self, "spread", checked_spread(self.spread))
        object.__setattr__(self, "slippage", not_negative("Costs", "slippage", self.slippage))
        if self.commission is None:
            object.__setattr__(self, "commission", Commission())
        elif not isinstance(self.commission, Commission):
            object.__setattr__(self, "commission", Commission(per_trade=self.commission))
