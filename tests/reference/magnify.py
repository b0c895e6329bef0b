"""Rule X2, ``magnify``: which finer candles make up a candle, and their prices on both sides."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from reference.market import Bar, Market, bars


def replays(candles: Any, finer: Any, market: Market) -> tuple[Market, dict[int, range]]:
    """The finer candles as a market of their own, and which of them replay each candle that they make up."""
    grid, times = market.grid, finer.timestamp.tolist()
    members = {}
    for t, opened in enumerate(market.time):
        members[t] = range(bisect_left(times, opened), bisect_left(times, opened + candles.duration))
    sides = [(bars(grid, candles), bars(grid, finer))]
    if candles.ask is not None:
        sides.append((bars(grid, candles.ask), bars(grid, finer.ask)))
    whole = {
        t: inside
        for t, inside in members.items()
        if inside and all(gathered([fine[k] for k in inside]) == coarse[t] for coarse, fine in sides)
    }
    if candles.ask is not None:
        return Market.two_sided(grid, times, sides[0][1], sides[1][1]), whole
    spreads = [0] * len(times)
    for t, inside in members.items():
        for k in inside:
            spreads[k] = market.spread[t]
    return Market.one_sided(grid, times, sides[0][1], candles.quote, spreads), whole


def gathered(fine: list[Bar]) -> Bar:
    """The candle that some candles make up."""
    return Bar(fine[0].open, max(bar.high for bar in fine), min(bar.low for bar in fine), fine[-1].close)
