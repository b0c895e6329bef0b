"""A case or more for each operator of the core, and the comparison with the plain twin."""

from __future__ import annotations

import ctypes
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
from reference.operators import evaluate as twin_evaluate

from btcore._core.pipeline import Pipeline
from btcore._core.types import INTERPOLATIONS, RANK_METHODS, RANK_PERCENT
from btcore.callables import Function
from btcore.expr import CONDITION, NUMBER, Expr, lift
from btcore.operations import LONGEST
from btcore.program import Program, evaluate

WINDOWS = (1, 2, 3, 10, 64, 100)
SHIFTS = (1, 2, 63, 64, 65, 100)
ALPHAS = (1.0, 0.5, 2 / 21, 1 / 14, 1e-3)
# Operators of time have cases of their own, in test_times.py and test_timeframes.py: their inputs are candles.
TIMED = {"time_part", "between", "new_day", "bucket", "hold", "hold_condition"}
# Which of two equal zeros a minimum or maximum gives has no meaning.
TIES = {"minimum", "maximum", "rolling_min", "rolling_max", "true_range", "supertrend", "psar"}
SUMS = {"rolling_sum", "rolling_mean", "rolling_wma"}
SPREADS = {"rolling_var", "rolling_std"}
# What depends on all candles so far.
PATHS = {"ewm", "rsi", "ewm_adjusted", "cumulative_sum", "cumulative_sum_since", "obv"} | {
    *("supertrend", "supertrend_direction", "psar")
}
SHAPES = {"rolling_skew", "rolling_kurt", "rolling_corr"}
JOINT = {"rolling_cov", "rolling_corr"}


def ends(window: Any) -> float:
    """A number that depends on the order and the count of the values."""
    return float(window[-1] - window[0] / 2) + len(window)


COMPILED = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.POINTER(ctypes.c_double), ctypes.c_ssize_t)
ENDS, COMPILED_ENDS = Function(ends), Function(COMPILED(lambda values, count: ends(values[:count])))
# What an operator takes beside its window and min_periods.
EXTRA: dict[str, tuple[Any, ...]] = {
    "rolling_var": (1,),
    "rolling_std": (1,),
    "rolling_cov": (1,),
    "rolling_apply": (ENDS,),
    "rolling_quantile": (INTERPOLATIONS["linear"], 0.9),
    "rolling_rank": (RANK_METHODS["average"],),
}


def random_inputs(length: int, seed: int, *, gaps: bool) -> list[np.ndarray]:
    """Three series that often meet, with NaN and infinities where `gaps`, and two conditions."""
    random = np.random.default_rng(seed)
    series = [np.round(random.normal(size=length).cumsum()) / 4 + 100 for _ in range(3)]
    if gaps:
        for values in series:
            values[random.random(length) < 0.01] = random.choice([np.nan, np.inf, -np.inf])
            values[: random.integers(0, 3)] = np.nan
    return [*series, random.random(length) < 0.5, random.random(length) < 0.1]


def number(op: str, *inputs: Expr, params: tuple[Any, ...] = ()) -> Expr:
    """An operator that gives numbers."""
    return Expr(op, inputs, params)


def condition(op: str, *inputs: Expr, params: tuple[Any, ...] = ()) -> Expr:
    """An operator that gives a condition."""
    return Expr(op, inputs, params, kind=CONDITION)


def rolling(op: str, *series: Expr, extra: tuple[Any, ...] = ()) -> list[Expr]:
    """Every window, full and with fewer values allowed."""
    sizes = [(window, window) for window in WINDOWS] + [(3, 1), (10, 4), (100, 1), (100, 99)]
    return [number(op, *series, params=(*size, *extra)) for size in sizes]


def one_case(op: str, x: Any, y: Any, window: int, least: int | None = None) -> Expr:
    """A rolling operator of the last `window` values, of one series or two, with what it takes beside."""
    params = (window, window if least is None else least, *EXTRA.get(op, ()))
    return number(op, *((lift(x), lift(y)) if op in JOINT else (lift(x),)), params=params)


def mild(x: Expr) -> Expr:
    """The series with its largest and smallest magnitudes replaced: their fourth powers are out of reach of a float."""
    size = abs(x)
    extreme = ((size > 1e20) & (size < math.inf)) | ((size < 1e-20) & (size > 0.0))
    return number("where", extreme, lift(3.0), x)


