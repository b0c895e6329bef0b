"""Moving averages."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from btcore.errors import ParameterError
from btcore.expr import Expr, number
from btcore.indicators.common import SEEDS, apply, one_of, whole_number
from btcore.indicators.rolling import rolling_mean

__all__ = ["dema", "ema", "exponential", "hma", "rma", "sma", "span_of", "tema", "wma"]


def exponential(x: Any, alpha: float, *, count: int = 1, skip: int = 0, silent: bool = False) -> Expr:
    """Exponential mean: the first `skip` finite inputs are passed over, the mean of the next `count` is the seed.

    A `silent` seed is no output itself.
    """
    default = (count, skip, silent) == (1, 0, False)
    return Expr("ewm", (number(x),), (alpha,) if default else (alpha, count, skip, int(silent)))


def span_of(name: str, span: Any, seed: str) -> float:
    """A span as a float; whole where the seed is a mean of so many values.

    Raises
    ------
    ParameterError
        Otherwise; the message names the parameter.
    """
    one_of("seed", seed, SEEDS)
    if isinstance(span, bool) or not isinstance(span, numbers.Real) or not math.isfinite(span) or span < 1:
        raise ParameterError(f"{name} must be a number >= 1, got {span!r}")
    number_of = float(span)
    if seed == "sma" and not number_of.is_integer():
        raise ParameterError(f"{name} must be a whole number where seed='sma', got {span!r}")
    return number_of


def _of_span(x: Any, span: float, seed: str) -> Expr:
    return exponential(x, 2.0 / (span + 1.0), count=int(span) if seed == "sma" else 1)


def _averaged(name: str, x: Any, span: Any, seed: str, build: Callable[[Any, float, str], Expr], out: Any) -> Any:
    """`build` of a series and a span, labelled."""
    span = span_of("span", span, seed)
    option = "" if seed == "first" else f", seed={seed!r}"
    return apply(lambda series: build(series, span, seed).labelled(f"{name}({series!r}, {span:g}{option})"), x, out=out)


def ema(x: Any, span: float, *, seed: str = "first", adjust: bool = False, out: np.ndarray | None = None) -> Any:
    """Exponential moving average, ``alpha = 2 / (span + 1)``.

    ``y[t] = y[t-1] + alpha * (x[t] - y[t-1])``, seeded by the first finite value: the definition of pandas
    ``ewm(span=span, adjust=False).mean()``. A NaN or infinite input gives NaN and leaves the average untouched.

    Parameters
    ----------
    x : Expr or array, shape (n,)
    span : float
        Candles, at least 1; whole where ``seed="sma"``.
    seed : {"first", "sma"}
        ``"sma"``: the mean of the first `span` finite values stands on the last of them and NaN before, as in TA-Lib.
    adjust : bool
        The mean of all values so far, weighted with ``(1 - alpha) ** age``: pandas ``ewm(span=span, ignore_na=True)``,
        whose own default ``adjust=True`` is. Only with ``seed="first"``.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,)

    Raises
    ------
    ParameterError
        If the span is not a number >= 1, the seed is unknown, `adjust` comes with another seed, or `out`
        does not fit.

    Examples
    --------
    >>> ema([1.0, 2.0, 4.0], 3).tolist()
    [1.0, 1.5, 2.75]
    >>> ema([1.0, 2.0, 6.0, 5.0], 3, seed="sma").tolist()
    [nan, nan, 3.0, 4.0]
    """
    if not adjust:
        return _averaged("ema", x, span, seed, _of_span, out)
    span = span_of("span", span, seed)
    if seed != "first":
        raise ParameterError(f"adjust=True has no seed, got seed={seed!r}")

    def build(series: Expr) -> Expr:
        mean = Expr("ewm_adjusted", (number(series),), (2.0 / (span + 1.0),))
        return mean.labelled(f"ema({series!r}, {span:g}, adjust=True)")

    return apply(build, x, out=out)


def rma(x: Any, n: int, *, seed: str = "first", out: np.ndarray | None = None) -> Any:
    """Wilder's moving average: as ``ema`` with ``alpha = 1 / n``.

    Source: J. Welles Wilder, New Concepts in Technical Trading Systems (1978); seeded by the first finite value, or
    by the mean of the first n (``seed="sma"``), as in TA-Lib's indicators.

    >>> rma([2.0, 4.0], 2).tolist()
    [2.0, 3.0]
    """
    n, option = whole_number("n", n), "" if one_of("seed", seed, SEEDS) == "first" else f", seed={seed!r}"

    def build(series: Expr) -> Expr:
        mean = exponential(series, 1.0 / n, count=n if seed == "sma" else 1)
        return mean.labelled(f"rma({series!r}, {n}{option})")

    return apply(build, x, out=out)


def sma(x: Any, window: int, *, out: np.ndarray | None = None) -> Any:
    """Simple moving average: ``rolling_mean``.

    >>> sma([1.0, 3.0], 2).tolist()
    [nan, 2.0]
    """
    return rolling_mean(x, window, out=out)


def dema(x: Any, span: float, *, seed: str = "first", out: np.ndarray | None = None) -> Any:
    """Double exponential moving average: ``2 * e - ema(e)`` with ``e = ema(x)``.

    Source: P. Mulloy, Smoothing Data with Faster Moving Averages, Stocks & Commodities 12 (1994). With
    ``seed="sma"`` equal to TA-Lib, NaN on the first ``2 * (span - 1)`` candles. Parameters and errors as ``ema``.

    >>> dema([1.0, 2.0, 4.0], 3).tolist()
    [1.0, 1.75, 3.5]
    """

    def build(series: Any, span: float, seed: str) -> Expr:
        once = _of_span(series, span, seed)
        return 2.0 * once - _of_span(once, span, seed)

    return _averaged("dema", x, span, seed, build, out)


def tema(x: Any, span: float, *, seed: str = "first", out: np.ndarray | None = None) -> Any:
    """Triple exponential moving average: ``3 * e - 3 * ema(e) + ema(ema(e))`` with ``e = ema(x)``.

    Source: P. Mulloy (1994), as ``dema``. With ``seed="sma"`` equal to TA-Lib, NaN on the first ``3 * (span - 1)``
    candles. Parameters and errors as ``ema``.

    >>> tema([1.0, 2.0, 4.0], 3).tolist()
    [1.0, 1.875, 3.8125]
    """

    def build(series: Any, span: float, seed: str) -> Expr:
        once = _of_span(series, span, seed)
        twice = _of_span(once, span, seed)
        return 3.0 * once - 3.0 * twice + _of_span(twice, span, seed)

    return _averaged("tema", x, span, seed, build, out)


def _weighted(x: Any, window: int) -> Expr:
    return Expr("rolling_wma", (number(x),), (window, window))


def wma(x: Any, window: int, *, out: np.ndarray | None = None) -> Any:
    """Linearly weighted moving average: weight `window` for the newest value, 1 for the oldest.

    Equal to TA-Lib. NaN on the first ``window - 1`` candles and where the window holds a NaN or an infinity.

    Parameters
    ----------
    x : Expr or array, shape (n,)
    window : int
        Candles, at least 1.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,)

    Examples
    --------
    >>> wma([1.0, 4.0, 7.0], 2).tolist()
    [nan, 3.0, 6.0]
    """
    window = whole_number("window", window)
    return apply(lambda series: _weighted(series, window).labelled(f"wma({series!r}, {window})"), x, out=out)


def hma(x: Any, window: int, *, out: np.ndarray | None = None) -> Any:
    """Hull moving average: ``wma(2 * wma(x, window // 2) - wma(x, window), floor(sqrt(window)))``.

    Source: A. Hull (2005), alanhull.com; halves and roots are rounded down, as in TradingView's ``ta.hma``. NaN on
    the first ``window + floor(sqrt(window)) - 2`` candles. Parameters and errors as ``wma``; a window of 1 gives x.

    >>> hma([1.0, 2.0, 3.0, 4.0, 5.0], 4).tolist()
    [nan, nan, nan, nan, 5.0]
    """
    window = whole_number("window", window)

    def build(series: Expr) -> Expr:
        raw = 2.0 * _weighted(series, max(window // 2, 1)) - _weighted(series, window)
        return _weighted(raw, math.isqrt(window)).labelled(f"hma({series!r}, {window})")

    return apply(build, x, out=out)
