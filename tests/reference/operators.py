"""The values of expressions, one naive function per operator.

``evaluate`` walks a tree and gives one value per candle: floats for numbers, bools for conditions. Divisions follow
IEEE (x/0 is infinite, 0/0 is NaN); a comparison with a NaN is False, ``ne`` included (rule D5).
"""

from __future__ import annotations

import ctypes
import math
import operator
from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np

from reference import times
from reference.codes import INTERPOLATIONS, RANK_METHODS, RANK_PERCENT

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
    if expr.op == "timeframe":
        buckets, complete = times.longer(candles, *expr.params)
        values = evaluate(expr.inputs[0], buckets)
        return times.held(values, complete, False if expr.kind == "condition" else NAN)
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


def on_finite(function: Callable[..., Values], *series: Values) -> Values:
    """``function`` of the candles on which all series are finite, laid out again with NaN on the others."""
    good = [all(map(math.isfinite, row)) for row in zip(*series, strict=True)]
    kept = [[x for x, use in zip(values, good, strict=True) if use] for values in series]
    results = iter(function(*kept))
    return [next(results) if use else NAN for use in good]


def ewm(values: Values, alpha: float, count: int = 1, skip: int = 0, silent: int = 0) -> Values:
    """Exponential mean of the finite values, seeded by the mean of ``count`` of them after the first ``skip``.

    ``y + alpha * (x - y)``, where of two values after the seed the second is measured from the mean before the first.
    NaN before the seed, on it where ``silent``, and for values that are not finite.
    """

    def means(finite: Values) -> Values:
        seeds, rest = finite[skip : skip + count], finite[skip + count :]
        if len(seeds) < count:
            return [NAN] * len(finite)
        mean = reduce(operator.add, seeds) / count
        out = [NAN] * (skip + count - 1) + [NAN if silent else mean]
        for first, second in zip(rest[::2], [*rest[1::2], NAN], strict=False):
            out.append(mean + alpha * (first - mean))
            mean = mean + (alpha * (1.0 - alpha) * (first - mean) + alpha * (second - mean))
            out.append(mean)
        return out[: len(finite)]

    return on_finite(means, values)


def ewm_adjusted(values: Values, alpha: float) -> Values:
    """Weighted mean of all finite values so far, the weight of one being (1 - alpha) to the power of its age."""

    def means(finite: Values) -> Values:
        out, above, below = [], 0.0, 0.0
        for x in finite:
            above, below = x + (1 - alpha) * above, 1 + (1 - alpha) * below
            out.append(above / below)
        return out

    return on_finite(means, values)


def exact_float(total: Fraction) -> float:
    """The nearest float."""
    try:
        return float(total)
    except OverflowError:
        return math.inf if total > 0 else -math.inf


def cumulative_sum(values: Values, resets: Values | None = None) -> Values:
    """Sum of the finite values since the last reset, that candle included; rounded once."""
    out, total = [], Fraction(0)
    for t, x in enumerate(values):
        if resets is not None and resets[t]:
            total = Fraction(0)
        total += Fraction(x) if math.isfinite(x) else 0
        out.append(exact_float(total) if math.isfinite(x) else NAN)
    return out


def obv(close: Values, volume: Values) -> Values:
    """Volumes added up, with the sign of the change of the close; the first counts as a rise."""

    def balance(closes: Values, volumes: Values) -> Values:
        signs = [1] + [(now > before) - (now < before) for before, now in pairwise(closes)]
        return cumulative_sum([sign * v for sign, v in zip(signs, volumes, strict=False)])

    return on_finite(balance, close, volume)


def supertrend_states(upper: Values, lower: Values, close: Values) -> list[tuple[float, float]]:
    """(line, direction) by candle: Pine's rules for the bands and the trend."""
    states: list[tuple[float, float]] = []
    top, bottom, direction = NAN, NAN, -1.0
    for t in range(len(close)):
        if t == 0:
            top, bottom = upper[t], lower[t]
        else:
            top = upper[t] if close[t - 1] > top else min(upper[t], top)
            bottom = lower[t] if close[t - 1] < bottom else max(lower[t], bottom)
            if direction < 0 and close[t] > top:
                direction = 1.0
            elif direction > 0 and close[t] < bottom:
                direction = -1.0
        states.append((bottom if direction > 0 else top, direction))
    return states


