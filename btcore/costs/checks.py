"""Checks of numbers and arrays that the values of this package share."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np

from btcore.errors import ParameterError


def finite(owner: str, name: str, value: Any) -> float:
    """A finite number, or ParameterError."""
    number = _float(owner, name, value)
    if not math.isfinite(number):
        raise ParameterError(f"{owner}: {name} must be finite, got {number!r}")
    return number


def not_negative(owner: str, name: str, value: Any) -> float:
    """A finite number that is not below 0, or ParameterError."""
    number = _float(owner, name, value)
    if not math.isfinite(number) or number < 0:
        raise ParameterError(f"{owner}: {name} must be finite and not negative, got {number!r}")
    return number


def positive(owner: str, name: str, value: Any) -> float:
    """A finite number above 0, or ParameterError."""
    number = _float(owner, name, value)
    if not math.isfinite(number) or number <= 0:
        raise ParameterError(f"{owner}: {name} must be finite and above 0, got {number!r}")
    return number


def whole(owner: str, name: str, value: Any, least: int, most: int) -> int:
    """A whole number from `least` to `most`, or ParameterError."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or not least <= int(value) <= most:
        raise ParameterError(f"{owner}: {name} must be a whole number from {least} to {most}, got {value!r}")
    return int(value)


def per_candle(owner: str, name: str, values: Any) -> np.ndarray:
    """A read-only float64 array of one dimension, or ParameterError."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ParameterError(f"{owner}: {name} must be a number or one number per candle") from None
    if array.ndim != 1:
        raise ParameterError(f"{owner}: a {name} per candle has one dimension, got shape {array.shape}")
    array.flags.writeable = False
    return array


def _float(owner: str, name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ParameterError(f"{owner}: {name} must be a number, got {value!r}") from None
