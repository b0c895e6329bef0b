"""How far prices move."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from btcore.errors import ParameterError
from btcore.expr import Expr, close, high, low, number
from btcore.indicators.averages import ema, rma, sma
from btcore.indicators.common import (
    SEEDS,
    apply,
    given_prices,
    labelled,
    of_candles,
    one_of,
    options,
    positive_number,
    prices_and_n,
    whole_number,
)
from btcore.indicators.logic import maximum, minimum
from btcore.indicators.rolling import rolling_max, rolling_min, rolling_std

__all__ = [
    "Bollinger",
    "Donchian",
    "Keltner",
    "atr",
    "average_range",
    "bollinger",
    "donchian",
    "keltner",
    "true_range",
]

_SMOOTHINGS = ("wilder", "ema", "sma")


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
    given_prices("true_range", ("high", "low", "close"), prices)
    return of_candles(_true_range, (high, low, close), prices, "true_range()", out)


def _after_the_first(high: Expr, low: Expr, close: Expr) -> Expr:
    """The true range of candles that have a previous close; NaN on the first."""
    before = number(close).shift(1)
    ranges: Expr = maximum(high, before) - minimum(low, before)
    return ranges


def average_range(high: Expr, low: Expr, close: Expr, n: int, smoothing: str, seed: str) -> Expr:
    """The smoothed true range."""
    ranges = _true_range(high, low, close) if seed == "first" else _after_the_first(high, low, close)
    if smoothing == "sma":
        average: Expr = sma(ranges, n)
    else:
        average = rma(ranges, n, seed=seed) if smoothing == "wilder" else ema(ranges, n, seed=seed)
    return average


def atr(
    *args: Any, n: int | None = None, smoothing: str = "wilder", seed: str = "first", out: np.ndarray | None = None
) -> Any:
    """Average true range: the smoothed ``true_range``.

    Parameters
    ----------
    args : n, or high, low, close, n
        ``atr(14)`` is an expression over candles; ``atr(high, low, close, 14)`` takes series.
    n : int
        Candles, at least 1; instead of the last positional argument.
    smoothing : {"wilder", "ema", "sma"}
        ``rma`` (Wilder 1978), ``ema`` or ``sma`` of the true range.
    seed : {"first", "sma"}
        ``"first"``: the recursion starts from the range of the first candle. ``"sma"``: from the mean of the first n
        ranges that have a previous close, so the first n values are NaN; equal to TA-Lib. Not with smoothing ``"sma"``.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,), in price units

    Raises
    ------
    ParameterError
        If n, the smoothing or the seed is not one of these, or `out` does not fit.

    Examples
    --------
    >>> atr([5.0, 6.0], [4.0, 5.5], [4.5, 6.0], 2).tolist()
    [1.0, 1.25]
    """
    prices, n = prices_and_n("atr", ("high", "low", "close"), args, n)
    one_of("smoothing", smoothing, _SMOOTHINGS)
    if one_of("seed", seed, SEEDS) != "first" and smoothing == "sma":
        raise ParameterError(f"smoothing='sma' has no seed, got seed={seed!r}")
    label = f"atr({n}{options(smoothing=(smoothing, 'wilder'), seed=(seed, 'first'))})"

    def build(h: Expr, lo: Expr, c: Expr) -> Expr:
        return average_range(h, lo, c, n, smoothing, seed)

    return of_candles(build, (high, low, close), prices, label, out)


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
        return Donchian(upper, (upper + lower) * 0.5, lower)

    built: Donchian = apply(build, *(prices or (high, low)), out=out)
    return built


class Bollinger(NamedTuple):
    """Upper and lower band and the average between them."""

    upper: Any
    middle: Any
    lower: Any


def bollinger(
    x: Any, window: int = 20, width: float = 2.0, *, ddof: int = 0, out: tuple[np.ndarray, ...] | None = None
) -> Bollinger:
    """Bollinger bands: simple average plus and minus `width` standard deviations of the last `window` values.

    Source: J. Bollinger, Bollinger on Bollinger Bands (2001). The deviation is that of a population (``ddof=0``), as
    there and in TA-Lib, to which the bands are equal; pandas ``rolling(n).std()`` is ``ddof=1``.

    Parameters
    ----------
    x : Expr or array, shape (n,)
    window : int
        Candles, at least 1.
    width : float
        Deviations between the average and a band, above 0.
    ddof : int
        The deviation is divided by ``window - ddof``.
    out : tuple of three float64 arrays, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Bollinger
        ``upper``, ``middle``, ``lower``, in units of x; the first ``window - 1`` values are NaN, and every window that
        holds a NaN or an infinity.

    Examples
    --------
    >>> bollinger([1.0, 3.0], 2).upper.tolist()
    [nan, 4.0]
    """
    window, width, ddof = whole_number("window", window), positive_number("width", width), whole_number("ddof", ddof, 0)
    shown = options(ddof=(ddof, 0))

    def build(series: Expr) -> Any:
        middle, away = sma(series, window), width * rolling_std(series, window, ddof=ddof)
        label = f"bollinger({series!r}, {window}, {width:g}{shown})"
        return labelled(Bollinger(middle + away, middle, middle - away), label)

    built: Bollinger = apply(build, x, out=out)
    return built


class Keltner(NamedTuple):
    """Upper and lower band and the average between them."""

    upper: Any
    middle: Any
    lower: Any


_PRICES = ("close", "typical")


def keltner(
    *args: Any,
    n: int | None = None,
    width: float = 2.0,
    atr_n: int = 10,
    price: str = "close",
    smoothing: str = "ema",
    seed: str = "first",
    out: tuple[np.ndarray, ...] | None = None,
) -> Keltner:
    """Keltner channel: moving average of the price plus and minus `width` average true ranges.

    Source: C. Keltner, How to Make Money in Commodities (1960), in the later form of L. Raschke: exponential average
    of the close, ``atr(atr_n)`` with Wilder's smoothing. Keltner's own average is ``price="typical", smoothing="sma"``.

    Parameters
    ----------
    args : n, or high, low, close, n
        ``keltner(20)`` holds expressions over candles; ``keltner(high, low, close, 20)`` takes series.
    n : int
        Candles of the average, at least 1; instead of the last positional argument.
    width : float
        True ranges between the average and a band, above 0.
    atr_n : int
        Candles of the average true range, at least 1.
    price : {"close", "typical"}
        What is averaged; the typical price is (high + low + close) / 3.
    smoothing : {"ema", "sma"}
        How it is averaged.
    seed : {"first", "sma"}
        As in ``ema`` and ``atr``.
    out : tuple of three float64 arrays, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Keltner
        ``upper``, ``middle``, ``lower``, in price units; NaN where average or range is.

    Examples
    --------
    >>> keltner([5.0, 6.0], [4.0, 5.5], [4.5, 6.0], 3, atr_n=2).upper.tolist()
    [6.5, 7.75]
    """
    prices, n = prices_and_n("keltner", ("high", "low", "close"), args, n)
    width, atr_n = positive_number("width", width), whole_number("atr_n", atr_n)
    one_of("price", price, _PRICES)
    one_of("seed", seed, SEEDS)
    averaged = one_of("smoothing", smoothing, ("ema", "sma"))

    def build(h: Any, lo: Any, c: Any) -> Keltner:
        centre = number(c) if price == "close" else (number(h) + number(lo) + number(c)) / 3.0
        middle = sma(centre, n) if averaged == "sma" else ema(centre, n, seed=seed)
        away = width * average_range(h, lo, c, atr_n, "wilder", seed)
        return Keltner(middle + away, middle, middle - away)

    shown = options(
        width=(width, 2.0),
        atr_n=(atr_n, 10),
        price=(price, "close"),
        smoothing=(smoothing, "ema"),
        seed=(seed, "first"),
    )
    built: Keltner = of_candles(build, (high, low, close), prices, f"keltner({n}{shown})", out)
    return built
