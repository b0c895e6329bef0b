"""Rule C5: the tick grid of a series, declared or inferred, and its prices as integer ticks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from btcore._core import checks
from btcore.candles import problems
from btcore.errors import DataError, ParameterError

if TYPE_CHECKING:
    from btcore.candles.columns import Columns

# A price is on the grid when price/tick is this near to a whole number.
ON_GRID = 1e-3
# A tick is not inferred where it would move a price by more than float32 rounding (6e-8) can: the tolerance
# above alone holds 0.0005 on a tick of 1 (as 0 ticks) and 1.0009 as well.
INFERRED_KEEP = 1e-7
# Bounds the same for a declared tick: a price must be at least one tick.
DECLARED_KEEP = 0.5
# Where no power of ten holds every price, each price is kept to this share of itself.
FALLBACK_KEEP = 1e-12

COARSEST_EXPONENT = 308
FINEST_EXPONENT = -12
LAST_RESORT_EXPONENT = -18

Ticks = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Grid:
    """A tick and how prices become ticks on it: ``price * scale`` if `is_ratio`, else ``price / scale``.

    `near` (in ticks) and `keep` (as a share of the price) bound the distance of a price to its nearest tick.
    """

    tick: float
    scale: float
    is_ratio: bool
    inferred: bool = False
    near: float = ON_GRID
    keep: float = DECLARED_KEEP

    @classmethod
    def declared(cls, tick: float) -> Grid:
        """The grid of a tick that the user or the source names."""
        try:
            value = float(tick)
        except (TypeError, ValueError):
            raise ParameterError(f"tick must be a number, got {tick!r}") from None
        if not math.isfinite(value) or value <= 0.0:
            raise ParameterError(f"tick must be finite and > 0, got {tick!r}")
        ratio = 1.0 / value
        whole = float(round(ratio)) if math.isfinite(ratio) else 0.0
        if whole >= 1.0 and abs(ratio - whole) <= 1e-9 * whole:
            return cls(value, whole, True)
        return cls(value, value, False)

    @classmethod
    def power_of_ten(cls, exponent: int, *, near: float, keep: float) -> Grid:
        """The grid of the tick ``10 ** exponent``, as inferred."""
        tick = float(f"1e{exponent}")
        scale = float(f"1e{abs(exponent)}")
        return cls(tick, scale, exponent <= 0, True, near, keep)

    def prices(self, ticks: np.ndarray) -> np.ndarray:
        """Prices (float64) of whole ticks (any integer dtype, any shape)."""
        return ticks / self.scale if self.is_ratio else ticks * self.scale


def to_ticks(columns: Columns, grid: Grid | None) -> tuple[Grid, Ticks]:
    """Check `columns` by rule C2 and write their prices as ticks.

    Parameters
    ----------
    columns : converted but unchecked columns
    grid : the grid that the prices must be on; None to infer it

    Returns
    -------
    The grid, and open, high, low, close in ticks: read-only int32 arrays if every price fits, else int64.

    Raises
    ------
    DataError : candles that break rule C2, prices off the declared grid, prices that no tick can hold.
    """
    if grid is not None:
        return grid, _convert_declared(columns, grid)
    converter = _Converter(columns)
    for candidate in _candidates(columns.prices[2][0]):
        if converter.run(candidate) == checks.Status.OK:
            return candidate, converter.ticks()
    return _fall_back(columns, converter)


def _candidates(price: float) -> Iterator[Grid]:
    """Powers of ten from the coarsest that can hold `price`, one of the prices: a price is at least one tick."""
    # One more than the digits of the price, for a logarithm that is rounded down; an invalid price fails with any tick.
    coarsest = min(math.floor(math.log10(price)) + 1, COARSEST_EXPONENT) if 0.0 < price < math.inf else 0
    for exponent in range(max(coarsest, FINEST_EXPONENT), FINEST_EXPONENT - 1, -1):
        yield Grid.power_of_ten(exponent, near=ON_GRID, keep=INFERRED_KEEP)


def _convert_declared(columns: Columns, grid: Grid) -> Ticks:
    converter = _Converter(columns)
    status = converter.run(grid)
    if status == checks.Status.TOO_WIDE:
        raise DataError(
            f"{problems.row_text(columns, converter.row)}: price is too large for a tick of {grid.tick!r}; "
            "pass a coarser tick= or none to have it inferred"
        )
    if status == checks.Status.OFF_GRID:
        raise DataError(problems.off_grid_text(columns, grid))
    return converter.ticks()


def _fall_back(columns: Columns, converter: _Converter) -> tuple[Grid, Ticks]:
    """The finest power of ten that keeps each price to 1e-12 of itself.

    It is 1e-12 unless that has more ticks than 60 bits hold (then coarser) or moves a price too far (then finer).
    """
    exponent, step = FINEST_EXPONENT, 0
    while LAST_RESORT_EXPONENT <= exponent <= COARSEST_EXPONENT:
        grid = Grid.power_of_ten(exponent, near=0.5, keep=FALLBACK_KEEP)
        status = converter.run(grid)
        if status == checks.Status.OK:
            return grid, converter.ticks()
        wanted = 1 if status == checks.Status.TOO_WIDE else -1
        if wanted == -step:
            break
        step = wanted
        exponent += step
    raise DataError(
        f"no tick holds every price{problems.of_symbol(columns)} to {FALLBACK_KEEP} of itself: the prices lie too "
        "far apart; split the series, or pass tick="
    )


class _Converter:
    """Runs the compiled pass with one grid after another, with output columns as narrow as the prices allow."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.row = -1
        self._outputs = self._allocate(np.int32)

    def _allocate(self, dtype: type) -> Ticks:
        return tuple(np.empty(len(self.columns), dtype) for _ in range(4))  # type: ignore[return-value]

    def run(self, grid: Grid) -> checks.Status:
        """Status of the pass with `grid`; candles that break rule C2 raise DataError."""
        columns = self.columns
        while True:
            status, self.row = checks.convert(
                columns.timestamp, *columns.prices, grid.scale, grid.is_ratio, grid.near, grid.keep, *self._outputs
            )
            if status == checks.Status.INVALID:
                raise DataError(problems.invalid_text(columns))
            if status != checks.Status.TOO_WIDE or self._outputs[0].dtype == np.int64:
                return status
            self._outputs = self._allocate(np.int64)

    def ticks(self) -> Ticks:
        """The columns of the last run; int64 columns are narrowed where a coarser grid made int32 enough."""
        outputs = self._outputs
        if outputs[0].dtype == np.int64 and outputs[1].max() <= np.iinfo(np.int32).max:
            outputs = tuple(column.astype(np.int32) for column in outputs)  # type: ignore[assignment]
        for column in outputs:
            column.setflags(write=False)
        return outputs
