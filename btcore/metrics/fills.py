"""Figures that say how far the results rest on what a candle does not tell."""

from __future__ import annotations

from collections.abc import Mapping

from btcore.metrics.ratios import ratio

__all__ = ["fill_figures"]


def fill_figures(totals: Mapping[str, float], closes: int) -> dict[str, float]:
    """Shares of doubtful fills.

    Returns
    -------
    dict
        ``ambiguous_share``: trades whose exit is not the only outcome that its candle allows (rules X2, X5).
        ``exact_touch_share``: of the limit entries and targets filled inside their candle, those whose price was
        touched to the tick and not exceeded (rule E2). NaN where there are none.
    """
    return {
        "ambiguous_share": ratio(totals["ambiguous"], totals["trades"]),
        "exact_touch_share": ratio(totals["exact_touches"], totals["limit_fills"]),
    }
