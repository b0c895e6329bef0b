"""The strategy in numbers, and its candles as plain arrays in a folder; readable with numpy and pandas alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

FAST, SLOW, RANGE, WINDOW = 20, 50, 14, 100
STOP, TARGET = 2.0, 4.0
SEED = 1
COLUMNS = ("open", "high", "low", "close", "volume")
STRATEGY = (
    f"Long at the next open when the mean of {FAST} closes crosses above the mean of {SLOW}; stop at {STOP:g} and "
    f"target at {TARGET:g} mean true ranges of {RANGE} candles; one position at a time; no costs."
)


class Prices(NamedTuple):
    """Candles as float64 arrays. Prices lie on a grid of `tick`."""

    timestamp: np.ndarray  # int64 ns UTC
    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    volume: np.ndarray
    tick: float

    @property
    def tie(self) -> float:
        """Half of the least by which two means differ.

        Sums of prices are whole ticks, so means of 20 and of 50 differ by a hundredth of a tick or not at all. Floats
        round, and without this allowance equal means would cross.
        """
        return self.tick / (2 * np.lcm(FAST, SLOW))

    def in_ticks(self, distances: Any) -> np.ndarray:
        """Distances as whole ticks, the nearest; ties upwards (rule C5)."""
        return np.floor(np.asarray(distances) / self.tick + 0.5).astype(np.int64)


def load(folder: Path) -> Prices:
    """The candles of a folder, read into memory."""
    arrays = {name: np.load(Path(folder) / f"{name}.npy") for name in Prices._fields}
    return Prices(**{**arrays, "tick": float(arrays["tick"])})


def prepare(folder: Path, candles: int) -> None:
    """Write so many synthetic candles to a folder; needs btcore."""
    import btcore as bt

    made = bt.synthetic_candles(candles, seed=SEED)
    folder.mkdir(parents=True, exist_ok=True)
    for name in Prices._fields:
        np.save(folder / f"{name}.npy", getattr(made, name))
