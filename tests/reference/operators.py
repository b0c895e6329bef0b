"""The values of expressions, one naive function per operator.

``evaluate`` walks a tree and gives one value per candle: floats for numbers, bools for conditions. Divisions follow
IEEE (x/0 is infinite, 0/0 is NaN); a comparison with a NaN is False, ``ne`` included (rule D5).
"""

from __future__ import annotations

import ctypes
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

Values = list[Any]
NAN = math.nan


def evaluate(expr: Any, candles: Any, memo: dict[str, Values] | None = None) -> Values:
    """One value per candle of ``expr``; equal sub-expressions are computed once (``memo`` by ``expr.key``)."""
    memo = {} if memo is None else memo
    if expr.key not in memo:
        memo[expr.key] = _node(expr, candles, memo)
    return memo[expr.key]


def _node(expr: Any, candles: Any, memo: dict[str, Values]) -> Values:
    count = len(candles.close)
    if expr.op == "column":
        return getattr(candles, expr.params[0]).tolist()
    if expr.op == "constant":
        return [expr.params[0]] * count
    if expr.op == "array":
        return [bool(v) for v in expr.data] if expr.kind == "condition" else expr.data.tolist()
    inputs = [evaluate(node, candles, memo) for node in expr.inputs]
    if expr.op in ELEMENTWISE:
        return list(map(ELEMENTWISE[expr.op], *inputs))
    return SERIES[expr.op](*inputs, *expr.params)


def divide(a: float, b: float) -> float:
    """``a / b`` by IEEE, where Python would raise for a zero ``b``."""
    if b != 0:
        return a / b
    if a == 0 or math.isnan(a) or math.isnan(b):
        return NAN
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def square_root(x: float) -> float:
    """The square root; NaN below zero."""
    return math.sqrt(x) if x >= 0 else NAN


def minimum(a: float, b: float) -> float:
    """The smaller; NaN with any NaN."""
    return NAN if math.isnan(a) or math.isnan(b) else min(a, b)


def maximum(a: float, b: float) -> float:
    """The larger; NaN with any NaN."""
    return NAN if math.isnan(a) or math.isnan(b) else max(a, b)


def not_equal(a: float, b: float) -> bool:
    """Whether both are numbers and differ (rule D5)."""
    return a < b or a > b


def where(condition: bool, a: Any, b: Any) -> Any:
    """``a`` where the condition holds, else ``b``."""
    return a if condition else b


def shift(values: Values, n: int) -> Values:
    """The value ``n`` candles earlier; NaN, or False for conditions, on the first ``n``."""
    filler = False if values and isinstance(values[0], bool) else NAN
    return ([filler] * min(n, len(values)) + values)[: len(values)]


def crosses_above(a: Values, b: Values) -> Values:
    """True at t where a[t] > b[t] and a[t-1] <= b[t-1]."""
    return [t > 0 and a[t] > b[t] and a[t - 1] <= b[t - 1] for t in range(len(a))]


def crosses_below(a: Values, b: Values) -> Values:
    """True at t where a[t] < b[t] and a[t-1] >= b[t-1]."""
    return [t > 0 and a[t] < b[t] and a[t - 1] >= b[t - 1] for t in range(len(a))]


def ewm(values: Values, alpha: float) -> Values:
    """Exponential mean, seeded by the first finite value; a value that is not finite is passed over and gives NaN.

    ``y + alpha * (x - y)``, where of two values after the seed the second is measured from the mean before the first.
    """
    out, before, first = [], NAN, NAN  # the mean before a pair; the first value of the pair less that mean
    for x in values:
        if not math.isfinite(x):
            out.append(NAN)
        elif math.isnan(before):
            before = x
            out.append(x)
        elif math.isnan(first):
            first = x - before
            out.append(before + alpha * first)
        else:
            before, first = before + (alpha * (1.0 - alpha) * first + alpha * (x - before)), NAN
            out.append(before)
    return out


def true_range(high: Values, low: Values, close: Values) -> Values:
    """high - low on the first candle, then the largest of high - low, |high - before| and |low - before|."""
    out = [high[0] - low[0]] if high else []
    for t in range(1, len(high)):
        ranges = (high[t] - low[t], abs(high[t] - close[t - 1]), abs(low[t] - close[t - 1]))
        out.append(NAN if any(map(math.isnan, ranges)) else max(ranges))
    return out


def rsi(values: Values, alpha: float) -> Values:
    """100 * up / (up + down), the exponential means of gains and of losses."""
    change = [x - before for x, before in zip(values, shift(values, 1), strict=True)]
    change = [x if math.isfinite(x) else NAN for x in change]
    up = ewm([maximum(x, 0.0) for x in change], alpha)
    down = ewm([maximum(-x, 0.0) for x in change], alpha)
    return [divide(100.0 * u, u + d) for u, d in zip(up, down, strict=True)]


def rolling(values: Values, window: int, min_periods: int, function: Callable[[Values], float]) -> Values:
    """``function`` of the last ``window`` values; NaN before ``min_periods`` values and where one is not finite."""
    out, last_bad = [], -1
    for t, x in enumerate(values):
        first = max(0, t - window + 1)
        last_bad = last_bad if math.isfinite(x) else t
        out.append(function(values[first : t + 1]) if t + 1 >= min_periods and last_bad < first else NAN)
    return out


def exact_sum(window: Values) -> float:
    """The sum, rounded once."""
    try:
        return math.fsum(window)
    except OverflowError:
        return sum(window)


def mean(window: Values) -> float:
    """The arithmetic mean."""
    return exact_sum(window) / len(window)


def variance(window: Values, ddof: int) -> float:
    """The variance in two passes; NaN where ``len(window) - ddof`` is not positive, exactly 0 for equal values."""
    if len(window) - ddof <= 0:
        return NAN
    if min(window) == max(window):
        return 0.0
    centre = mean(window)
    return exact_sum([(x - centre) * (x - centre) for x in window]) / (len(window) - ddof)


def deviation(window: Values, ddof: int) -> float:
    """The standard deviation: the root of the variance."""
    return square_root(variance(window, ddof))


def applied(function: Any, window: Values) -> float:
    """The caller's function of a window: with an array, or with a pointer and a count where it is a ctypes one."""
    if function.address:
        return function.given((ctypes.c_double * len(window))(*window), len(window))
    return float(function.given(np.array(window)))


ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": divide,
    "neg": operator.neg,
    "abs": abs,
    "sqrt": square_root,
    "minimum": minimum,
    "maximum": maximum,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": not_equal,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": operator.not_,
    "where": where,
}

SERIES: dict[str, Callable[..., Values]] = {
    "shift": shift,
    "crosses_above": crosses_above,
    "crosses_below": crosses_below,
    "ewm": ewm,
    "true_range": true_range,
    "rsi": rsi,
    "rolling_sum": lambda values, window, least: rolling(values, window, least, exact_sum),
    "rolling_mean": lambda values, window, least: rolling(values, window, least, mean),
    "rolling_min": lambda values, window, least: rolling(values, window, least, min),
    "rolling_max": lambda values, window, least: rolling(values, window, least, max),
    "rolling_var": lambda values, window, least, ddof: rolling(values, window, least, lambda w: variance(w, ddof)),
    "rolling_std": lambda values, window, least, ddof: rolling(values, window, least, lambda w: deviation(w, ddof)),
    "rolling_apply": lambda values, window, least, f: rolling(values, window, least, lambda w: applied(f, w)),
}

OPERATORS = ("column", "constant", "array", *ELEMENTWISE, *SERIES)
