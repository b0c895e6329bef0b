"""How fast and how unusually prices move."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from btcore.expr import Expr, close, high, low, number
from btcore.indicators.averages import sma
from btcore.indicators.common import SEEDS, apply, labelled, of_candles, one_of, options, prices_and_n, whole_number
from btcore.indicators.rolling import rolling_max, rolling_mean, rolling_min, rolling_std

__all__ = ["Stoch", "cci", "momentum", "roc", "rsi", "stoch", "stoch_rsi", "zscore"]


def _strength(x: Any, n: int, seed: str) -> Expr:
    return Expr("rsi", (number(x),), (1.0 / n,) if seed == "first" else (1.0 / n, n))


def rsi(x: Any, n: int = 14, *, seed: str = "first", out: np.ndarray | None = None) -> Any:
    """Relative strength index, 0 to 100: ``100 * up / (up + down)``, Wilder averages of gains and losses.

    Source: Wilder (1978). The averages are seeded by the first change, so the first value is NaN; NaN also while
    there has been no change at all.

    Parameters
    ----------
    x : Expr or array, shape (n,)
    n : int
        Candles, at least 1.
    seed : {"first", "sma"}
        ``"sma"``: the averages start from the means of the first n changes, as Wilder and TA-Lib do; the first n
        values are NaN. TA-Lib gives 0 where there has been no change at all.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,)

    Examples
    --------
    >>> rsi([1.0, 2.0, 1.0], 2).tolist()
    [nan, 100.0, 50.0]
    >>> rsi([1.0, 4.0, 3.0, 4.0], 2, seed="sma").tolist()
    [nan, nan, 75.0, 83.33333333333333]
    """
    n, seed = whole_number("n", n), one_of("seed", seed, SEEDS)
    shown = options(seed=(seed, "first"))
    return apply(lambda series: _strength(series, n, seed).labelled(f"rsi({series!r}, {n}{shown})"), x, out=out)


class Stoch(NamedTuple):
    """Stochastic oscillator, 0 to 100: its line and the average of it, the signal."""

    k: Any
    d: Any


def _stochastic(high: Expr, low: Expr, close: Expr, n: int, smooth_k: int, smooth_d: int) -> Stoch:
    lowest = rolling_min(low, n)
    k = 100.0 * (close - lowest) / (rolling_max(high, n) - lowest)
    k = k if smooth_k == 1 else sma(k, smooth_k)
    return Stoch(k, k if smooth_d == 1 else sma(k, smooth_d))


def stoch(
    *args: Any, n: int | None = None, smooth_k: int = 3, smooth_d: int = 3, out: tuple[np.ndarray, ...] | None = None
) -> Stoch:
    """Stochastic oscillator: where the close stands between the lowest low (0) and the highest high (100) of n candles.

    Source: G. Lane (1984), Lane's Stochastics. ``k`` is smoothed over `smooth_k` candles: 3 is the slow stochastic, 1
    the fast one. ``d`` is the simple average of k. NaN where the highest high is the lowest low, and in averages that
    hold such a candle. Equal to TA-Lib's STOCH (slow) and STOCHF (fast), which give 0 there and hide k until there is
    a d.

    Parameters
    ----------
    args : n, or high, low, close, n
        ``stoch(14)`` holds expressions over candles; ``stoch(high, low, close, 14)`` takes series.
    n : int
        Candles, at least 1; instead of the last positional argument.
    smooth_k, smooth_d : int
        Candles of the averages, at least 1.
    out : tuple of two float64 arrays, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Stoch
        ``k``, NaN on the first ``n + smooth_k - 2`` candles, and ``d``, on ``smooth_d - 1`` more.

    Examples
    --------
    >>> stoch([4.0, 5.0, 5.0], [2.0, 3.0, 1.0], [3.0, 5.0, 4.0], 2, smooth_k=1, smooth_d=2).d.tolist()
    [nan, nan, 87.5]
    """
    prices, n = prices_and_n("stoch", ("high", "low", "close"), args, n)
    k, d = whole_number("smooth_k", smooth_k), whole_number("smooth_d", smooth_d)
    label = f"stoch({n}{options(smooth_k=(k, 3), smooth_d=(d, 3))})"

    def build(h: Any, lo: Any, c: Any) -> Stoch:
        return _stochastic(number(h), number(lo), number(c), n, k, d)

    built: Stoch = of_candles(build, (high, low, close), prices, label, out)
    return built


def stoch_rsi(
    x: Any,
    n: int = 14,
    window: int | None = None,
    *,
    smooth_k: int = 1,
    smooth_d: int = 3,
    seed: str = "first",
    out: tuple[np.ndarray, ...] | None = None,
) -> Stoch:
    """Stochastic RSI: where the ``rsi`` stands between its lowest (0) and highest (100) of the last `window` values.

    Source: T. Chande and S. Kroll, The New Technical Trader (1994), times 100. NaN where the RSI stood still. With
    ``seed="sma"`` equal to TA-Lib's STOCHRSI, which gives 0 there and takes a window of 5 unless told.

    Parameters
    ----------
    x : Expr or array, shape (n,)
    n : int
        Candles of the RSI, at least 1.
    window : int, optional
        Values of the stochastic, at least 1; n unless given.
    smooth_k, smooth_d : int
        Candles of the averages, at least 1; 3 and 3 are TradingView's.
    seed : {"first", "sma"}
        As ``rsi``.
    out : tuple of two float64 arrays, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Stoch
        ``k``, NaN on the first ``window + smooth_k - 1`` candles (n - 1 more with ``seed="sma"``), and ``d``.

    Examples
    --------
    >>> stoch_rsi([1.0, 2.0, 1.0, 2.0], 2, smooth_d=1).k.tolist()
    [nan, nan, 0.0, 100.0]
    """
    n, seed = whole_number("n", n), one_of("seed", seed, SEEDS)
    window = n if window is None else whole_number("window", window)
    k, d = whole_number("smooth_k", smooth_k), whole_number("smooth_d", smooth_d)
    shown = options(window=(window, n), smooth_k=(k, 1), smooth_d=(d, 3), seed=(seed, "first"))

    def build(series: Expr) -> Any:
        strength = _strength(series, n, seed)
        return labelled(_stochastic(strength, strength, strength, window, k, d), f"stoch_rsi({series!r}, {n}{shown})")

    built: Stoch = apply(build, x, out=out)
    return built


def cci(*args: Any, n: int | None = None, out: np.ndarray | None = None) -> Any:
    """Commodity channel index: distance of the typical price from its mean, in units of 0.015 mean deviations.

    ``(p - sma(p, n)) / (0.015 * m)`` with ``p = (high + low + close) / 3`` and m the mean distance of the last n
    prices from their mean. Source: D. Lambert, Commodities Magazine (1980). Equal to TA-Lib, except that a window
    whose prices are all equal is NaN here and 0 there.

    Parameters
    ----------
    args : n, or high, low, close, n
        ``cci(20)`` is an expression over candles; ``cci(high, low, close, 20)`` takes series.
    n : int
        Candles, at least 1; instead of the last positional argument. Time grows with n.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,)
        Without unit; the first n - 1 values are NaN, and every window that holds a NaN or an infinity.

    Examples
    --------
    >>> prices = [1.0, 2.0, 6.0]
    >>> cci(prices, prices, prices, 3).round(6).tolist()
    [nan, nan, 100.0]
    """
    prices, n = prices_and_n("cci", ("high", "low", "close"), args, n)

    def build(h: Any, lo: Any, c: Any) -> Expr:
        typical = (number(h) + number(lo) + number(c)) / 3.0
        index: Expr = (typical - rolling_mean(typical, n)) / (0.015 * Expr("rolling_mad", (typical,), (n, n)))
        return index

    return of_candles(build, (high, low, close), prices, f"cci({n})", out)


def momentum(x: Any, n: int, *, out: np.ndarray | None = None) -> Any:
    """Change over n candles: ``x[t] - x[t - n]``; the first n values are NaN.

    Equal to TA-Lib's MOM and to pandas ``diff(n)``.

    >>> momentum([1.0, 4.0, 2.0], 1).tolist()
    [nan, 3.0, -2.0]
    """
    n = whole_number("n", n)
    return apply(lambda s: (number(s) - number(s).shift(n)).labelled(f"momentum({s!r}, {n})"), x, out=out)


def roc(x: Any, n: int, *, out: np.ndarray | None = None) -> Any:
    """Rate of change over n candles in percent: ``100 * (x[t] / x[t - n] - 1)``; the first n values are NaN.

    Equal to TA-Lib's ROC and 100 times pandas ``pct_change(n)``. Infinite or NaN where the earlier value is 0.

    >>> roc([2.0, 4.0, 3.0], 1).tolist()
    [nan, 100.0, -25.0]
    """
    n = whole_number("n", n)
    return apply(lambda s: (100.0 * (number(s) / number(s).shift(n) - 1.0)).labelled(f"roc({s!r}, {n})"), x, out=out)


def zscore(x: Any, window: int, *, ddof: int = 1, out: np.ndarray | None = None) -> Any:
    """Distance from the rolling mean in rolling standard deviations; NaN where the window is constant.

    Parameters
    ----------
    x : Expr or array, shape (n,)
    window : int
        Candles, at least 1.
    ddof : int
        The deviation is divided by ``window - ddof``.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,)

    Examples
    --------
    >>> zscore([1.0, 3.0], 2, ddof=0).tolist()
    [nan, 1.0]
    """
    window = whole_number("window", window)

    def build(series: Expr) -> Expr:
        apart = number(series) - rolling_mean(series, window)
        option = "" if ddof == 1 else f", ddof={ddof}"
        scaled: Expr = apart / rolling_std(series, window, ddof=ddof)
        return scaled.labelled(f"zscore({series!r}, {window}{option})")

    return apply(build, x, out=out)
