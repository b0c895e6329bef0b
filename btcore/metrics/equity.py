"""Figures of the equity at the closes of candles (rule T4)."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["equity_figures"]


def equity_figures(totals: Mapping[str, float], closes: int) -> dict[str, float]:
    """Where the equity went.

    Returns
    -------
    dict
        ``final_equity``, ``return_percent`` (of the starting cash), ``max_drawdown`` (largest fall from a peak, money,
        >= 0), ``max_drawdown_percent`` (largest fall in percent of the peak it fell from), ``exposure`` (share of the
        closes at which a position was open). The starting cash counts as the first peak.
    """
    return {
        "final_equity": totals["equity"],
        "return_percent": (totals["equity"] - totals["cash"]) / totals["cash"] * 100.0,
        "max_drawdown": totals["drawdown"],
        "max_drawdown_percent": totals["drawdown_share"] * 100.0,
        "exposure": totals["open_closes"] / closes,
    }
