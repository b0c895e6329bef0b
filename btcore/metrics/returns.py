"""Figures of daily returns (rule T4)."""

from __future__ import annotations

import math
from collections.abc import Mapping

__all__ = ["PERIODS_PER_YEAR", "return_figures"]

PERIODS_PER_YEAR = 252


def return_figures(totals: Mapping[str, float], closes: int) -> dict[str, float]:
    """Sharpe and Sortino ratios of the simple returns from one UTC day's last equity to the next's.

    ``sharpe``: mean / standard deviation (ddof 1) * sqrt(252). ``sortino``: mean / sqrt(mean(min(r, 0)^2)) * sqrt(252).
    The first return is against the starting cash; no interest is taken off. NaN under two days, at zero spread
    (Sortino: without a losing day), and where a day ended without equity left.

    Source: W. F. Sharpe, The Sharpe Ratio (1994); F. A. Sortino and L. N. Price (1994). Equal to quantstats'
    ``sharpe`` and ``sortino`` with ``periods=252``.
    """
    days = totals["day_count"]
    if days < 2 or totals["ruined"]:
        return {"sharpe": math.nan, "sortino": math.nan}
    return {
        "sharpe": _annual(totals["day_mean"], totals["day_squares"] / (days - 1)),
        "sortino": _annual(totals["day_mean"], totals["day_downside"] / days),
    }


def _annual(mean: float, variance: float) -> float:
    return mean / math.sqrt(variance) * math.sqrt(PERIODS_PER_YEAR) if variance > 0 else math.nan
