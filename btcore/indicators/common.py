"""What every indicator shares: one name for expressions (lazy) and arrays (eager), and checks of windows."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from btcore.errors import ExpressionError, ParameterError
from btcore.expr import Expr, array, lift
from btcore.program import evaluate

__all__ = ["apply", "is_array", "prices_and_n", "whole_number"]


def is_array(value: Any) -> bool:
    """Whether `value` asks for eager use: a sequence of values rather than an expression or a number."""
    return not isinstance(value, (Expr, str, bytes)) and hasattr(value, "__len__")


def apply(build: Callable[..., Any], *series: Any) -> Any:
    """``build(*series)`` as an expression, or its values where one of the series is an array.

    `build` returns an Expr or a tuple of them (a named tuple stays one).
    """
    eager = any(map(is_array, series))
    if not eager:
        return build(*map(lift, series))
    _check_lengths(series)
    built = build(*(array(_values(s), copy=False) if is_array(s) else lift(s) for s in series))
    if isinstance(built, Expr):
        return evaluate(built)[0]
    return type(built)(*evaluate(*built))


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
