"""Aggregates of the last `window` values.

All of them: the first ``min_periods - 1`` values are NaN (``min_periods`` is the window unless given; the windows in
between hold what is there), and a window that holds a NaN or an infinity is NaN; it leaves no trace in later windows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from btcore.expr import Expr, number
from btcore.indicators.common import apply, whole_number, window_sizes

__all__ = [
    "rolling_argmax",
    "rolling_argmin",
    "rolling_corr",
    "rolling_cov",
    "rolling_kurt",
    "rolling_max",
    "rolling_mean",
    "rolling_min",
    "rolling_skew",
    "rolling_slope",
    "rolling_std",
    "rolling_sum",
    "rolling_var",
]


def _rolling(
    op: str, series: tuple[Any, ...], window: int, min_periods: int | None, out: Any, ddof: int | None = None
) -> Any:
    window, least = window_sizes(window, min_periods)
    extra = () if ddof is None else (whole_number("ddof", ddof, 0),)
    options = [f", min_periods={least}"] * (least != window) + [f", ddof={ddof}"] * (ddof not in (None, 1))

    def build(*parts: Expr) -> Expr:
        label = f"{op}({', '.join(map(repr, parts))}, {window}{''.join(options)})"
        return Expr(op, tuple(map(number, parts)), (window, least, *extra)).labelled(label)

    return apply(build, *series, out=out)


def rolling_sum(x: Any, window: int, min_periods: int | None = None, *, out: np.ndarray | None = None) -> Any:
    """Sum of the last `window` values; relative error at most 1e-14 of the sum of their magnitudes.

    Infinite where it passes the largest float.

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
    return _rolling("rolling_sum", (x,), window, min_periods, out)


def rolling_mean(x: Any, window: int, min_periods: int | None = None, *, out: np.ndarray | None = None) -> Any:
    """Mean of the last `window` values; exact on a constant window.

    Taken as an anchor inside the window and the mean distance from it: where values are near each other, as prices
    are, the distances add up without rounding. Relative error at most 1e-14 of the mean magnitude; not finite where
    distances add up to more than the largest float. Parameters, NaN and errors as ``rolling_sum``.

    >>> rolling_mean([1.0, 2.0, 3.0, 4.0], 2).tolist()
    [nan, 1.5, 2.5, 3.5]
    """
    return _rolling("rolling_mean", (x,), window, min_periods, out)


def rolling_var(
    x: Any, window: int, min_periods: int | None = None, *, ddof: int = 1, out: np.ndarray | None = None
) -> Any:
    """Variance of the last `window` values, divided by ``count - ddof`` (NaN where that is not above 0).

    Exactly 0 on a constant window; relative error at most 1e-12, which a sum of squares about an anchor inside the
    window gives. NaN where values are more than 1e150 apart. Other parameters, NaN and errors as ``rolling_sum``.

    >>> rolling_var([1.0, 2.0, 4.0], 2).tolist()
    [nan, 0.5, 2.0]
    """
    return _rolling("rolling_var", (x,), window, min_periods, out, ddof)


def rolling_std(
    x: Any, window: int, min_periods: int | None = None, *, ddof: int = 1, out: np.ndarray | None = None
) -> Any:
    """Standard deviation of the last `window` values: the square root of ``rolling_var``.

    >>> rolling_std([1.0, 1.0, 3.0], 2, ddof=0).tolist()
    [nan, 0.0, 1.0]
    """
    return _rolling("rolling_std", (x,), window, min_periods, out, ddof)


def rolling_min(x: Any, window: int, min_periods: int | None = None, *, out: np.ndarray | None = None) -> Any:
    """Smallest of the last `window` values; parameters, NaN and errors as ``rolling_sum``.

    >>> rolling_min([3.0, 1.0, 2.0], 2).tolist()
    [nan, 1.0, 1.0]
    """
    return _rolling("rolling_min", (x,), window, min_periods, out)


def rolling_max(x: Any, window: int, min_periods: int | None = None, *, out: np.ndarray | None = None) -> Any:
    """Largest of the last `window` values; parameters, NaN and errors as ``rolling_sum``.

    >>> rolling_max([3.0, 1.0, 2.0], 2).tolist()
    [nan, 3.0, 2.0]
    """
    return _rolling("rolling_max", (x,), window, min_periods, out)


