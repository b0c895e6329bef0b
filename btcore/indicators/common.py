"""What every indicator shares: one name for expressions (lazy) and arrays (eager), and checks of windows."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from btcore.errors import ExpressionError, ParameterError
from btcore.expr import CONDITION, Expr, array, lift
from btcore.program import evaluate

__all__ = [
    "SEEDS",
    "apply",
    "given_prices",
    "is_array",
    "labelled",
    "of_candles",
    "one_of",
    "options",
    "positive_number",
    "prices_and_n",
    "whole_number",
    "window_sizes",
]

SEEDS = ("first", "sma")  # what recursions start from: the first input, or the mean of the first n


def is_array(value: Any) -> bool:
    """Whether `value` asks for eager use: a sequence of values rather than an expression or a number."""
    return not isinstance(value, (Expr, str, bytes)) and hasattr(value, "__len__")


def apply(build: Callable[..., Any], *series: Any, out: Any = None) -> Any:
    """``build(*series)`` as an expression, or its values where one of the series is an array.

    `build` returns an Expr or a tuple of them (a named tuple stays one). The values go to `out`: an array, or a tuple
    of arrays where there are several, contiguous and apart from each other and from the series.

    Raises
    ------
    ParameterError
        If the series differ in length, or `out` cannot take the values; the message says why.
    """
    eager = any(map(is_array, series))
    if not eager:
        if out is not None:
            raise ParameterError("out= needs arrays: an expression has no values yet")
        return build(*map(lift, series))
    _check_lengths(series)
    given = [array(_values(s), copy=False) if is_array(s) else lift(s) for s in series]
    built = build(*given)
    parts = (built,) if isinstance(built, Expr) else built
    read = [expr.data for expr in given if expr.data is not None]
    values = evaluate(*parts, out=None if out is None else targets(out, built, read))
    return values[0] if isinstance(built, Expr) else type(built)(*values)


def targets(out: Any, built: Any, read: list[np.ndarray]) -> list[np.ndarray]:
    """The arrays of `out`, one for each expression that was built, checked against these and the arrays that are read.

    Raises
    ------
    ParameterError
        If one has not the type, shape or memory that it needs.
    """
    several = not isinstance(built, Expr)
    parts = list(built) if several else [built]
    if several and not (isinstance(out, tuple) and len(out) == len(parts)):
        raise ParameterError(f"out must be a tuple of {len(parts)} arrays, got {_described(out)}")
    arrays = list(out) if several else [out]
    for k, (values, expr) in enumerate(zip(arrays, parts, strict=True)):
        wrong = _wrong_target(values, np.dtype(bool if expr.kind == CONDITION else np.float64), len(read[0]))
        if not wrong and any(np.may_share_memory(values, other) for other in read + arrays[:k]):
            wrong = "must not share memory with a series" + " or another array of out" * several
        if wrong:
            raise ParameterError(f"out{f'[{k}]' * several} {wrong}")
    return arrays


def _wrong_target(values: Any, dtype: np.dtype[Any], length: int) -> str:
    """Why an array cannot take the values; empty if it can."""
    if not isinstance(values, np.ndarray) or isinstance(values, np.ma.MaskedArray):
        return f"must be a NumPy array, got {_described(values)}"
    if values.dtype != dtype:
        return f"must be of dtype {dtype}, got {values.dtype}"
    if values.shape != (length,):
        return f"must have the shape ({length},) of the series, got {values.shape}"
    if not values.flags.c_contiguous or not values.flags.aligned:
        return "must be contiguous and aligned"
    return "" if values.flags.writeable else "must be writeable, it is read-only"


def _described(value: Any) -> str:
    return f"{type(value).__name__} of {len(value)}" if isinstance(value, (tuple, list)) else type(value).__name__


def _values(series: Any) -> np.ndarray:
    values = series if isinstance(series, np.ma.MaskedArray) else np.asarray(series)
    if values.dtype == object:
        raise ExpressionError(f"a series holds numbers or booleans, got dtype object, e.g. {values.flat[:1]!r}")
    return values


def _check_lengths(series: tuple[Any, ...]) -> None:
    lengths = [len(s) for s in series if is_array(s)]
    if len(set(lengths)) > 1:
        raise ParameterError(f"series must be of one length, got {', '.join(map(str, lengths))}")


def whole_number(name: str, value: Any, least: int = 1) -> int:
    """`value` as an int of at least `least`.

    Raises
    ------
    ParameterError
        Otherwise; the message names the parameter.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < least:
        raise ParameterError(f"{name} must be a whole number >= {least}, got {value!r}")
    return int(value)


