"""How far prices move."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from btcore.errors import ParameterError
from btcore.expr import Expr, close, high, low, number
from btcore.indicators.averages import ema, rma, sma
from btcore.indicators.common import apply, prices_and_n
from btcore.indicators.rolling import rolling_max, rolling_min

__all__ = ["Donchian", "atr", "donchian", "true_range"]

_SMOOTHINGS = {"wilder": rma, "ema": ema, "sma": sma}


def _true_range(high: Expr, low: Expr, close: Expr) -> Expr:
    return Expr("true_range", (number(high), number(low), number(close)))


def true_range(*prices: Any, out: np.ndarray | None = None) -> Any:
    """True range: the largest of high - low, |high - previous close|, |low - previous close|.

    Source: Wilder (1978). The first value is high - low. NaN where a price that it needs is NaN.

    Parameters
    ----------
    prices : nothing, or high, low, close
        ``true_range()`` is an expression over candles; ``true_range(high, low, close)`` takes series.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,), in price units

    Examples
    --------
    >>> true_range([5.0, 6.0], [4.0, 5.5], [4.5, 6.0]).tolist()
    [1.0, 1.5]
    """
    if not prices:
        return apply(lambda: _true_range(high, low, close).labelled("true_range()"), out=out)
    if len(prices) != 3:
        raise ParameterError(f"true_range takes nothing or high, low, close; got {len(prices)} series")
    return apply(_true_range, *prices, out=out)


def atr(*args: Any, n: int | None = None, smoothing: str = "wilder", out: np.ndarray | None = None) -> Any:
    """Average true range: the smoothed ``true_range``.

    Parameters
    ----------
    args : n, or high, low, close, n
        ``atr(14)`` is an expression over candles; ``atr(high, low, close, 14)`` takes series.
    n : int
        Candles, at least 1; instead of the last positional argument.
    smoothing : {"wilder", "ema", "sma"}
        ``rma`` (Wilder 1978), ``ema`` or ``sma`` of the true range.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,), in price units

    Raises
    ------
    ParameterError
        If n or the smoothing is not one of these, or `out` does not fit.

    Examples
    --------
    >>> atr([5.0, 6.0], [4.0, 5.5], [4.5, 6.0], 2).tolist()
    [1.0, 1.25]
    """
    prices, n = prices_and_n("atr", ("high", "low", "close"), args, n)
    if smoothing not in _SMOOTHINGS:
        raise ParameterError(f"smoothing must be one of {', '.join(map(repr, _SMOOTHINGS))}, got {smoothing!r}")
    smooth = _SMOOTHINGS[smoothing]
    if prices:
        return apply(lambda *p: smooth(_true_range(*p), n), *prices, out=out)
    label = f"atr({n})" if smoothing == "wilder" else f"atr({n}, smoothing={smoothing!r})"
    return apply(lambda: smooth(_true_range(high, low, close), n).labelled(label), out=out)


class Donchian(NamedTuple):
    """Upper and lower bound and the middle between them."""

    upper: Any
    middle: Any
    lower: Any


def donchian(*args: Any, n: int | None = None, out: tuple[np.ndarray, ...] | None = None) -> Donchian:
    """Donchian channel: highest high and lowest low of the last n candles, and their mean.

    The current candle is part of the window; for a breakout compare with ``donchian(20).upper.shift(1)``.
    Source: the channel of R. Donchian; equal to pandas ``high.rolling(n).max()`` and ``low.rolling(n).min()``.

    Parameters
    ----------
    args : n, or high, low, n
        ``donchian(20)`` holds expressions over candles; ``donchian(high, low, 20)`` takes series.
    n : int
        Candles, at least 1; instead of the last positional argument.
    out : tuple of three float64 arrays, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Donchian
        ``upper``, ``middle``, ``lower``; the first n - 1 values are NaN.

    Examples
    --------
    >>> donchian([5.0, 6.0], [4.0, 5.5], 2).upper.tolist()
    [nan, 6.0]
    """
    prices, n = prices_and_n("donchian", ("high", "low"), args, n)

    def build(h: Expr, lo: Expr) -> Donchian:
        upper, lower = rolling_max(h, n), rolling_min(lo, n)
        return Donchian(upper, (upper + lower) / 2.0, lower)

    built: Donchian = apply(build, *(prices or (high, low)), out=out)
    return built
