"""The costs of a simulation, all in one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from btcore.costs.commission import Commission
from btcore.costs.conversion import checked_conversion
from btcore.costs.financing import Financing
from btcore.costs.margin import Margin
from btcore.costs.slippage import checked_slippage
from btcore.costs.spreads import checked_spread
from btcore.errors import ParameterError


@dataclass(frozen=True, eq=False)
class Costs:
    """Costs of a simulation.

    Parameters
    ----------
    spread : float, array of float64, shape (candles,), or HourlySpread, optional
        Ask minus bid in price units, constant, per candle or by the hour; rounded up to ticks (rule C5).
        ``None`` keeps the candles' own spread. Together with real ask candles it is an error (rule C4).
    slippage : float, TickSlippage, PercentSlippage, RangeSlippage or RandomSlippage
        By how much market and stop fills are worse (rule S1); a number is in price units. Rounded up to ticks.
    commission : float or Commission, optional
        A number is an amount per fill, in account currency (rule S2).
    financing : Financing, optional
        What a night costs (rule S3); None: nothing.
    margin : Margin, optional
        Liquidation where the equity is too small for the positions (rule S6); None: never.
    account_currency : str, optional
        The currency of cash, profit and costs; None: ``Instrument.quote_currency``.
    conversion : float, array of float64, shape (candles,), Candles or Conversion, optional
        Units of account currency for one unit of quote currency, needed where they differ (rule S5). Candles are those
        of a pair with that price: ``Conversion(candles)``.

    Raises
    ------
    ParameterError
        If a value is negative, NaN or infinite, or of no kind that it may be.

    Examples
    --------
    >>> Costs(spread=0.0002, slippage=0.00001, commission=0.5).commission
    Commission(per_trade=0.5, per_unit=0.0, per_lot=0.0, percent=0.0, minimum=0.0)
    """

    spread: Any = None
    slippage: Any = 0.0
    commission: Any = field(default_factory=Commission)
    financing: Financing | None = None
    margin: Margin | None = None
    account_currency: str | None = None
    conversion: Any = None

    def __post_init__(self) -> None:
        if self.spread is not None:
            object.__setattr__(self, "spread", checked_spread(self.spread))
        object.__setattr__(self, "slippage", checked_slippage(self.slippage))
        if self.commission is None:
            object.__setattr__(self, "commission", Commission())
        elif not isinstance(self.commission, Commission):
            object.__setattr__(self, "commission", Commission(per_trade=self.commission))
        for name, kind in (("financing", Financing), ("margin", Margin)):
            if not isinstance(getattr(self, name), kind | None):
                raise ParameterError(f"Costs: {name} must be {kind.__name__} or None, got {getattr(self, name)!r}")
        if self.account_currency is not None and not (isinstance(self.account_currency, str) and self.account_currency):
            raise ParameterError(f"Costs: account_currency must be text like 'USD', got {self.account_currency!r}")
        if self.conversion is not None:
            object.__setattr__(self, "conversion", checked_conversion(self.conversion))
