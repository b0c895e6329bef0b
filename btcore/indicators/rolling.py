"""Aggregates of the last `window` values.

All of them: the first ``min_periods - 1`` values are NaN (``min_periods`` is the window unless given; the windows in
between hold what is there), and a window that holds a NaN or an infinity is NaN; it leaves no trace in later windows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from btcore.errors import ParameterError
from btcore.expr import Expr, number
from btcore.indicators.common import apply, whole_number

__all__ = ["rolling_max", "rolling_mean", "rolling_min", "rolling_std", "rolling_sum", "rolling_var"]


def _rolling(op: str, x: Any, window: int, min_periods: int | None, out: Any, ddof: int | None = None) -> Any:
    window = whole_number("window", window)
    least = window if min_periods is None else whole_number("min_periods", min_periods)
    if least > window:
        raise ParameterError(f"min_periods must be at most the window {window}, got {least}")
    extra = () if ddof is None else (whole_number("ddof", ddof, 0),)
    options = [f", min_periods={least}"] * (least != window) + [f", ddof={ddof}"] * (ddof not in (None, 1))
    name = f"{op}({{}}, {window}{''.join(options)})"

    def build(series: Expr) -> Expr:
        return Expr(op, (number(series),), (window, least, *extra)).labelled(name.format(repr(series)))

    return apply(build, x, out=out)


def rolling_sum(x: Any, window: int, min_periods: int | None = None, *, out: np.ndarray | None = None) -> Any:
    """Sum of the last `window` values, compensated: as if added exactly and rounded once or twice.

    Parameters
    ----------
    x : Expr or array, shape (n,)
    window : int
        Candles, at least 1.
    min_periods : int, optional
        From how many values on there is a result.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,)

    Raises
    ------
    ParameterError
        If the window or min_periods is not a whole number >= 1, min_periods exceeds the window, or `out` does not fit.

    Examples
    --------
    >>> rolling_sum([1.0, 2.0, 3.0, 4.0], 2).tolist()
    [nan, 3.0, 5.0, 7.0]
    """
    return _rolling("rolling_sum", x, window, min_periods, out)


def rolling_mean(x: Any, window: int, min_periods: int | None = None, *, out: np.ndarray | None = None) -> Any:
    """Mean of the last `window` values; parameters, NaN and errors as ``rolling_sum``.

    >>> rolling_mean([1.0, 2.0, 3.0, 4.0], 2).tolist()
    [nan, 1.5, 2.5, 3.5]
    """
    return _rolling("rolling_mean", x, window, min_periods, out)


def rolling_var(
    x: Any, window: int, min_periods: int | None = None, *, ddof: int = 1, out: np.ndarray | None = None
) -> Any:
    """Variance of the last `window` values, divided by ``count - ddof`` (NaN where that is not above 0).

    Exactly 0 on a constant window. Welford's sums, taken relative to a value of the window and merged by Chan, Golub
    and LeVeque's formula; relative error at most 1e-12. Other parameters, NaN and errors as ``rolling_sum``.

    >>> rolling_var([1.0, 2.0, 4.0], 2).tolist()
    [nan, 0.5, 2.0]
    """
    return _rolling("rolling_var", x, window, min_periods, out, ddof)


def rolling_std(
    x: Any, window: int, min_periods: int | None = None, *, ddof: int = 1, out: np.ndarray | None = None
) -> Any:
    """Standard deviation of the last `window` values: the square root of ``rolling_var``.

    >>> rolling_std([1.0, 1.0, 3.0], 2, ddof=0).tolist()
    [nan, 0.0, 1.0]
    """
    return _rolling("rolling_std", x, window, min_periods, out, ddof)


def rolling_min(x: Any, window: int, min_periods: int | None = None, *, out: np.ndarray | None = None) -> Any:
    """Smallest of the last `window` values; parameters, NaN and errors as ``rolling_sum``.

    >>> rolling_min([3.0, 1.0, 2.0], 2).tolist()
    [nan, 1.0, 1.0]
    """
    return _rolling("rolling_min", x, window, min_periods, out)


def rolling_max(x: Any, window: int, min_periods: int | None = None, *, out: np.ndarray | None = None) -> Any:
    """Largest of the last `window` values; parameters, NaN and errors as ``rolling_sum``.

    >>> rolling_max([3.0, 1.0, 2.0], 2).tolist()
    [nan, 3.0, 2.0]
    """
    return _rolling("rolling_max", x, window, min_periods, out)
