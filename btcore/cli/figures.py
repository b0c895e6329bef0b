"""Every statistic of a result with its name and unit, every reason of a rejection with its meaning."""

from __future__ import annotations

from collections.abc import Callable

from btcore.cli.text import count, decimal, percent, share

MONEY = "account currency"

# key of Result.stats, name, how it is written, unit or remark
FIGURES: tuple[tuple[str, str, Callable[[float], str], str], ...] = (
    ("trades", "Trades", count, ""),
    ("end_of_data", "  closed by the end of data", count, "trades"),
    ("win_rate", "Win rate", share, "of the trades"),
    ("net", "Net profit", decimal, MONEY),
    ("gross", "  before costs", decimal, MONEY),
    ("costs", "  costs", decimal, MONEY),
    ("return_percent", "Return", percent, "of the starting cash"),
    ("final_equity", "Final equity", decimal, MONEY),
    ("max_drawdown", "Largest drawdown", decimal, MONEY),
    ("max_drawdown_percent", "  in percent of the peak", percent, ""),
    ("profit_factor", "Profit factor", decimal, "wins / losses"),
    ("expectancy_r", "Expectancy", decimal, "R per trade"),
    ("average_bars", "Average hold", decimal, "candles"),
    ("longest_losing_streak", "Longest losing streak", count, "trades"),
    ("exposure", "Exposure", share, "of the time"),
    ("sharpe", "Sharpe ratio", decimal, "daily, annual"),
    ("sortino", "Sortino ratio", decimal, "daily, annual"),
    ("ambiguous_share", "Ambiguous exits", share, "of the trades"),
    ("exact_touch_share", "Exact touches", share, "of limit fills"),
)

REASONS = {
    "NO_NEXT_BAR": "signal on the last candle",
    "IN_POSITION": "a position was open",
    "CONFLICT": "long and short on one candle",
    "NAN_LEVEL": "a price or size was missing (NaN)",
    "WRONG_SIDE": "a level on the wrong side, or under a tick away",
    "SIZE_BELOW_MIN": "the size was 0 or below the smallest lot",
    "REPLACED": "a newer order took its place",
    "EXPIRED": "not filled in time",
    "UNFILLED": "still waiting at the end",
}
