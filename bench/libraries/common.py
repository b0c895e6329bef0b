"""What a library offers: a kind of series, and a call per operator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

QUANTILE = 0.9


class Prices(NamedTuple):
    high: Any
    low: Any
    close: Any
    volume: Any


Call = Callable[[Prices, int], Any]


@dataclass(frozen=True)
class Library:
    series: Callable[[np.ndarray], Any]  # from an array to the library's own container
    calls: dict[str, Call]  # operator: function of prices and window


def on_close(function: Callable[..., Any]) -> Call:
    """A function of one series and a window, called with the closes."""
    return lambda p, n: function(p.close, n)


def channel(highest: Callable[[Any, int], Any], lowest: Callable[[Any, int], Any]) -> Call:
    """Upper bound, middle and lower bound from two extremes."""

    def donchian(p: Prices, n: int) -> tuple[Any, Any, Any]:
        upper, lower = highest(p.high, n), lowest(p.low, n)
        return upper, (upper + lower) / 2, lower

    return donchian


def bands(mean: Callable[[Any, int], Any], deviation: Callable[[Any, int], Any]) -> Call:
    """Bollinger bands from a mean and a deviation."""

    def bollinger(p: Prices, n: int) -> tuple[Any, Any, Any]:
        middle, width = mean(p.close, n), 2.0 * deviation(p.close, n)
        return middle + width, middle, middle - width

    return bollinger


def score(mean: Callable[[Any, int], Any], deviation: Callable[[Any, int], Any]) -> Call:
    """z-scores from a mean and a deviation."""
    return lambda p, n: (p.close - mean(p.close, n)) / deviation(p.close, n)
