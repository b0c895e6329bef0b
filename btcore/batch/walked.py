"""What a walk-forward run gives back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from btcore.batch.experiment import Experiment, column_of
from btcore.batch.stitching import Account, Course
from btcore.batch.windows import Span
from btcore.metrics import STATISTICS
from btcore.results import Result, Trades

if TYPE_CHECKING:
    import polars

__all__ = ["Fold", "WalkForward"]


@dataclass(frozen=True, slots=True)
class Fold:
    """One step of a walk-forward run: what was chosen in the training window, and what it did afterwards.

    Parameters
    ----------
    number : int
        From 0.
    train, test : (int, int)
        The windows, as indices [first, end) of candles.
    parameters : dict, optional
        The chosen set; None where none had a number: the fold is flat.
    value : float
        What it was chosen for: the statistic `by` in the training window. NaN where nothing was.
    in_sample : mapping of str to float
        Statistics of the chosen set in the training window; empty where nothing was chosen.
    result : Result, optional
        Of the test window, started with the equity that the fold before ended with. None where no equity was left.
    note : str
        Why the fold is flat; empty where it is not.

    Examples
    --------
    >>> import btcore as bt
    >>> def hold(bars):
    ...     return bt.Strategy(bt.close > bt.open, max_bars=bars)
    >>> walk = bt.walk_forward(hold, bt.synthetic_candles(900), {"bars": [5, 9]}, train=500, test=200, by="net",
    ...                        executor="serial", progress=False)
    >>> walk.folds[1].train, walk.folds[1].test, walk.folds[1].value == walk.folds[1].in_sample["net"]
    ((200, 700), (700, 900), True)
    """

    number: int
    train: Span
    test: Span
    parameters: dict[str, Any] | None
    value: float
    in_sample: Mapping[str, float] = field(repr=False)
    result: Result | None
    note: str = ""

    @property
    def out_of_sample(self) -> Mapping[str, float]:
        """Statistics of the test window; empty where no equity was left."""
        return {} if self.result is None else self.result.stats


class WalkForward:
    """What ``walk_forward`` gives back for one instrument: folds, and their test windows as one account.

    Attributes
    ----------
    folds : list of Fold
        Oldest first.
    trades : Trades
        Of all test windows; positions (`parent`) are numbered through.
    stats : mapping of str to float
        Those of a ``Result``, of the test windows joined. Candles between and outside test windows do not count.
    training : Experiment
        All training simulations, of all instruments: set by set, fold by fold.

    Examples
    --------
    >>> import btcore as bt
    >>> candles = bt.synthetic_candles(6_000)
    >>> def breakout(window):
    ...     return bt.Strategy(bt.close > bt.rolling_max(bt.high, window).shift(1), max_bars=window)
    >>> walk = bt.walk_forward(breakout, candles, {"window": [10, 40]}, train=2_000, test=1_000, by="net",
    ...                        executor="serial", progress=False)
    >>> len(walk.folds), len(walk.equity()), walk.stats["trades"] == len(walk.trades)
    (4, 4000, True)
    >>> walk.stats["final_equity"] == walk.folds[-1].out_of_sample["final_equity"]
    True
    """

    def __init__(self, course: Course, folds: Sequence[Fold], account: Account, training: Experiment) -> None:
        self.folds = list(folds)
        self.trades: Trades = account.trades()
        self.stats: Mapping[str, float] = account.stats()
        self.training = training
        self._course = course

    @property
    def timestamp(self) -> np.ndarray:
        """Open times of the candles of ``equity()``: int64 ns UTC."""
        return np.concatenate([self._course.candles.timestamp[slice(*fold.test)] for fold in self.folds])

    def equity(self) -> np.ndarray:
        """Equity at each close of the test windows, one after the other: float64, account currency.

        It is worked out when it is asked for, by a run of each window.
        """
        parts, left = [], self._course.conditions.cash
        for fold in self.folds:
            parts.append(np.full(_length(fold.test), left) if fold.result is None else fold.result.equity())
            left = parts[-1][-1]
        return np.concatenate(parts)

    def table(self) -> polars.DataFrame:
        """A row per fold.

        Columns: ``fold``, ``instrument``, ``train_first``, ``train_last``, ``test_first``, ``test_last`` (open times of
        the first and the last candle of the windows), the chosen parameters, ``value`` (what they were chosen for),
        every statistic of the training window as ``in_...`` and of the test window as ``out_...``, ``note`` (why a fold
        is flat). What a fold does not have is null.
        """
        import polars

        folds = self.folds
        columns: dict[str, Any] = {
            "fold": [fold.number for fold in folds],
            "instrument": [self._course.candles.symbol] * len(folds),
            **{name: self._times([index(fold) for fold in folds]) for name, index in _EDGES.items()},
        }
        figures: dict[str, Any] = {"value": [None if math.isnan(fold.value) else fold.value for fold in folds]}
        figures |= {f"in_{name}": [fold.in_sample.get(name) for fold in folds] for name in STATISTICS}
        figures |= {f"out_{name}": [fold.out_of_sample.get(name) for fold in folds] for name in STATISTICS}
        figures["note"] = [fold.note or None for fold in folds]
        for name in dict.fromkeys(name for fold in folds for name in fold.parameters or ()):
            shown = f"parameter_{name}" if name in columns or name in figures else name
            columns[shown] = column_of([(fold.parameters or {}).get(name) for fold in folds])
        return polars.DataFrame(columns | figures, strict=False)

    def _times(self, indices: list[int | None]) -> polars.Series:
        import polars

        times = [None if index is None else int(self._course.candles.timestamp[index]) for index in indices]
        return polars.Series(times, dtype=polars.Int64).cast(polars.Datetime("ns", "UTC"))

    @cached_property
    def efficiency(self) -> float:
        """Profit per candle out of sample as a share of the profit per candle in sample, of the chosen sets.

        1: nothing was lost on the way from training to test; 0: everything. NaN where the chosen sets made no profit in
        training, or nothing was chosen. Profits are net, over all folds in which a set was chosen together; for this
        figure each test window is run once more with the cash that training windows start with, so that sizes that
        depend on the equity are comparable. A window's length counts in candles.

        Source: R. Pardo, The Evaluation and Optimization of Trading Strategies, 2nd edition, 2008 (there by annual
        profits).
        """
        chosen = [fold for fold in self.folds if fold.parameters is not None and not fold.note]
        gained = math.fsum(fold.in_sample["net"] for fold in chosen)
        if not gained > 0.0:
            return math.nan
        cash = self._course.conditions.cash
        kept = math.fsum(self._course.run(fold.parameters, fold.test, cash).totals["net"] for fold in chosen)
        trained = sum(_length(fold.train) for fold in chosen)
        tested = sum(_length(fold.test) for fold in chosen)
        return float(kept / tested / (gained / trained))

    def __repr__(self) -> str:
        s, flat = self.stats, sum(bool(fold.note) for fold in self.folds)
        return (
            f"WalkForward({len(self.folds)} folds{f', {flat} of them flat' if flat else ''}: {s['trades']:.0f} trades, "
            f"net {s['net']:.2f}, max drawdown {s['max_drawdown']:.2f}, Sharpe {s['sharpe']:.2f})"
        )


def _length(span: Span) -> int:
    return span[1] - span[0]


_EDGES: Any = {
    "train_first": lambda fold: fold.train[0] if fold.train[0] < fold.train[1] else None,
    "train_last": lambda fold: fold.train[1] - 1 if fold.train[0] < fold.train[1] else None,
    "test_first": lambda fold: fold.test[0],
    "test_last": lambda fold: fold.test[1] - 1,
}
