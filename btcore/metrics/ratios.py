"""Division that says NaN where there is nothing to divide by."""

from __future__ import annotations

import math

__all__ = ["ratio"]


def ratio(part: float, whole: float) -> float:
    """``part / whole``, NaN where `whole` is 0.

    >>> ratio(1, 4), ratio(1, 0)
    (0.25, nan)
    """
    return part / whole if whole else math.nan
