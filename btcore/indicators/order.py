"""Order statistics of the last `window` values: median, quantiles, the rank of the newest.

All of them: the first ``min_periods - 1`` values are NaN (``min_periods`` is the window unless given; the windows in
between hold what is there), and a window that holds a NaN or an infinity is NaN; it leaves no trace in later windows.
Results are exact: they depend on the values of the window alone, not on the candles before, to the last bit.
"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from btcore._core.types import INTERPOLATIONS, RANK_METHODS, RANK_PERCENT
from btcore.errors import ParameterError
from btcore.expr import Expr, number
from btcore.indicators.common import apply, window_sizes

__all__ = ["rolling_median", "rolling_quantile", "rolling_rank"]


def _early(window: int, least: int) -> list[str]:
    """How min_periods is shown."""
    return [f"min_periods={least}"] * (least != window)


def _ordered(op: str, x: Any, params: tuple[Any, ...], options: list[str], out: Any) -> Any:
    """The operator of `params`: window, min_periods and its own; `options` are shown after the window."""

    def build(series: Expr) -> Expr:
        name = f"{op}({', '.join([repr(series), str(params[0]), *options])})"
        return Expr(op, (number(series),), params).labelled(name)

    return apply(build, x, out=out)


def _chosen(name: str, value: Any, codes: dict[str, int]) -> int:
    if not isinstance(value, str) or value not in codes:
        raise ParameterError(f"{name} must be one of {', '.join(map(repr, codes))}, got {value!r}")
    return codes[value]


def rolling_median(x: Any, window: int, min_periods: int | None = None, *, out: np.ndarray | None = None) -> Any:
    """Median of the last `window` values: the one in the middle, or the mean of the two in the middle.

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
        In the unit of `x`. Equal to ``numpy.median`` of each window to the bit, but for the mean of two values whose
        sum is beyond the largest float, which is finite here; a median of zeros is 0.0, never -0.0.

    Raises
    ------
    ParameterError
        If the window or min_periods is not a whole number >= 1, min_periods exceeds the window, or `out` does not
        fit.

    Examples
    --------
    >>> rolling_median([3.0, 1.0, 2.0, 8.0], 3).tolist()
    [nan, nan, 2.0, 2.0]
    """
    sizes = window_sizes(window, min_periods)
    return _ordered("rolling_median", x, sizes, _early(*sizes), out)


def rolling_quantile(
    x: Any,
    window: int,
    q: float,
    min_periods: int | None = None,
    *,
    interpolation: str = "linear",
    out: np.ndarray | None = None,
) -> Any:
    """The value that a share `q` of the last `window` values lies below.

    Of the `count` sorted values it is the one at position ``(count - 1) * q``. Where that is no whole number,
    `interpolation` says what is taken of the values a and b on either side:

    - ``"linear"``: a + (b - a) * fraction of the position
    - ``"lower"``: a; ``"higher"``: b
    - ``"nearest"``: the nearer one; halfway, that at an even position
    - ``"midpoint"``: halfway between a and b

    Parameters
    ----------
    x : Expr or array, shape (n,)
    window : int
        Candles, at least 1.
    q : float
        From 0 (the smallest) to 1 (the largest).
    min_periods : int, optional
        From how many values on there is a result.
    interpolation : {"linear", "lower", "higher", "nearest", "midpoint"}
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,)
        In the unit of `x`. Equal to ``numpy.quantile`` of each window with that method to the bit, but for values whose
        difference is beyond the largest float, between which it is finite here; a zero is 0.0, never -0.0.

    Raises
    ------
    ParameterError
        If q is not a number from 0 to 1, interpolation is none of the above, the window or min_periods is not a whole
        number >= 1, min_periods exceeds the window, or `out` does not fit.

    Examples
    --------
    >>> rolling_quantile([3.0, 1.0, 2.0, 8.0], 3, 0.75).tolist()
    [nan, nan, 2.5, 5.0]
    >>> rolling_quantile([3.0, 1.0, 2.0, 8.0], 3, 0.75, interpolation="lower").tolist()
    [nan, nan, 2.0, 2.0]
    """
    sizes = window_sizes(window, min_periods)
    if isinstance(q, bool) or not isinstance(q, numbers.Real) or not 0.0 <= q <= 1.0:
        raise ParameterError(f"q must be a number from 0 to 1, got {q!r}")
    q = float(q) + 0.0
    code = _chosen("interpolation", interpolation, INTERPOLATIONS)
    options = [repr(q), *_early(*sizes)] + [f"interpolation={interpolation!r}"] * (interpolation != "linear")
    return _ordered("rolling_quantile", x, (*sizes, code, q), options, out)


def rolling_rank(
    x: Any,
    window: int,
    min_periods: int | None = None,
    *,
    method: str = "average",
    pct: bool = False,
    out: np.ndarray | None = None,
) -> Any:
    """Rank of the newest among the last `window` values: 1 for the smallest, `window` for the largest.

    Parameters
    ----------
    x : Expr or array, shape (n,)
    window : int
        Candles, at least 1.
    min_periods : int, optional
        From how many values on there is a result.
    method : {"average", "min", "max"}
        The rank of equal values: the mean, the smallest or the largest of the ranks that they take up together.
    pct : bool
        Divide by the number of values, so that the largest is 1.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,)
        Equal to pandas' ``rolling(window).rank(method, pct=pct)``.

    Raises
    ------
    ParameterError
        If method is none of the above, pct is no bool, the window or min_periods is not a whole number >= 1,
        min_periods exceeds the window, or `out` does not fit.

    Examples
    --------
    >>> rolling_rank([3.0, 1.0, 2.0, 2.0], 3).tolist()
    [nan, nan, 2.0, 2.5]
    >>> rolling_rank([3.0, 1.0, 2.0, 2.0], 3, 1, method="max", pct=True).tolist()
    [1.0, 0.5, 0.6666666666666666, 1.0]
    """
    sizes = window_sizes(window, min_periods)
    code = _chosen("method", method, RANK_METHODS)
    if not isinstance(pct, bool):
        raise ParameterError(f"pct must be True or False, got {pct!r}")
    options = _early(*sizes) + [f"method={method!r}"] * (method != "average") + ["pct=True"] * pct
    return _ordered("rolling_rank", x, (*sizes, code + RANK_PERCENT * pct), options, out)
