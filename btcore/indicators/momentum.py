"""How fast and how unusually prices move."""

from __future__ import annotations

from typing import Any

import numpy as np

from btcore.expr import Expr, number
from btcore.indicators.common import apply, whole_number
from btcore.indicators.rolling import rolling_mean, rolling_std

__all__ = ["rsi", "zscore"]


def rsi(x: Any, n: int = 14, *, out: np.ndarray | None = None) -> Any:
    """Relative strength index, 0 to 100: ``100 * up / (up + down)``, Wilder averages of gains and losses.

    Source: Wilder (1978). The averages are seeded by the first change, so the first value is NaN; NaN also while
    there has been no change at all.

    Parameters
    ----------
    x : Expr or array, shape (n,)
    n : int
        Candles, at least 1.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,)

    Examples
    --------
    >>> rsi([1.0, 2.0, 1.0], 2).tolist()
    [nan, 100.0, 50.0]
    """
    n = whole_number("n", n)

    def build(series: Expr) -> Expr:
        return Expr("rsi", (number(series),), (1.0 / n,)).labelled(f"rsi({series!r}, {n})")

    return apply(build, x, out=out)


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
