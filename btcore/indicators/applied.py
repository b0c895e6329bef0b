"""The caller's own function of the last `window` values."""

from __future__ import annotations

from typing import Any

import numpy as np

from btcore.callables import Function
from btcore.expr import Expr, number
from btcore.indicators.common import apply, window_sizes

__all__ = ["rolling_apply"]


def rolling_apply(
    x: Any, window: int, func: Any, min_periods: int | None = None, *, out: np.ndarray | None = None
) -> Any:
    """``func`` of the last `window` values.

    Parameters
    ----------
    x : Expr or array, shape (n,)
    window : int
        Candles, at least 1.
    func : callable or compiled function
        Either a Python callable: called with a read-only, contiguous float64 array, the oldest value first, and returns
        a number. It must depend on these values alone. An array that it keeps stays what it was.

        Or compiled code, ``double f(const double *values, Py_ssize_t count)``, as a numba ``cfunc``, a ctypes function
        (``argtypes = [POINTER(c_double), c_ssize_t]``, ``restype = c_double``), a capsule named by that signature as
        Cython makes them, or a SciPy ``LowLevelCallable`` of these without user data. It is called without the GIL, and
        has no way to report an error.
    min_periods : int, optional
        From how many values on there is a result; earlier windows hold what is there, so they are shorter.
    out : float64 array, shape (n,), optional
        Where the values go; arrays only.

    Returns
    -------
    Expr or float64 array, shape (n,)
        NaN for the first ``min_periods - 1`` values, and without a call where the window holds a NaN or an infinity.

    Raises
    ------
    ParameterError
        If the window or min_periods is not a whole number >= 1, or min_periods exceeds the window.
    ExpressionError
        If func can not be called, is compiled with another signature, or returns what is no number.
    Exception
        What func raises, with a note that names it and the candle, where the values are computed.

    Notes
    -----
    An expression is equal to another one of the same function, or of one with equal code, closure values and globals
    (``btcore.fingerprint``). It pickles where func does; a lambda needs dill. Of compiled code only what has a name can
    be pickled: a numba cfunc, a capsule that a Cython module exports.

    Examples
    --------
    >>> rolling_apply([1.0, 2.0, 4.0, 3.0], 2, lambda w: w[-1] - w[0]).tolist()
    [nan, 1.0, 2.0, -1.0]
    """
    window, least = window_sizes(window, min_periods)
    function = Function(func)
    options = "" if least == window else f", min_periods={least}"

    def build(series: Expr) -> Expr:
        label = f"rolling_apply({series!r}, {window}, {function!r}{options})"
        return Expr("rolling_apply", (number(series),), (window, least, function)).labelled(label)

    return apply(build, x, out=out)
