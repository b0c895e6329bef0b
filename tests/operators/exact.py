"""The exact mean and variance of every window, in integer arithmetic: no rounding until the very end."""

from __future__ import annotations

from fractions import Fraction

import numpy as np


def whole_numbers(values: np.ndarray) -> tuple[list[int], Fraction]:
    """Finite floats as integers times one power of two."""
    ratios = [float(value).as_integer_ratio() for value in values]
    scale = max(denominator for _, denominator in ratios)
    return [numerator * (scale // denominator) for numerator, denominator in ratios], Fraction(1, scale)


def exact_means(values: np.ndarray, window: int) -> np.ndarray:
    """The mean of each full window, correctly rounded; NaN before."""
    numbers, unit = whole_numbers(values)
    total, out = 0, np.full(len(values), np.nan)
    for t, number in enumerate(numbers):
        total += number - (numbers[t - window] if t >= window else 0)
        if t + 1 >= window:
            out[t] = float(Fraction(total, window) * unit)
    return out


def exact_variances(values: np.ndarray, window: int, ddof: int) -> np.ndarray:
    """The variance of each full window, correctly rounded; NaN before."""
    numbers, unit = whole_numbers(values)
    total, squares, out = 0, 0, np.full(len(values), np.nan)
    for t, number in enumerate(numbers):
        old = numbers[t - window] if t >= window else 0
        total, squares = total + number - old, squares + number * number - old * old
        if t + 1 >= window:
            spread = window * squares - total * total
            out[t] = float(Fraction(spread, window * (window - ddof)) * unit * unit)
    return out