def supertrend(upper: Values, lower: Values, close: Values) -> Values:
    """The band in force."""
    return on_finite(lambda *series: [line for line, _ in supertrend_states(*series)], upper, lower, close)


def supertrend_direction(upper: Values, lower: Values, close: Values) -> Values:
    """1 while the lower band is in force, -1 while the upper is."""
    return on_finite(lambda *series: [turn for _, turn in supertrend_states(*series)], upper, lower, close)


def psar(high: Values, low: Values, step: float, most: float) -> Values:
    """Wilder's parabolic stop and reverse; the first candle is NaN."""

    def stops(highs: Values, lows: Values) -> Values:
        if len(highs) < 2:
            return [NAN] * len(highs)
        fall, rise = lows[0] - lows[1], highs[1] - highs[0]
        if fall > 0 and fall > rise:
            # a short is a long in mirrored prices
            return [-x for x in path([-x for x in lows], [-x for x in highs])]
        return path(highs, lows)

    def path(highs: Values, lows: Values) -> Values:
        out, sar, extreme, factor = [NAN], lows[0], highs[1], step
        up, down, sign = highs, lows, 1.0
        for t in range(1, len(highs)):
            before = max(t - 1, 1)
            if down[t] <= sar:
                # turned: all prices are mirrored from here on
                up, down, sign = [-x for x in down], [-x for x in up], -sign
                sar = min(-extreme, down[before], down[t])
                extreme, factor = up[t], step
            elif up[t] > extreme:
                extreme, factor = up[t], min(factor + step, most)
            out.append(sign * sar)
            sar = min(sar + factor * (extreme - sar), down[before], down[t])
        return out

    return on_finite(stops, high, low)


def true_range(high: Values, low: Values, close: Values) -> Values:
    """high - low on the first candle, then the largest of high - low, |high - before| and |low - before|."""
    out = [high[0] - low[0]] if high else []
    for t in range(1, len(high)):
        ranges = (high[t] - low[t], abs(high[t] - close[t - 1]), abs(low[t] - close[t - 1]))
        out.append(NAN if any(map(math.isnan, ranges)) else max(ranges))
    return out


def rsi(values: Values, alpha: float, count: int = 1) -> Values:
    """100 * up / (up + down), the exponential means of gains and of losses, seeded by the mean of ``count``."""
    change = [x - before for x, before in zip(values, shift(values, 1), strict=True)]
    change = [x if math.isfinite(x) else NAN for x in change]
    up = ewm([maximum(x, 0.0) for x in change], alpha, count)
    down = ewm([maximum(-x, 0.0) for x in change], alpha, count)
    return [divide(100.0 * u, u + d) for u, d in zip(up, down, strict=True)]


def rolling(values: Values, window: int, min_periods: int, function: Callable[[Values], float]) -> Values:
    """``function`` of the last ``window`` values; NaN before ``min_periods`` values and where one is not finite."""
    out, last_bad = [], -1
    for t, x in enumerate(values):
        first = max(0, t - window + 1)
        last_bad = last_bad if math.isfinite(x) else t
        out.append(function(values[first : t + 1]) if t + 1 >= min_periods and last_bad < first else NAN)
    return out


def rolling_pair(x: Values, y: Values, window: int, min_periods: int, function: Callable[..., float]) -> Values:
    """``function`` of the last ``window`` values of both; NaN where a value of either is not finite."""
    both = [math.nan if math.isnan(a - a + b - b) else 0.0 for a, b in zip(x, y, strict=True)]
    blank = rolling(both, window, min_periods, lambda _: 0.0)
    windows = (slice(max(0, t - window + 1), t + 1) for t in range(len(x)))
    return [none if math.isnan(none) else function(x[w], y[w]) for none, w in zip(blank, windows, strict=True)]


def exact_sum(window: Values) -> float:
    """The sum, rounded once."""
    try:
        return math.fsum(window)
    except OverflowError:
        return sum(window)


