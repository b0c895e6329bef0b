"""Exact aggregates of every full window, in integer arithmetic: no rounding until the very end; NaN before."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np


def whole_numbers(values: np.ndarray) -> tuple[list[int], Fraction]:
    """Finite floats as integers times one power of two."""
    ratios = [float(value).as_integer_ratio() for value in values]
    scale = max(denominator for _, denominator in ratios)
    return [numerator * (scale // denominator) for numerator, denominator in ratios], Fraction(1, scale)


def window_sums(terms: list[list[int]], window: int) -> Iterator[tuple[int, list[int]]]:
    """Last place and sums of each full window of several series of whole numbers."""
    sums = [0] * len(terms)
    for t in range(len(terms[0])):
        for k, values in enumerate(terms):
            sums[k] += values[t] - (values[t - window] if t >= window else 0)
        if t + 1 >= window:
            yield t, sums


def exact_means(values: np.ndarray, window: int) -> np.ndarray:
    """The mean."""
    numbers, unit = whole_numbers(values)
    out = np.full(len(values), np.nan)
    for t, (total,) in window_sums([numbers], window):
        out[t] = float(Fraction(total, window) * unit)
    return out


def exact_variances(values: np.ndarray, window: int, ddof: int) -> np.ndarray:
    """The variance."""
    return exact_covariances(values, values, window, ddof)


def exact_covariances(x: np.ndarray, y: np.ndarray, window: int, ddof: int) -> np.ndarray:
    """The covariance."""
    (a, unit), (b, other) = whole_numbers(x), whole_numbers(y)
    out = np.full(len(x), np.nan)
    for t, (ab, sa, sb) in window_sums([[i * j for i, j in zip(a, b, strict=True)], a, b], window):
        out[t] = float(Fraction(window * ab - sa * sb, window * (window - ddof)) * unit * other)
    return out


def exact_correlations(x: np.ndarray, y: np.ndarray, window: int) -> np.ndarray:
    """Pearson's correlation; NaN where either is constant."""
    (a, _), (b, _) = whole_numbers(x), whole_numbers(y)
    pairs = list(zip(a, b, strict=True))
    terms = [[i * j for i, j in pairs], a, b, [i * i for i in a], [j * j for j in b]]
    out = np.full(len(x), np.nan)
    for t, (ab, sa, sb, aa, bb) in window_sums(terms, window):
        product, squares = window * ab - sa * sb, (window * aa - sa * sa) * (window * bb - sb * sb)
        if squares:
            out[t] = math.copysign(math.sqrt(product * product / squares), product)
    return out


def exact_shapes(values: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Skewness and excess kurtosis, corrected for bias; NaN of a constant window, and of fewer than 3 or 4 values."""
    n, (numbers, _) = window, whole_numbers(values)
    skew, kurt = np.full(len(values), np.nan), np.full(len(values), np.nan)
    for t, (s1, s2, s3, s4) in window_sums([[v**power for v in numbers] for power in (1, 2, 3, 4)], window):
        squares = n * s2 - s1 * s1  # n^2 times the second central moment, and so on
        cubes = n * n * s3 - 3 * n * s1 * s2 + 2 * s1**3
        fourths = n**3 * s4 - 4 * n * n * s1 * s3 + 6 * n * s1 * s1 * s2 - 3 * s1**4
        if squares and n > 2:
            squared = n * (n - 1) * cubes * cubes / ((n - 2) ** 2 * squares**3)
            skew[t] = math.copysign(math.sqrt(squared), cubes)
        if squares and n > 3:
            kurt[t] = (n - 1) * ((n + 1) * fourths - 3 * (n - 1) * squares**2) / ((n - 2) * (n - 3) * squares**2)
    return skew, kurt


def exact_lines(values: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """The mean with weights 1, 2, 3 ..., and the slope of the least-squares line."""
    n, (numbers, unit) = window, whole_numbers(values)
    weighted, slope = np.full(len(values), np.nan), np.full(len(values), np.nan)
    for t, (total, moment) in window_sums([numbers, [t * v for t, v in enumerate(numbers)]], window):
        line = moment - (t - n) * total  # sum of 1 * oldest, 2 * the next ...
        weighted[t] = float(Fraction(2 * line, n * (n + 1)) * unit)
        if n > 1:
            slope[t] = float(Fraction(6 * (2 * line - (n + 1) * total), n * (n * n - 1)) * unit)
    return weighted, slope
