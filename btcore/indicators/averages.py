"""Moving averages."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np

from btcore.errors import ParameterError
from btcore.expr import Expr, number
from btcore.indicators.common import apply, whole_number
from btcore.indicators.rolling import rolling_mean

__all__ = ["ema", "rma", "sma"]


def _exponential(x: Any, alpha: float, label: str, out: Any) -> Any:
    def build(series: Expr) -> Expr:
        return Expr("ewm", (number(series),), (alpha,)).labelled(label.format(repr(series)))

    return apply(build, x, out=out)


def ema(x: Any, span: float, *, out: np.ndarray | None = None) -> Any:
    """Exponential moving average, ``alpha = 2 / (span + 1)``.

    ``y[t] = y[t-1] + alpha * (x[t] - y[t-1])``, seeded by the first finite value: the definition of pandas
    ``ewm(span=span, adjust=False).mean()``. A NaN or infinite input gives NaN and leaves the average untouched.

    Parameters
    ----------
    x : Expr or array, shape (n,)
    span : float
        Candles, at least 1.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,)

    Raises
    ------
    ParameterError
        If the span is not a number >= 1, or `out` does not fit.

    Examples
    --------
    >>> ema([1.0, 2.0, 4.0], 3).tolist()
    [1.0, 1.5, 2.75]
    """
    if isinstance(span, bool) or not isinstance(span, numbers.Real) or not math.isfinite(span) or span < 1:
        raise ParameterError(f"span must be a number >= 1, got {span!r}")
    span = float(span)
    return _exponential(x, 2.0 / (span + 1.0), f"ema({{}}, {span:g})", out)


def rma(x: Any, n: int, *, out: np.ndarray | None = None) -> Any:
    """Wilder's moving average: as ``ema`` with ``alpha = 1 / n``.

    Source: J. Welles Wilder, New Concepts in Technical Trading Systems (1978); seeded by the first finite value.

    >>> rma([2.0, 4.0], 2).tolist()
    [2.0, 3.0]
    """
    n = whole_number("n", n)
    return _exponential(x, 1.0 / n, f"rma({{}}, {n})", out)


def sma(x: Any, window: int, *, out: np.ndarray | None = None) -> Any:
    """Simple moving average: ``rolling_mean``.

    >>> sma([1.0, 3.0], 2).tolist()
    [nan, 2.0]
    """
    return rolling_mean(x, window, out=out)
