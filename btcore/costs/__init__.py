"""What trading costs. Values only; the arithmetic is in the compiled core."""

from __future__ import annotations

from btcore.costs.commission import Commission
from btcore.costs.costs import Costs
from btcore.costs.spreads import HourlySpread

__all__ = ["Commission", "Costs", "HourlySpread"]
