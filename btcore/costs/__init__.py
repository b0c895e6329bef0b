"""What trading costs, and what margin it needs. Values only; the arithmetic is in the compiled core."""

from __future__ import annotations

from btcore.costs.commission import Commission
from btcore.costs.conversion import Conversion
from btcore.costs.costs import Costs
from btcore.costs.financing import Financing
from btcore.costs.margin import Margin
from btcore.costs.slippage import PercentSlippage, RandomSlippage, RangeSlippage, TickSlippage
from btcore.costs.spreads import HourlySpread

__all__ = [
    "Commission", "Conversion", "Costs", "Financing", "HourlySpread", "Margin", "PercentSlippage", "RandomSlippage",
    "RangeSlippage", "TickSlippage",
]  # fmt: skip
