"""Conditions and choices between series."""

from __future__ import annotations

from typing import Any

import numpy as np

from btcore.expr import CONDITION, Expr, condition, number
from btcore.indicators.common import apply

__all__ = ["crosses_above", "crosses_below", "maximum", "minimum", "where"]


def crosses_above(a: Any, b: Any, *, out: np.ndarray | None = None) -> Any:
    """True where ``a > b`` and on the candle before ``a <= b``.

    Parameters
    ----------
    a, b : Expr, float or array, shape (n,)
    out : array of bool, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or array of bool, shape (n,)
        False on the first candle and where one of the four values is NaN.

    Examples
    --------
    >>> crosses_above([1.0, 1.0, 3.0], 2.0).tolist()
    [False, False, True]
    """
    return apply(lambda x, y: Expr("crosses_above", (number(x), number(y)), kind=CONDITION), a, b, out=out)


def crosses_below(a: Any, b: Any, *, out: np.ndarray | None = None) -> Any:
    """True where ``a < b`` and on the candle before ``a >= b``; otherwise as ``crosses_above``.

    >>> crosses_below([3.0, 3.0, 1.0], 2.0).tolist()
    [False, False, True]
    """
    return apply(lambda x, y: Expr("crosses_below", (number(x), number(y)), kind=CONDITION), a, b, out=out)


def where(chosen: Any, yes: Any, no: Any, *, out: np.ndarray | None = None) -> Any:
    """`yes` where the condition is true, else `no`; a NaN in a float condition counts as false.

    Parameters
    ----------
    chosen : condition, Expr or array of bool, shape (n,)
    yes, no : Expr, float or array, shape (n,)
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,)

    Examples
    --------
    >>> where([True, False], 1.0, [5.0, 6.0]).tolist()
    [1.0, 6.0]
    """
    return apply(lambda c, x, y: Expr("where", (condition(c), number(x), number(y))), chosen, yes, no, out=out)


def minimum(a: Any, b: Any, *, out: np.ndarray | None = None) -> Any:
    """The smaller of two series on each candle; NaN where either is NaN.

    >>> minimum([1.0, 5.0], 2.0).tolist()
    [1.0, 2.0]
    """
    return apply(lambda x, y: Expr("minimum", (number(x), number(y))), a, b, out=out)


def maximum(a: Any, b: Any, *, out: np.ndarray | None = None) -> Any:
    """The larger of two series on each candle; NaN where either is NaN.

    >>> maximum([1.0, 5.0], 2.0).tolist()
    [2.0, 5.0]
    """
    return apply(lambda x, y: Expr("maximum", (number(x), number(y))), a, b, out=out)