def cases(x: Any, y: Any, z: Any, p: Any, q: Any) -> dict[str, list[Expr]]:
    """Expressions by the name of the operator at their root, over three arrays of numbers and two of booleans."""
    x, y, z, p, q = map(lift, (x, y, z, p, q))
    made = {op: [number(op, x, y)] for op in ("add", "sub", "mul", "div", "minimum", "maximum")}
    made |= {op: [number(op, x)] for op in ("neg", "abs", "sqrt")}
    made |= {op: [condition(op, x, y), condition(op, x, x)] for op in ("lt", "le", "gt", "ge", "eq", "ne")}
    made |= {op: [condition(op, x, y), condition(op, y, z)] for op in ("crosses_above", "crosses_below")}
    made |= {op: [condition(op, p, q), condition(op, q, x < y)] for op in ("and", "or")}
    made |= {"not": [~p, ~(x < y)], "where": [number("where", p, x, y), number("where", x < y, y, z)]}
    made["shift"] = [number("shift", x, params=(n,)) for n in SHIFTS]
    made["shift_condition"] = [condition("shift", p, params=(n,)) for n in SHIFTS]
    made["ewm"] = [number("ewm", x, params=(alpha,)) for alpha in ALPHAS]
    made["rsi"] = [number("rsi", x, params=params) for params in (*((alpha,) for alpha in ALPHAS), (0.1, 14), (0.5, 2))]
    made["ewm"] += [number("ewm", x, params=(0.1, *seed)) for seed in ((14, 0, 0), (14, 0, 1), (1, 3, 0), (12, 14, 0))]
    made["ewm_adjusted"] = [number("ewm_adjusted", x, params=(alpha,)) for alpha in ALPHAS]
    made["cumulative_sum"] = [number("cumulative_sum", x)]
    made["cumulative_sum_since"] = [number("cumulative_sum_since", x, when) for when in (p, q, x < y)]
    made["obv"] = [number("obv", x, y)]
    made |= {
        op: [number(op, x + 1.0, x - 1.0, y), number(op, x, y, z)] for op in ("supertrend", "supertrend_direction")
    }
    made["psar"] = [number("psar", x + 0.5, x - 0.25, params=steps) for steps in ((0.02, 0.2), (0.2, 0.2), (0.3, 0.5))]
    made["psar"] += [number("psar", x, y, params=(0.02, 0.2))]
    made["true_range"] = [number("true_range", x, y, z)]
    return made | rolling_cases(x, y) | ordered_cases(x) | {op: [] for op in TIMED}


def rolling_cases(x: Expr, y: Expr) -> dict[str, list[Expr]]:
    """The same for the operators of windows."""
    places = ("rolling_min", "rolling_max", "rolling_argmin", "rolling_argmax")
    made = {op: rolling(op, x) for op in ("rolling_sum", "rolling_mean", "rolling_wma", "rolling_mad", *places)}
    made["rolling_apply"] = [
        *rolling("rolling_apply", x, extra=(ENDS,)),
        number("rolling_apply", x, params=(9, 4, COMPILED_ENDS)),
    ]
    for op in ("rolling_var", "rolling_std"):
        made[op] = rolling(op, x, extra=(0,)) + rolling(op, x, extra=(1,)) + [number(op, x, params=(5, 1, 3))]
    made |= {op: rolling(op, mild(x)) for op in ("rolling_skew", "rolling_kurt", "rolling_slope")}
    made["rolling_corr"] = rolling("rolling_corr", mild(x), mild(y))
    made["rolling_cov"] = [*rolling("rolling_cov", mild(x), mild(y), extra=(1,))]
    made["rolling_cov"] += [number("rolling_cov", mild(x), mild(y), params=(5, 1, ddof)) for ddof in (0, 3)]
    return made


def ordered_cases(x: Expr) -> dict[str, list[Expr]]:
    """The same for order statistics."""
    made = {"rolling_median": rolling("rolling_median", x), "rolling_quantile": [], "rolling_rank": []}
    for size in ((1, 1), (2, 2), (3, 1), (10, 10), (64, 5), (100, 100)):
        for code in INTERPOLATIONS.values():
            made["rolling_quantile"] += [number("rolling_quantile", x, params=(*size, code, q)) for q in (0.25, 0.9)]
        for code in RANK_METHODS.values():
            made["rolling_rank"] += [
                number("rolling_rank", x, params=(*size, code)),
                number("rolling_rank", x, params=(*size, code + RANK_PERCENT)),
            ]
    made["rolling_quantile"] += [number("rolling_quantile", x, params=(20, 2, 0, q)) for q in (0.0, 0.5, 1.0)]
    return made


