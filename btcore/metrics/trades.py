"""Figures of the trades themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping

from btcore.metrics.ratios import ratio

__all__ = ["trade_figures"]


def trade_figures(totals: Mapping[str, float], closes: int) -> dict[str, float]:
    """Counts, money and odds of the trades, those closed by the end of the data included.

    Returns
    -------
    dict
        ``trades``, ``end_of_data`` (how many the end of the data closed), ``net``, ``gross``, ``costs`` (gross - net),
        ``win_rate`` (share with net > 0), ``profit_factor`` (sum of wins / sum of losses; inf without losses),
        ``expectancy_r`` (mean R multiple of the trades that have one), ``average_bars`` (candles held),
        ``longest_losing_streak`` (trades in a row with net < 0). Money in account currency. NaN without trades.
    """
    trades = totals["trades"]
    losses = totals["loss"]
    profit_factor = totals["gain"] / losses if losses else math.inf
    return {
        "trades": trades,
        "end_of_data": totals["end_of_data"],
        "net": totals["net"],
        "gross": totals["gross"],
        "costs": totals["gross"] - totals["net"],
        "win_rate": ratio(totals["wins"], trades),
        "profit_factor": profit_factor if trades else math.nan,
        "expectancy_r": ratio(totals["r_sum"], totals["r_count"]),
        "average_bars": ratio(totals["bars"], trades),
        "longest_losing_streak": totals["longest_losing_streak"],
    }
