"""Finer candles that replay the candles of a simulation (rule X2): which belong to which, and whether they agree."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

from btcore._core.magnify import Finer
from btcore.candles import Candles
from btcore.candles.problems import time_text
from btcore.costs import Costs
from btcore.errors import DataError, ParameterError
from btcore.market import market_with, spread_of

__all__ = ["finer_of"]

Range = tuple[np.ndarray, np.ndarray]


def finer_of(candles: Candles, finer: Candles, costs: Costs) -> Finer:
    """`finer` as what replays `candles`, under the spread that the costs or `candles` have.

    A finer candle belongs to the candle in whose `duration` it opens; one that opens in none is left out. They replay
    a candle whose open, high, low and close they make up exactly. One that they do not (some are missing, or the prices
    have another source) is left to ``Rules.ambiguity`` like one that has none.

    Raises
    ------
    ParameterError
        If they are not finer, or of another tick, quote, symbol or kind of ask side.
    DataError
        If a finer candle leaves the range of the candle that it belongs to, or none is made up.
    """
    begin, end = _kept(candles, finer)
    spread = _spread_of_each(spread_of(candles, costs), candles, finer)
    return Finer(market_with(finer, spread), begin, end)


def _kept(candles: Candles, finer: Candles) -> Range:
    """The ranges of `_ranges`, kept with `candles` for the finer ones that they were found for last."""
    kept = candles.derived("replays", lambda own: [])
    if not kept or kept[0]() is not finer:
        kept[:] = [weakref.ref(finer), _ranges(candles, finer)]
    found: Range = kept[1]
    return found


def _ranges(candles: Candles, finer: Candles) -> Range:
    """The first of the finer candles that replay each candle and the one after the last; equal where none do."""
    _check_kind(candles, finer)
    begin = np.searchsorted(finer.timestamp, candles.timestamp).astype(np.int64)
    end = np.searchsorted(finer.timestamp, candles.timestamp + candles.duration).astype(np.int64)
    held = begin < end
    whole = held.copy()
    for coarse, fine in ((candles, finer), (candles.ask, finer.ask)):
        if coarse is not None and fine is not None:
            whole[held] &= _made_up(coarse, fine, begin[held], end[held], np.flatnonzero(held))
    if not whole.any():
        raise DataError(_nothing(candles, finer, held))
    return begin, np.where(whole, end, begin)


def _check_kind(candles: Candles, finer: Candles) -> None:
    """The same instrument, quoted the same way, in shorter candles."""
    for name in ("symbol", "quote", "tick"):
        own, other = getattr(candles, name), getattr(finer, name)
        if own != other:
            remedy = "; give both the same tick=" if name == "tick" else ""
            raise ParameterError(f"Rules(magnify=...): {name} of the finer candles is {other!r}, not {own!r}{remedy}")
    if (candles.ask is None) != (finer.ask is None):
        own, other = ("have", "have none") if finer.ask is None else ("have no", "have them")
        raise ParameterError(f"Rules(magnify=...): the candles {own} ask candles of their own, the finer ones {other}")
    if 0 < candles.duration <= finer.duration:
        raise ParameterError(
            f"Rules(magnify=...): its candles last {finer.duration / 1e9:g} seconds, the candles that they are to "
            f"replay {candles.duration / 1e9:g}; they have to be finer"
        )


def _made_up(coarse: Candles, fine: Candles, begin: np.ndarray, end: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Whether finer candles make up each candle of `rows`; DataError if one leaves the range of its candle."""
    low, high = _extremes(np.minimum, fine.ticks[2], begin, end), _extremes(np.maximum, fine.ticks[1], begin, end)
    opened, top, bottom, closed = (column[rows] for column in coarse.ticks)
    outside = np.flatnonzero((low < bottom) | (high > top))
    if len(outside):
        first = int(rows[outside[0]])
        members = slice(int(begin[outside[0]]), int(end[outside[0]]))
        raise DataError(
            f"Rules(magnify=...): finer candles leave the range of {len(outside)} of {len(coarse)} candles; the first "
            f"is candle {first} ({time_text(coarse.timestamp[first])}) with low {coarse.low[first]} and high "
            f"{coarse.high[first]}, where the finer ones reach {fine.low[members].min()} and "
            f"{fine.high[members].max()}; both need the same source and the same zone"
        )
    same = (opened == fine.ticks[0][begin]) & (closed == fine.ticks[3][end - 1])
    made: np.ndarray = same & (low == bottom) & (high == top)
    return made


def _extremes(extreme: np.ufunc, column: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The extreme of each column[begin:end]; ranges are not empty and do not overlap."""
    bounds = np.column_stack([begin, end]).ravel()
    if len(bounds) and bounds[-1] == len(column):
        bounds = bounds[:-1]
    values: np.ndarray = extreme.reduceat(column, bounds)[::2]
    return values


def _spread_of_each(spread: Any, candles: Candles, finer: Candles) -> Any:
    """The spread of a candle holds for the finer ones that belong to it (rule C4)."""
    if np.ndim(spread) == 0:
        return spread
    owner = np.searchsorted(candles.timestamp, finer.timestamp, side="right") - 1
    return np.asarray(spread)[np.maximum(owner, 0)]


def _nothing(candles: Candles, finer: Candles, held: np.ndarray) -> str:
    """Why no candle can be replayed."""
    times = f"the candles run from {time_text(candles.timestamp[0])} to {time_text(candles.timestamp[-1])}, the finer "
    times += f"ones from {time_text(finer.timestamp[0])} to {time_text(finer.timestamp[-1])}"
    if not held.any():
        return f"Rules(magnify=...): no finer candle opens within a candle; {times}"
    return (
        f"Rules(magnify=...): none of the {int(held.sum())} candles that have finer ones is made up by them (open, "
        f"high, low and close); {times}; both need the same source and the same zone"
    )