def window_sizes(window: Any, min_periods: Any) -> tuple[int, int]:
    """A window and from how many values on it has a result: all of them where `min_periods` is None.

    Raises
    ------
    ParameterError
        If either is not a whole number >= 1, or min_periods exceeds the window.
    """
    window = whole_number("window", window)
    least = window if min_periods is None else whole_number("min_periods", min_periods)
    if least > window:
        raise ParameterError(f"min_periods must be at most the window {window}, got {least}")
    return window, least


def prices_and_n(owner: str, names: tuple[str, ...], args: tuple[Any, ...], n: Any) -> tuple[tuple[Any, ...], int]:
    """Arguments of an indicator of candles: ``(n)``, ``(*prices, n)`` or ``(*prices, n=n)``, with all prices or none.

    Raises
    ------
    ParameterError
        If n is missing or no whole number >= 1, or there are some of the prices but not all.
    """
    if n is None and not args:
        raise ParameterError(f"{owner} needs n: {owner}(14), or {owner}({', '.join(names)}, 14)")
    prices, n = (args[:-1], args[-1]) if n is None else (args, n)
    n = whole_number("n", n)
    if len(prices) not in (0, len(names)):
        raise ParameterError(f"{owner} takes n alone or {', '.join(names)} and n; got {len(prices)} series")
    return prices, n


def one_of(name: str, value: Any, choices: Collection[str]) -> str:
    """`value`, which is one of the choices.

    Raises
    ------
    ParameterError
        Otherwise; the message names the parameter.
    """
    if not isinstance(value, str) or value not in choices:
        raise ParameterError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")
    return value


def positive_number(name: str, value: Any) -> float:
    """`value` as a float above 0.

    Raises
    ------
    ParameterError
        Otherwise; the message names the parameter.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not 0.0 < float(value) < math.inf:
        raise ParameterError(f"{name} must be a number > 0, got {value!r}")
    return float(value)


def given_prices(owner: str, names: tuple[str, ...], prices: tuple[Any, ...]) -> tuple[Any, ...]:
    """Series of an indicator of candles without n: none, or one for each name.

    Raises
    ------
    ParameterError
        Otherwise.
    """
    if len(prices) not in (0, len(names)):
        raise ParameterError(f"{owner} takes nothing or {', '.join(names)}; got {len(prices)} series")
    return prices


def labelled(built: Any, label: str) -> Any:
    """An expression printed as `label`, or a named tuple of them, each printed as ``label.name``."""
    if isinstance(built, Expr):
        return built.labelled(label)
    return type(built)(*(part.labelled(f"{label}.{name}") for part, name in zip(built, built._fields, strict=True)))


def of_candles(
    build: Callable[..., Any], columns: tuple[Expr, ...], prices: tuple[Any, ...], label: str, out: Any
) -> Any:
    """``apply`` of `build` to the given prices; without them to columns of candles, printed as `label`."""
    if prices:
        return apply(build, *prices, out=out)
    return apply(lambda: labelled(build(*columns), label), out=out)


def options(**given: tuple[Any, Any]) -> str:
    """What a label says of options: ``, name=value`` for each (value, default) that are not equal."""
    return "".join(f", {name}={value!r}" for name, (value, default) in given.items() if value != default)
