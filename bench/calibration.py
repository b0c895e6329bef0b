"""A kernel that says how fast the machine is at the moment: regressions are measured as ratios to it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

VALUES = 500_000
ROUNDS = 9


def seconds(timer: Callable[[], float]) -> float:
    """The least of several cumulative sums: each addition waits for the one before, and the array is new memory.

    That is what recursions and output arrays cost, and NumPy's has not changed in years.
    """
    values = np.linspace(1.0, 2.0, VALUES)
    taken = []
    for _ in range(ROUNDS):
        begun = timer()
        np.add.accumulate(values)
        taken.append(timer() - begun)
    return min(taken)
