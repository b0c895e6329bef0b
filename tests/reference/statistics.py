"""Numbers from a result (rule T4): trades of any exit reason count, END_OF_DATA included."""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import stdev  # of the standard library: exact until its last rounding
from typing import Any

from reference.operators import divide

NAN = math.nan
DAY = 86_400 * 1_000_000_000
PERIODS_PER_YEAR = 252


def statistics(result: Any, candles: Any, cash: float, start: int, end: int) -> dict[str, float]:
    """The statistics of ``result`` over the window ``[start, end)``, one value of ``result.equity`` per candle."""
    trades, count = result.trades, len(result.trades)
    nets = [trade["net"] for trade in trades]
    net, gross = running_sum(nets), running_sum([trade["gross"] for trade in trades])
    final = result.equity[-1] if result.equity else cash
    returns = daily_returns(result.equity, candles.timestamp.tolist()[start:end], cash)
    return {
        "trades": count,
        "win_rate": divide(sum(n > 0 for n in nets), count),
        "net": net,
        "gross": gross,
        "costs": gross - net,
        "profit_factor": profit_factor(nets),
        "expectancy_r": average([t["r_multiple"] for t in trades if not math.isnan(t["r_multiple"])]),
        "average_bars": divide(sum(trade["bars"] for trade in trades), count),
        "max_drawdown": max_drawdown(result.equity, cash),
        "max_drawdown_percent": max_drawdown_percent(result.equity, cash),
        "final_equity": final,
        "return_percent": divide(final - cash, cash) * 100,
        "sharpe": sharpe(returns),
        "sortino": sortino(returns),
        "exposure": divide(len(open_closes(trades)), end - start),
        "longest_losing_streak": longest_losing_streak(nets),
        "ambiguous_share": divide(sum(trade["ambiguous"] for trade in trades), count),
        "exact_touch_share": divide(result.exact_touches, result.limit_fills),
        "end_of_data": sum(trade["exit_reason"].name == "END_OF_DATA" for trade in trades),
    }


def open_closes(trades: list[dict[str, Any]]) -> set[int]:
    """The closes at which a position was open."""
    return {t for trade in trades for t in range(trade["entry_index"], trade["exit_index"])}


def running_sum(values: list[float]) -> float:
    """The sum in order, rounded after each addition."""
    total = 0.0
    for value in values:
        total = total + value
    return total


def average(values: list[float]) -> float:
    """The running sum over the number of values; NaN without any."""
    return divide(running_sum(values), len(values))


def profit_factor(nets: list[float]) -> float:
    """Sum of wins over sum of losses; infinite without losses, NaN without trades."""
    if not nets:
        return NAN
    wins, losses = running_sum([n for n in nets if n > 0]), running_sum([n for n in nets if n < 0])
    return wins / -losses if losses < 0 else math.inf


def max_drawdown(equity: list[float], cash: float) -> float:
    """The largest fall from a running peak, the starting cash being the first point."""
    peak, worst = cash, 0.0
    for value in equity:
        peak = max(peak, value)
        worst = max(worst, peak - value)
    return worst


def max_drawdown_percent(equity: list[float], cash: float) -> float:
    """The largest fall in percent of the peak it fell from; peaks above 0 only."""
    peak, worst = cash, 0.0
    for value in equity:
        peak = max(peak, value)
        if peak > 0:
            worst = max(worst, (peak - value) / peak * 100)
    return worst


def daily_returns(equity: list[float], time: list[int], cash: float) -> list[float]:
    """Simple returns of the last equity of each UTC day that has a candle; the first day's is relative to the cash.

    None at all where a day starts from nothing or less: there is no return to speak of.
    """
    last_of_day = {timestamp // DAY: value for timestamp, value in zip(time, equity, strict=True)}
    values = [cash, *last_of_day.values()]
    if min(values[:-1], default=cash) <= 0:
        return []
    return [(after - before) / before for before, after in pairwise(values)]


def mean(values: list[float]) -> float:
    """The mean, its sum rounded once."""
    return math.fsum(values) / len(values)


def nothing(returns: list[float]) -> float:
    """How far returns may be apart, or one below 0, and count as equal, or as no loss: what rounding may leave."""
    return 2.0**-40 * (1.0 + max(abs(r) for r in returns))


def sharpe(returns: list[float]) -> float:
    """Mean over standard deviation (ddof 1), for a year; NaN under two returns or where rounding alone parts them."""
    if len(returns) < 2 or max(returns) - min(returns) <= nothing(returns):
        return NAN
    return mean(returns) / stdev(returns) * math.sqrt(PERIODS_PER_YEAR)


def sortino(returns: list[float]) -> float:
    """Mean over downside deviation (target 0), for a year; NaN under two returns or without a loss beyond rounding."""
    if len(returns) < 2 or min(returns) >= -nothing(returns):
        return NAN
    downside = math.sqrt(mean([min(r, 0.0) ** 2 for r in returns]))
    return mean(returns) / downside * math.sqrt(PERIODS_PER_YEAR)


def longest_losing_streak(nets: list[float]) -> int:
    """The most trades in a row with a net below 0, in the order of their exits."""
    longest = streak = 0
    for net in nets:
        streak = streak + 1 if net < 0 else 0
        longest = max(longest, streak)
    return longest