def pushed(op: str, inputs: list[np.ndarray], copied_at: int) -> list[np.ndarray]:
    """Values of the cases of `op` where candles come one at a time; the operators are saved and restored on the way."""
    now = [np.full(1, k, dtype=np.uint8 if v.dtype == bool else v.dtype) for k, v in enumerate(inputs)]
    program = Program()
    kinds = [CONDITION if values.dtype == np.uint8 else NUMBER for values in now]
    series = [Expr("array", kind=kind, data=values) for kind, values in zip(kinds, now, strict=True)]
    slots = [program.slot(expr) for expr in cases(*series)[op]]
    made = (program._kinds, program._constants, program._arrays, list(program._operators(LONGEST)), 1)
    pipeline, rows = Pipeline(*made), []
    for t in range(len(inputs[0])):
        if t == copied_at:
            saved, pipeline = pipeline.save(), Pipeline(*made)
            pipeline.restore(saved)
        for value, values in zip(now, inputs, strict=True):
            value[0] = values[t]
        rows.append(pipeline.evaluate(slots, [None] * len(slots)))
    return [np.concatenate(column) for column in zip(*rows, strict=True)]


def twin(expr: Expr, length: int) -> np.ndarray:
    """The values that the plain twin gives."""
    dtype = bool if expr.kind == CONDITION else np.float64
    return np.array(twin_evaluate(expr, SimpleNamespace(close=range(length))), dtype=dtype)


def bits(values: np.ndarray, *, zeros_alike: bool = False) -> np.ndarray:
    """Float64 values as integers, every NaN alike."""
    values = values + 0.0 if zeros_alike else values
    return np.where(np.isnan(values), np.nan, values).view(np.int64)


def assert_same_bits(found: np.ndarray, expected: np.ndarray, op: str = "", *, zeros_alike: bool = False) -> None:
    """Equal to the last bit, NaN equal to NaN."""
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    if found.dtype == np.float64:
        alike = zeros_alike or op in TIES
        wrong = np.flatnonzero(bits(found, zeros_alike=alike) != bits(expected, zeros_alike=alike))
    else:
        wrong = np.flatnonzero(found != expected)
    first = wrong[:3].tolist()
    assert not first, f"{op}: {len(wrong)} differ, first at {first}: {found[first]} for {expected[first]}"


def assert_close(found: np.ndarray, expected: np.ndarray, relative: float, scale: Any = None) -> None:
    """NaN and infinity in the same places, zeros exactly zero, the rest within `relative` of `scale` (the value)."""
    assert found.shape == expected.shape
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    finite = np.isfinite(expected)
    np.testing.assert_array_equal(found[~finite], expected[~finite])
    error = np.abs(found[finite] - expected[finite])
    allowed = relative * (np.abs(expected) if scale is None else scale)[finite]
    wrong = np.flatnonzero(error > allowed)
    assert not len(wrong), (
        f"{len(wrong)} values are off, the worst by {np.max(error[wrong] / allowed[wrong]) * relative}"
    )


def natural_size(expr: Expr, length: int) -> np.ndarray:
    """What the error of a covariance or a slope is measured by: it may be 0 where the spread is not."""
    deviations = [twin(number("rolling_std", x, params=(*expr.params[:2], 0)), length) for x in expr.inputs]
    if expr.op == "rolling_cov":
        return deviations[0] * deviations[1]
    return deviations[0] / np.minimum(np.arange(length) + 1.0, expr.params[0])


def assert_twin(op: str, expr: Expr, length: int) -> None:
    """The compiled operator gives what the twin gives."""
    found, expected = evaluate(expr, length=length)[0], twin(expr, length)
    if op in SUMS:
        magnitude = twin(number(op, abs(expr.inputs[0]), params=expr.params), length)
        assert_close(found, expected, 1e-14, scale=magnitude)
    elif op in ("cumulative_sum", "cumulative_sum_since", "obv"):
        summed = expr.inputs[1:] if op == "obv" else expr.inputs
        magnitude = twin(number("cumulative_sum", abs(summed[0]), *summed[1:]), length)
        assert_close(found, expected, 1e-14, scale=magnitude)
    elif op == "ewm_adjusted":
        # what the last value lost to rounding is as large as the values before it
        most = np.fmax.accumulate(twin(number(op, abs(expr.inputs[0]), params=expr.params), length))
        assert_close(found, expected, 1e-14, scale=most)
    elif op == "rolling_mad":
        # a far value beside near ones costs digits of the near ones
        most = twin(number("rolling_max", abs(expr.inputs[0]), params=expr.params), length)
        assert_close(found, expected, 1e-14, scale=most)
    elif op in SPREADS:
        assert_close(found, expected, 1e-12)
    elif op in SHAPES:
        assert_close(found, expected, 1e-12, scale=np.maximum(np.abs(expected), 1.0))
    elif op in ("rolling_cov", "rolling_slope"):
        assert_close(found, expected, 1e-12, scale=natural_size(expr, length) + np.abs(expected))
    else:
        assert_same_bits(found, expected, op)