def rolling_argmin(x: Any, window: int, min_periods: int | None = None, *, out: np.ndarray | None = None) -> Any:
    """How many candles ago the smallest of the last `window` values was: 0 for the newest, which wins over equal ones.

    As bottleneck's ``move_argmin``. Parameters, NaN and errors as ``rolling_sum``.

    >>> rolling_argmin([3.0, 1.0, 2.0, 2.0], 2).tolist()
    [nan, 0.0, 1.0, 0.0]
    """
    return _rolling("rolling_argmin", (x,), window, min_periods, out)


def rolling_argmax(x: Any, window: int, min_periods: int | None = None, *, out: np.ndarray | None = None) -> Any:
    """How many candles ago the largest of the last `window` values was, as ``rolling_argmin``.

    >>> rolling_argmax([3.0, 1.0, 2.0, 2.0], 2).tolist()
    [nan, 1.0, 0.0, 0.0]
    """
    return _rolling("rolling_argmax", (x,), window, min_periods, out)


def rolling_skew(x: Any, window: int, min_periods: int | None = None, *, out: np.ndarray | None = None) -> Any:
    """Sample skewness of the last `window` values, corrected for bias.

    ``n / ((n - 1) * (n - 2)) * sum(((x - mean) / std) ** 3)``, the adjusted Fisher-Pearson coefficient, as pandas and
    as polars with ``bias=False``. NaN of fewer than 3 values and of a constant window (pandas before 3 gives 0). Error
    at most 1e-12 of the larger of 1 and the value, for values less than 1e75 and more than 1e-75 apart. Parameters,
    other NaN and errors as ``rolling_sum``.

    >>> rolling_skew([0.0, 0.0, 3.0, 3.0], 3).round(6).tolist()
    [nan, nan, 1.732051, -1.732051]
    """
    return _rolling("rolling_skew", (x,), window, min_periods, out)


def rolling_kurt(x: Any, window: int, min_periods: int | None = None, *, out: np.ndarray | None = None) -> Any:
    """Sample excess kurtosis of the last `window` values, corrected for bias.

    ``n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * sum(((x - mean) / std) ** 4) - 3 * (n - 1) ** 2 / ((n - 2) * (n -
    3))``, as pandas and as polars with ``bias=False``. NaN of fewer than 4 values and of a constant window (pandas
    before 3 gives -3). Error, parameters, other NaN and errors as ``rolling_skew``.

    >>> rolling_kurt([0.0, 0.0, 3.0, 3.0, 3.0], 4).tolist()
    [nan, nan, nan, -6.0, 4.0]
    """
    return _rolling("rolling_kurt", (x,), window, min_periods, out)


def rolling_cov(
    x: Any, y: Any, window: int, min_periods: int | None = None, *, ddof: int = 1, out: np.ndarray | None = None
) -> Any:
    """Covariance of the last `window` values of two series, divided by ``count - ddof`` (NaN where not above 0).

    A window that holds a NaN or an infinity in either series is NaN. Error at most 1e-12 of the product of both
    standard deviations. Other parameters and errors as ``rolling_sum``.

    >>> rolling_cov([1.0, 2.0, 4.0], [3.0, 5.0, 1.0], 2).tolist()
    [nan, 1.0, -4.0]
    """
    return _rolling("rolling_cov", (x, y), window, min_periods, out, ddof)


def rolling_corr(x: Any, y: Any, window: int, min_periods: int | None = None, *, out: np.ndarray | None = None) -> Any:
    """Pearson's correlation of the last `window` values of two series, never outside [-1, 1].

    NaN where either series is constant in the window, or holds a NaN or an infinity. Error at most 1e-12; what rounding
    puts beyond 1 is cut off. Other parameters and errors as ``rolling_sum``.

    >>> rolling_corr([1.0, 2.0, 4.0, 4.0], [3.0, 5.0, 1.0, 0.0], 2).round(6).tolist()
    [nan, 1.0, -1.0, nan]
    """
    return _rolling("rolling_corr", (x, y), window, min_periods, out)


def rolling_slope(x: Any, window: int, min_periods: int | None = None, *, out: np.ndarray | None = None) -> Any:
    """Slope of the least-squares line through the last `window` values, in units of x per candle.

    TA-Lib's ``LINEARREG_SLOPE``. NaN of a single value. Error at most 1e-12 of the standard deviation divided by the
    count. Parameters, other NaN and errors as ``rolling_sum``.

    >>> rolling_slope([1.0, 3.0, 2.0], 2).tolist()
    [nan, 2.0, -1.0]
    """
    return _rolling("rolling_slope", (x,), window, min_periods, out)