def whole(window: Values) -> tuple[list[int], int]:
    """The values as whole numbers of a unit that is 1 / the second result: nothing is rounded."""
    ratios = [x.as_integer_ratio() for x in window]
    unit = max(denominator for _, denominator in ratios)
    return [numerator * (unit // denominator) for numerator, denominator in ratios], unit


def centred(window: Values) -> tuple[list[int], int]:
    """Distances from the mean, as ``whole``."""
    values, unit = whole(window)
    total = sum(values)
    return [len(values) * value - total for value in values], len(values) * unit


def mean(window: Values) -> float:
    """The arithmetic mean; divisions of whole numbers are rounded once."""
    values, unit = whole(window)
    return sum(values) / (unit * len(values))


def variance(window: Values, ddof: int) -> float:
    """The sum of squared distances from the mean by ``len(window) - ddof``; NaN where that is not positive."""
    apart, unit = centred(window)
    divisor = len(window) - ddof
    return sum(d * d for d in apart) / (unit * unit * divisor) if divisor > 0 else NAN


def weighted_mean(window: Values) -> float:
    """The mean with weights 1, 2, 3 ... from the oldest value to the newest, rounded once."""
    total = sum(weight * Fraction(x) for weight, x in enumerate(window, 1))
    return exact_float(total / (len(window) * (len(window) + 1) // 2))


def mean_deviation(window: Values) -> float:
    """The mean distance from the mean, in exact arithmetic until the end."""
    numbers = [Fraction(x) for x in window]
    centre = sum(numbers) / len(numbers)
    return exact_float(sum(abs(x - centre) for x in numbers) / len(numbers))


def deviation(window: Values, ddof: int) -> float:
    """The standard deviation: the root of the variance."""
    return square_root(variance(window, ddof))


def applied(function: Any, window: Values) -> float:
    """The caller's function of a window: with an array, or with a pointer and a count where it is a ctypes one."""
    if function.address:
        return function.given((ctypes.c_double * len(window))(*window), len(window))
    return float(function.given(np.array(window)))


def skewness(window: Values) -> float:
    """n / ((n - 1) (n - 2)) * sum of ((x - mean) / s)^3, s^2 the variance by n - 1; NaN of a constant window."""
    n, (apart, _) = len(window), centred(window)
    squares, cubes = sum(d**2 for d in apart), sum(d**3 for d in apart)
    if n < 3 or squares == 0:
        return NAN
    squared = (n**2 * (n - 1) * cubes**2) / ((n - 2) ** 2 * squares**3)
    return math.copysign(math.sqrt(squared), cubes)


def kurtosis(window: Values) -> float:
    """n (n + 1) / ((n - 1) (n - 2) (n - 3)) * sum of ((x - mean) / s)^4, less 3 (n - 1)^2 / ((n - 2) (n - 3))."""
    n, (apart, _) = len(window), centred(window)
    squares, fourths = sum(d**2 for d in apart), sum(d**4 for d in apart)
    if n < 4 or squares == 0:
        return NAN
    excess = n * (n + 1) * (n - 1) * fourths - 3 * (n - 1) ** 2 * squares**2
    return excess / ((n - 2) * (n - 3) * squares**2)


def covariance(x: Values, y: Values, ddof: int) -> float:
    """The sum of products of distances from the means by ``len(x) - ddof``; NaN where that is not positive."""
    (a, unit), (b, other) = centred(x), centred(y)
    divisor = len(x) - ddof
    return sum(map(operator.mul, a, b)) / (unit * other * divisor) if divisor > 0 else NAN


def correlation(x: Values, y: Values) -> float:
    """Pearson's correlation; NaN where either is constant."""
    (a, _), (b, _) = centred(x), centred(y)
    product, squares = sum(map(operator.mul, a, b)), sum(d * d for d in a) * sum(d * d for d in b)
    return math.copysign(math.sqrt(product**2 / squares), product) if squares else NAN


def slope(window: Values) -> float:
    """Slope of the fitted line over t = 0, 1 ...: sum of t (x - mean) by that of (t - mean)^2, n (n^2 - 1) / 12."""
    n, (apart, unit) = len(window), centred(window)
    return 12 * sum(t * d for t, d in enumerate(apart)) / (unit * n * (n * n - 1)) if n > 1 else NAN


def candles_since(window: Values, value: float) -> float:
    """How many candles ago a value was last there."""
    return float(window[::-1].index(value))


def ordered(window: Values) -> Values:
    """The values in order; zeros have no sign."""
    return sorted(x + 0.0 for x in window)


def between(a: float, b: float, t: float) -> float:
    """From a (t = 0) to b (t = 1), measured from the nearer end; by weights where b - a is beyond the largest float."""
    if math.isinf(b - a):
        return a * (1 - t) + b * t
    return a + (b - a) * t if t < 0.5 else b - (b - a) * (1 - t)


def median(window: Values) -> float:
    """The value in the middle, or the mean of the two there."""
    values, middle = ordered(window), len(window) // 2
    if len(values) % 2:
        return values[middle]
    a, b = values[middle - 1], values[middle]
    return a / 2 + b / 2 if math.isinf(a + b) else (a + b) / 2


def quantile(window: Values, interpolation: int, q: float) -> float:
    """What stands at position (count - 1) * q of the values in order."""
    values, position = ordered(window), (len(window) - 1) * q
    below, above = math.floor(position), math.ceil(position)
    a, b, t = values[below], values[above], position - below
    if t == 0:
        return a
    nearest = a if t < 0.5 or (t == 0.5 and below % 2 == 0) else b
    found = {"linear": between(a, b, t), "lower": a, "higher": b, "nearest": nearest, "midpoint": between(a, b, 0.5)}
    return found[{code: name for name, code in INTERPOLATIONS.items()}[interpolation]]


def rank(window: Values, method: int) -> float:
    """The place of the last value among all, the smallest being 1; divided by their number where PERCENT is added."""
    less, alike = sum(x < window[-1] for x in window), sum(x == window[-1] for x in window)
    places = range(less + 1, less + alike + 1)
    found = {"average": sum(places) / alike, "min": places[0], "max": places[-1]}
    share = method >= RANK_PERCENT
    name = {code: name for name, code in RANK_METHODS.items()}[method - RANK_PERCENT * share]
    return found[name] / (len(window) if share else 1)


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
    "ewm_adjusted": ewm_adjusted,
    "cumulative_sum": cumulative_sum,
    "cumulative_sum_since": cumulative_sum,
    "obv": obv,
    "supertrend": supertrend,
    "supertrend_direction": supertrend_direction,
    "psar": psar,
    "true_range": true_range,
    "rsi": rsi,
    "time_part": times.time_part,
    "between": times.between,
    "new_day": times.new_day,
    "rolling_sum": lambda values, window, least: rolling(values, window, least, exact_sum),
    "rolling_mean": lambda values, window, least: rolling(values, window, least, mean),
    "rolling_mad": lambda values, window, least: rolling(values, window, least, mean_deviation),
    "rolling_median": lambda values, window, least: rolling(values, window, least, median),
    "rolling_quantile": lambda values, window, least, interpolation, q: rolling(
        values, window, least, lambda w: quantile(w, interpolation, q)
    ),
    "rolling_rank": lambda values, window, least, method: rolling(values, window, least, lambda w: rank(w, method)),
    "rolling_min": lambda values, window, least: rolling(values, window, least, min),
    "rolling_max": lambda values, window, least: rolling(values, window, least, max),
    "rolling_argmin": lambda values, window, least: rolling(values, window, least, lambda w: candles_since(w, min(w))),
    "rolling_argmax": lambda values, window, least: rolling(values, window, least, lambda w: candles_since(w, max(w))),
    "rolling_var": lambda values, window, least, ddof: rolling(values, window, least, lambda w: variance(w, ddof)),
    "rolling_std": lambda values, window, least, ddof: rolling(values, window, least, lambda w: deviation(w, ddof)),
    "rolling_apply": lambda values, window, least, f: rolling(values, window, least, lambda w: applied(f, w)),
    "rolling_skew": lambda values, window, least: rolling(values, window, least, skewness),
    "rolling_kurt": lambda values, window, least: rolling(values, window, least, kurtosis),
    "rolling_wma": lambda values, window, least: rolling(values, window, least, weighted_mean),
    "rolling_slope": lambda values, window, least: rolling(values, window, least, slope),
    "rolling_cov": lambda x, y, window, least, ddof: rolling_pair(
        x, y, window, least, lambda a, b: covariance(a, b, ddof)
    ),
    "rolling_corr": lambda x, y, window, least: rolling_pair(x, y, window, least, correlation),
}

OPERATORS = ("column", "constant", "array", "timeframe", *ELEMENTWISE, *SERIES)
