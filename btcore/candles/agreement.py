"""Do the arguments of Candles agree with each other: symbol, tick, spread and ask candles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from btcore.candles.columns import Columns, as_floats
from btcore.candles.problems import SHOWN_ROWS, row_text, time_text
from btcore.errors import DataError, ParameterError

if TYPE_CHECKING:
    from btcore.candles.container import Candles
    from btcore.candles.instrument import Instrument
    from btcore.candles.ticks import Grid


def identity(symbol: str, tick: float | None, instrument: Instrument | None) -> tuple[str, float | None]:
    """Symbol and tick (None: to be inferred) that the arguments and the instrument say together."""
    if not isinstance(symbol, str):
        raise ParameterError(f"symbol must be text, got {symbol!r}")
    if instrument is None:
        return symbol, tick
    if symbol and instrument.symbol and symbol != instrument.symbol:
        raise ParameterError(f"symbol is {symbol!r}, but the instrument is {instrument.symbol!r}")
    if tick is not None and instrument.tick is not None and tick != instrument.tick:
        raise ParameterError(f"tick is {tick!r}, but that of the instrument is {instrument.tick!r}")
    return symbol or instrument.symbol, instrument.tick if tick is None else tick


def checked_spread(spread: Any, columns: Columns) -> float | np.ndarray:
    """`spread` as a float or a read-only float64 array [n], finite and >= 0."""
    if np.ndim(spread) == 0:
        value = float(as_floats([spread], "spread")[0])
        if not 0.0 <= value < np.inf:
            raise ParameterError(f"spread must be finite and >= 0, got {spread!r}")
        return value
    values = as_floats(spread, "spread")
    if len(values) != len(columns):
        raise DataError(f"columns have different lengths: timestamp {len(columns)}, spread {len(values)}")
    bad = np.flatnonzero(~((values >= 0.0) & (values < np.inf)))
    if len(bad):
        shown = "; ".join(f"{row_text(columns, row)}: spread is {values[row]}" for row in bad[:SHOWN_ROWS])
        raise DataError(f"{len(bad)} of {len(columns)} candles have a spread that is negative or not finite: {shown}")
    return values


def declared_steps(period: Any, columns: Columns) -> tuple[int, int] | None:
    """`period` in ns as (period, duration); None where it is None. DataError where candles follow each other sooner."""
    if period is None:
        return None
    declared = period_ns(period)
    sooner = np.flatnonzero(np.diff(columns.timestamp) < declared) + 1
    if len(sooner):
        row = int(sooner[0])
        step = int(columns.timestamp[row] - columns.timestamp[row - 1])
        raise DataError(
            f"{len(sooner)} of {len(columns)} candles come sooner than period={period!r} after the one before, the "
            f"first is candle {row} ({time_text(columns.timestamp[row])}), after {step / 1e9:g} seconds"
        )
    return declared, declared


def period_ns(period: Any) -> int:
    """How long a candle lasts in ns, from text like "1min" or whole nanoseconds above 0; else ParameterError."""
    from btcore.candles.timeframe import timeframe_ns

    if isinstance(period, (int, np.integer)) and not isinstance(period, bool) and period > 0:
        return int(period)
    if not isinstance(period, str):
        raise ParameterError(f"period must be like '1min' or whole nanoseconds above 0, got {period!r}")
    return timeframe_ns(period)


def check_same_times(columns: Columns, ask: Candles) -> None:
    """Raise DataError unless `ask` has exactly the timestamps of `columns`."""
    from btcore.candles.container import Candles

    if not isinstance(ask, Candles):
        raise ParameterError(f"ask must be Candles, got {type(ask).__name__}")
    times, other = columns.timestamp, ask.timestamp
    if np.array_equal(times, other):
        return
    only_here, only_ask = np.setdiff1d(times, other), np.setdiff1d(other, times)
    shown = "; ".join(
        f"{label}: {', '.join(time_text(t) for t in values[:SHOWN_ROWS])}{', ...' if len(values) > SHOWN_ROWS else ''}"
        for label, values in (("only here", only_here), ("only in ask", only_ask))
        if len(values)
    )
    raise DataError(
        f"ask has other timestamps: {len(only_here)} of {len(times)} candles have no ask candle, {len(only_ask)} of "
        f"{len(other)} ask candles have no candle ({shown}); keep the rows that both have"
    )


def common_grid(own: Grid, of_ask: Grid) -> Grid:
    """The one grid for candles and their ask: the declared one, or the finer of two inferred ones."""
    if own.inferred and of_ask.inferred:
        return min(own, of_ask, key=lambda grid: grid.tick)
    if not own.inferred and not of_ask.inferred:
        raise ParameterError(f"tick is {own.tick!r}, but that of ask is {of_ask.tick!r}; both need the same tick")
    return of_ask if own.inferred else own
