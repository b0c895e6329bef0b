"""Which way prices go and how steadily."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from btcore.errors import ParameterError
from btcore.expr import Expr, close, high, low, number
from btcore.indicators.averages import exponential, span_of
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
)
from btcore.indicators.logic import maximum, minimum, where
from btcore.indicators.volatility import average_range

__all__ = ["Adx", "Macd", "Supertrend", "adx", "macd", "psar", "supertrend"]


class Macd(NamedTuple):
    """Difference of two averages, its own average, and what is between these."""

    macd: Any
    signal: Any
    histogram: Any


def macd(
    x: Any,
    fast: float = 12,
    slow: float = 26,
    signal: float = 9,
    *,
    seed: str = "first",
    out: tuple[np.ndarray, ...] | None = None,
) -> Macd:
    """Moving average convergence divergence: ``ema(x, fast) - ema(x, slow)`` and its ``ema`` over `signal` candles.

    Source: G. Appel, The Moving Average Convergence-Divergence Trading Method (1979). With the default seed equal to
    pandas ``ewm(span, adjust=False)``.

    Parameters
    ----------
    x : Expr or array, shape (n,)
    fast, slow, signal : float
        Spans in candles, at least 1, fast below slow; whole where ``seed="sma"``.
    seed : {"first", "sma"}
        ``"sma"``: as TA-Lib. The slow average starts from the mean of the first `slow` values, the fast one from the
        mean of the last `fast` of these, the signal from the mean of the first `signal` differences. TA-Lib hides the
        difference until there is a signal.
    out : tuple of three float64 arrays, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Macd
        ``macd``, ``signal``, ``histogram`` (macd less signal), in units of x. With ``seed="sma"`` macd is NaN on the
        first ``slow - 1`` candles, the others on ``signal - 1`` more.

    Raises
    ------
    ParameterError
        If a span is not a number >= 1, fast is not below slow, the seed is unknown, or `out` does not fit.

    Examples
    --------
    >>> macd([1.0, 2.0, 4.0], 1, 3, 1).macd.tolist()
    [0.0, 0.5, 1.25]
    """
    quick, lazy, last = span_of("fast", fast, seed), span_of("slow", slow, seed), span_of("signal", signal, seed)
    if quick >= lazy:
        raise ParameterError(f"fast must be below slow, got fast={fast!r} and slow={slow!r}")
    counts = [int(span) if seed == "sma" else 1 for span in (quick, lazy, last)]
    skip = counts[1] - counts[0]

    def build(series: Expr) -> Any:
        difference = exponential(series, 2.0 / (quick + 1.0), count=counts[0], skip=skip) - exponential(
            series, 2.0 / (lazy + 1.0), count=counts[1]
        )
        average = exponential(difference, 2.0 / (last + 1.0), count=counts[2])
        label = f"macd({series!r}, {quick:g}, {lazy:g}, {last:g}{options(seed=(seed, 'first'))})"
        return labelled(Macd(difference, average, difference - average), label)

    built: Macd = apply(build, x, out=out)
    return built


class Adx(NamedTuple):
    """Average directional index, and the directional indicators that it is made of; 0 to 100."""

    adx: Any
    plus_di: Any
    minus_di: Any


def adx(*args: Any, n: int | None = None, seed: str = "first", out: tuple[np.ndarray, ...] | None = None) -> Adx:
    """Average directional movement index with its two directional indicators.

    A candle's plus movement is the rise of its high where that is above 0 and above the fall of its low, else 0; the
    minus movement the other way round. ``plus_di`` is 100 times the Wilder average of plus movements divided by that
    of true ranges; ``adx`` the Wilder average of ``100 * |plus_di - minus_di| / (plus_di + minus_di)``.
    Source: Wilder (1978).

    Parameters
    ----------
    args : n, or high, low, close, n
        ``adx(14)`` holds expressions over candles; ``adx(high, low, close, 14)`` takes series.
    n : int
        Candles, at least 1; instead of the last positional argument.
    seed : {"first", "sma"}
        ``"first"``: all averages start from their first input; NaN on the first candle only. ``"sma"``: as TA-Lib,
        whose first averages hold n - 1 movements, and whose adx starts from the mean of n indices: the indicators are
        NaN on the first n candles, the adx on ``2 * n - 1``.
    out : tuple of three float64 arrays, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Adx
        ``adx``, ``plus_di``, ``minus_di``. NaN where no price has moved so far, and the adx where there is no movement.

    Examples
    --------
    >>> adx([5.0, 6.0, 6.0], [3.0, 4.0, 3.0], [4.0, 5.0, 4.0], 2).plus_di.tolist()
    [nan, 50.0, 20.0]
    """
    prices, n = prices_and_n("adx", ("high", "low", "close"), args, n)
    one_of("seed", seed, SEEDS)

    def build(h: Any, lo: Any, c: Any) -> Adx:
        plus, minus, ranges = (_smoothed(part, n, seed) for part in _movements(number(h), number(lo), number(c)))
        up, down = 100.0 * plus / ranges, 100.0 * minus / ranges
        index = 100.0 * abs(up - down) / (up + down)
        return Adx(exponential(index, 1.0 / n, count=n if seed == "sma" else 1), up, down)

    label = f"adx({n}{options(seed=(seed, 'first'))})"
    built: Adx = of_candles(build, (high, low, close), prices, label, out)
    return built


def _movements(high: Expr, low: Expr, close: Expr) -> tuple[Expr, Expr, Expr]:
    """Plus and minus movements and true ranges; NaN on the first candle."""
    rise, fall, before = high - high.shift(1), low.shift(1) - low, close.shift(1)
    none = 0.0 * (rise + fall)  # NaN where one of them is
    plus = where((rise > fall) & (rise > 0.0), rise, none)
    minus = where((fall > rise) & (fall > 0.0), fall, none)
    return plus, minus, maximum(high, before) - minimum(low, before)


def _smoothed(x: Expr, n: int, seed: str) -> Expr:
    """Wilder's average of movements. TA-Lib's seed is their sum over n - 1 candles divided by n, and is not shown."""
    if seed == "first":
        return exponential(x, 1.0 / n)
    later = (~(x != x)).shift(1)  # false on the first candle only: no comparison with a NaN is true
    return exponential(where(later, x, 0.0), 1.0 / n, count=n, silent=True)


class Supertrend(NamedTuple):
    """The line to stay on the right side of, and the side: 1 while it is below the close, -1 while it is above."""

    line: Any
    direction: Any


def supertrend(
    *args: Any,
    n: int | None = None,
    width: float = 3.0,
    seed: str = "first",
    out: tuple[np.ndarray, ...] | None = None,
) -> Supertrend:
    """Supertrend: bands `width` average true ranges around (high + low) / 2 that follow the price and never back off.

    The upper band only falls and the lower band only rises, until a close beyond the band sets it free. While the
    direction is 1 the line is the lower band; a close below it turns the direction to -1 and the line to the upper
    band, and the other way round. The direction starts at -1, as in TradingView's ``ta.supertrend``, whose direction
    has the other sign and whose average true range starts from a mean. Source: O. Seban (2008).

    Parameters
    ----------
    args : n, or high, low, close, n
        ``supertrend(10)`` holds expressions over candles; ``supertrend(high, low, close, 10)`` takes series.
    n : int
        Candles of the average true range, at least 1; instead of the last positional argument.
    width : float
        True ranges between the middle and a band, above 0.
    seed : {"first", "sma"}
        As in ``atr``: with ``"sma"`` the first n values are NaN.
    out : tuple of two float64 arrays, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Supertrend
        ``line`` in price units and ``direction``, 1.0 or -1.0. A candle with a price that is not finite gives NaN and
        is passed over.

    Examples
    --------
    >>> prices = [4.0, 8.0, 9.0, 2.0], [2.0, 6.0, 7.0, 1.0], [3.0, 8.0, 8.0, 1.0]
    >>> supertrend(*prices, 1, width=0.5).direction.tolist()
    [-1.0, 1.0, 1.0, -1.0]
    """
    prices, n = prices_and_n("supertrend", ("high", "low", "close"), args, n)
    width = positive_number("width", width)
    one_of("seed", seed, SEEDS)

    def build(h: Any, lo: Any, c: Any) -> Supertrend:
        middle = (number(h) + number(lo)) / 2.0
        away = width * average_range(h, lo, c, n, "wilder", seed)
        inputs = middle + away, middle - away, number(c)
        return Supertrend(Expr("supertrend", inputs), Expr("supertrend_direction", inputs))

    label = f"supertrend({n}{options(width=(width, 3.0), seed=(seed, 'first'))})"
    built: Supertrend = of_candles(build, (high, low, close), prices, label, out)
    return built


def psar(*prices: Any, step: float = 0.02, max_step: float = 0.2, out: np.ndarray | None = None) -> Any:
    """Parabolic stop and reverse: a stop that moves towards the extreme of the trend, faster with each new extreme.

    ``sar + factor * (extreme - sar)``, never inside the last two candles; the factor starts at `step` and grows by it
    with each new extreme, up to `max_step`. A candle that touches the stop turns the trend, and the stop jumps to the
    extreme. Source: Wilder (1978). The trend starts short where the second low fell by more than the second high rose,
    else long, from the first candle's high or low; equal to TA-Lib's SAR.

    Parameters
    ----------
    prices : nothing, or high, low
        ``psar()`` is an expression over candles; ``psar(high, low)`` takes series.
    step, max_step : float
        Above 0; max_step at least step.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,), in price units
        The stop for the candle itself: at or below its low in an upward trend, at or above its high in a downward one.
        The first value is NaN; a candle with a price that is not finite gives NaN and is passed over.

    Examples
    --------
    >>> psar([5.0, 6.0, 8.0, 7.0], [1.0, 2.0, 4.0, 1.0], step=0.5, max_step=0.5).tolist()
    [nan, 1.0, 2.0, 8.0]
    """
    step, max_step = positive_number("step", step), positive_number("max_step", max_step)
    if max_step < step:
        raise ParameterError(f"max_step must be at least the step {step:g}, got {max_step:g}")

    def build(h: Any, lo: Any) -> Expr:
        return Expr("psar", (number(h), number(lo)), (step, max_step))

    given_prices("psar", ("high", "low"), prices)
    shown = options(step=(step, 0.02), max_step=(max_step, 0.2)).removeprefix(", ")
    return of_candles(build, (high, low), prices, f"psar({shown})", out)
