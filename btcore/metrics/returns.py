"""Figures of daily returns (rule T4)."""

from __future__ import annotations

import math
from collections.abc import Mapping

__all__ = ["PERIODS_PER_YEAR", "ROUNDING", "return_figures"]

PERIODS_PER_YEAR = 252
ROUNDING = 2.0**-40  # of 1 + the largest absolute return: no further apart is equal, no further below 0 is no loss


def return_figures(totals: Mapping[str, float], closes: int) -> dict[str, float]:
    """Sharpe and Sortino ratios of the simple returns from one UTC day's last equity to the next's.

    ``sharpe``: mean / standard deviation (ddof 1) * sqrt(252). ``sortino``: mean / sqrt(mean(min(r, 0)^2)) * sqrt(252).
    The first return is against the starting cash; no interest is taken off. NaN under two days, where all returns are
    equal (Sortino: where none is a loss) within ``ROUNDING``, and where a day ended without equity left.

    Source: W. F. Sharpe, The Sharpe Ratio (1994); F. A. Sortino and L. N. Price (1994). Equal to quantstats'
    ``sharpe`` and ``sortino`` with ``periods=252``.
    """
    days, low, high = totals["day_count"], totals["day_low"], totals["day_high"]
    if days < 2 or totals["ruined"]:
        return {"sharpe": math.nan, "sortino": math.nan}
    mean = totals["day_first"] + totals["day_excess"]
    nothing = ROUNDING * (1.0 + max(-low, high))
    return {
        "sharpe": _annual(mean, totals["day_squares"] / (days - 1)) if high - low > nothing else math.nan,
        "sortino": _annual(mean, totals["day_downside"] / days) if -low > nothing else math.nan,
    }


def _annual(mean: float, variance: float) -> float:
    return mean / math.sqrt(variance) * math.sqrt(PERIODS_PER_YEAR)
