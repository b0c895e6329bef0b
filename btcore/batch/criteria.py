"""By what simulations are compared: a statistic or a function of all statistics."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from btcore.errors import ParameterError
from btcore.metrics import STATISTICS

__all__ = ["Criterion", "Measure"]

Measure = str | Callable[[Mapping[str, float]], float | None]
T = TypeVar("T")

LOWER_IS_BETTER = (
    "max_drawdown",
    "max_drawdown_percent",
    "costs",
    "longest_losing_streak",
    "seconds",
    "ambiguous_share",
)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A statistic, or a function of all statistics, and which way is better.

    Parameters
    ----------
    by : str or callable
        A function is given the mapping of statistics and gives a number; None and NaN: it has none.
    lowest : bool, optional
        Whether the lowest is best; None: for drawdowns, costs and losing streaks, by their names.
    """

    by: Measure
    lowest: bool | None = None

    @classmethod
    def checked(cls, by: Measure, lowest: bool | None = None) -> Criterion:
        """The criterion, if there is such a statistic.

        Raises
        ------
        ParameterError
            If there is none.
        """
        if not callable(by) and by not in STATISTICS:
            known = ", ".join(STATISTICS)
            raise ParameterError(f"by is a statistic or a function of all of them, got {by!r}; statistics are {known}")
        return cls(by, lowest)

    @property
    def text(self) -> str:
        """The statistic, or the function's name."""
        return self.by if isinstance(self.by, str) else str(getattr(self.by, "__name__", "by"))

    def value(self, stats: Mapping[str, float]) -> float:
        """The number that is compared; NaN where there is none.

        Raises
        ------
        ParameterError
            If the function raises, or gives something that is no number.
        """
        if isinstance(self.by, str):
            return stats.get(self.by, math.nan)
        try:
            value = self.by(stats)
        except Exception as error:
            raise ParameterError(f"by={self.text} raised {type(error).__name__}: {error}") from error
        if value is None:
            return math.nan
        if not isinstance(value, numbers.Real):
            raise ParameterError(f"by={self.text} gives a number, None or NaN for the statistics, got {value!r}")
        return float(value)

    def best(self, valued: Iterable[tuple[float, T]]) -> T | None:
        """What belongs to the best number, the first of equals; NaN is none. None where there is no number."""
        lowest = self.by in LOWER_IS_BETTER if self.lowest is None else self.lowest
        sign = -1.0 if lowest else 1.0
        ranked = [(sign * value, thing) for value, thing in valued if not math.isnan(value)]
        return max(ranked, key=lambda pair: pair[0])[1] if ranked else None
