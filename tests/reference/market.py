"""Rule C4: longs enter at ask and leave at bid, shorts enter at bid and leave at ask. Everything in units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from btcore.costs import HourlySpread
from btcore.errors import StrategyError
from reference.ticks import Grid
from reference.times import time_part


class Bar(NamedTuple):
    """One candle of one side, in units."""

    open: int
    high: int
    low: int
    close: int

    def moved(self, by: int) -> Bar:
        """The same candle, ``by`` units higher."""
        return Bar(self.open + by, self.high + by, self.low + by, self.close + by)

    def best(self, side: int) -> int:
        """The extreme in favour of a position on ``side`` (+1 long, -1 short)."""
        return self.high if side > 0 else self.low

    def worst(self, side: int) -> int:
        """The extreme against a position on ``side``."""
        return self.low if side > 0 else self.high


@dataclass(frozen=True)
class Market:
    """Bid and ask candles, and the spread at the open (valid inside the candle too) and at the close."""

    grid: Grid
    time: list[int]
    bid: list[Bar]
    ask: list[Bar]
    spread: list[int]
    close_spread: list[int]

    @classmethod
    def of(cls, candles: Any, spread: Any) -> Market:
        """The two sides of ``candles``; ``spread`` (of the costs) replaces the candles' own unless it is None."""
        grid = Grid.of(candles)
        time, quoted = candles.timestamp.tolist(), bars(grid, candles)
        if candles.ask is not None:
            if spread is not None:
                raise StrategyError("costs give a spread, but the candles have real ask candles (rule C4)")
            return cls.two_sided(grid, time, quoted, bars(grid, candles.ask))
        if isinstance(spread, HourlySpread):
            spread = [spread.spreads[int(hour)] for hour in time_part(time, "hour", spread.tz)]
        spreads = per_candle(grid, candles.spread if spread is None else spread, len(time))
        return cls.one_sided(grid, time, quoted, candles.quote, spreads)

    @classmethod
    def one_sided(cls, grid: Grid, time: list[int], quoted: list[Bar], quote: str, spreads: list[int]) -> Market:
        """Both sides from the quoted one and the spread of each candle."""
        if quote == "bid":
            bid, ask = quoted, [bar.moved(s) for bar, s in zip(quoted, spreads, strict=True)]
        elif quote == "ask":
            bid, ask = [bar.moved(-s) for bar, s in zip(quoted, spreads, strict=True)], quoted
        else:
            bid = [bar.moved(-(s // 2)) for bar, s in zip(quoted, spreads, strict=True)]
            ask = [bar.moved(s // 2) for bar, s in zip(quoted, spreads, strict=True)]
        return cls(grid, time, bid, ask, spreads, spreads)

    @classmethod
    def two_sided(cls, grid: Grid, time: list[int], bid: list[Bar], ask: list[Bar]) -> Market:
        """Two sides that are candles of their own."""
        spread = [max(0, a.open - b.open) for a, b in zip(ask, bid, strict=True)]
        close_spread = [max(0, a.close - b.close) for a, b in zip(ask, bid, strict=True)]
        return cls(grid, time, bid, ask, spread, close_spread)

    def entry_bar(self, side: int, t: int) -> Bar:
        """Candle ``t`` of the side at which a position on ``side`` is entered."""
        return self.ask[t] if side > 0 else self.bid[t]

    def exit_bar(self, side: int, t: int) -> Bar:
        """Candle ``t`` of the side at which a position on ``side`` is left."""
        return self.bid[t] if side > 0 else self.ask[t]


def bars(grid: Grid, candles: Any) -> list[Bar]:
    """The candles in units."""
    columns = (candles.open, candles.high, candles.low, candles.close)
    return [Bar(*row) for row in zip(*([grid.candle_price(p) for p in c.tolist()] for c in columns), strict=True)]


def per_candle(grid: Grid, spread: Any, count: int) -> list[int]:
    """A constant or per-candle spread as a list of units."""
    if not hasattr(spread, "__len__"):
        return [grid.spread(float(spread))] * count
    if len(spread) != count:
        raise StrategyError(f"the spread has {len(spread)} values, the candles are {count}")
    return [grid.spread(float(value)) for value in spread]
