"""Prices and volume together."""

from __future__ import annotations

from typing import Any

import numpy as np

from btcore.errors import ParameterError
from btcore.expr import Expr, close, condition, high, low, number, volume
from btcore.indicators.common import apply, given_prices, is_array, of_candles, options, whole_number
from btcore.indicators.rolling import rolling_sum

__all__ = ["obv", "vwap"]


def obv(*series: Any, out: np.ndarray | None = None) -> Any:
    """On-balance volume: volumes added up, with a plus where the close rose and a minus where it fell.

    Source: J. Granville, New Key to Stock Market Profits (1963). Starts with the volume of the first candle, as in
    TA-Lib, to which it is equal; other libraries start at 0, which shifts all values by that volume. A candle whose
    close or volume is not finite gives NaN and is passed over. The sum is compensated: no drift over long histories.

    Parameters
    ----------
    series : nothing, or close, volume
        ``obv()`` is an expression over candles; ``obv(close, volume)`` takes series.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,), in units of volume

    Examples
    --------
    >>> obv([5.0, 6.0, 6.0, 4.0], [10.0, 20.0, 40.0, 80.0]).tolist()
    [10.0, 30.0, 30.0, -50.0]
    """

    def build(prices: Any, volumes: Any) -> Expr:
        return Expr("obv", (number(prices), number(volumes)))

    given_prices("obv", ("close", "volume"), series)
    return of_candles(build, (close, volume), series, "obv()", out)


def vwap(*series: Any, anchor: Any = None, window: int | None = None, out: np.ndarray | None = None) -> Any:
    """Volume-weighted average price: sum of typical price times volume, divided by the sum of volumes.

    The typical price is (high + low + close) / 3. The sums run from the last candle on which `anchor` is true, that
    candle included; without it from the first candle; or over the last `window` candles. Sums are compensated. A
    candle with a price or volume that is not finite gives NaN and is passed over (with a window: all windows that hold
    it are NaN). NaN where there has been no volume.

    Parameters
    ----------
    series : nothing, or high, low, close, volume
        ``vwap()`` is an expression over candles; ``vwap(high, low, close, volume)`` takes series.
    anchor : condition, Expr or array of bool, shape (n,), optional
        True on the first candle of each session.
    window : int, optional
        Candles of a rolling average, at least 1; not together with an anchor.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,), in price units

    Raises
    ------
    ParameterError
        If there are some of the series but not all, both an anchor and a window, or `out` does not fit.

    Examples
    --------
    >>> price, volume = [3.0, 6.0, 4.0], [1.0, 2.0, 3.0]
    >>> vwap(price, price, price, volume).tolist()
    [3.0, 5.0, 4.5]
    >>> vwap(price, price, price, volume, anchor=[False, False, True]).tolist()
    [3.0, 5.0, 4.0]
    """
    given_prices("vwap", ("high", "low", "close", "volume"), series)
    if anchor is not None and window is not None:
        raise ParameterError("vwap takes an anchor or a window, not both")
    window = None if window is None else whole_number("window", window)

    def build(h: Any, lo: Any, c: Any, v: Any, *anchors: Any) -> Expr:
        typical, volumes = (number(h) + number(lo) + number(c)) / 3.0, number(v)
        # the volume of a candle without a price must not count either
        return _total(typical * volumes, window, anchors) / _total(volumes + 0.0 * typical, window, anchors)

    anchors = () if anchor is None else (anchor,)
    if any(map(is_array, series)):
        return apply(build, *series, *anchors, out=out)
    shown = "" if anchor is None else f", anchor={condition(anchor)!r}"
    built = build(*(series or (high, low, close, volume)), *anchors)
    written = ", ".join(map(repr, series)) + shown + options(window=(window, None))
    return apply(lambda: built.labelled(f"vwap({written.removeprefix(', ')})"), out=out)


def _total(x: Expr, window: int | None, anchors: tuple[Any, ...]) -> Expr:
    """The sum over the window, since the anchor, or since the first candle."""
    if window is not None:
        total: Expr = rolling_sum(x, window)
        return total
    if anchors:
        return Expr("cumulative_sum_since", (x, condition(anchors[0])))
    return Expr("cumulative_sum", (x,))
