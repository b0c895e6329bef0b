"""How often the best of many trials in one half of the time is a poor one in the other half."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np

from btcore.errors import ParameterError
from btcore.metrics.returns import ROUNDING

__all__ = ["Halves", "compared_halves", "probability_of_overfitting"]

MOST_BLOCKS = 24
AT_ONCE = 1 << 20  # ratios worked out together: halves of the time times trials


@dataclass(frozen=True, slots=True)
class Halves:
    """What became of the trial that was best in each half of the blocks, in the other half.

    Parameters
    ----------
    logits : array [halves]
        ``log(w / (1 - w))`` with ``w = rank / (trials + 1)``, the rank among all trials counted from the worst, that of
        equals their mean. At or below 0: no better than the median.
    chosen, other : array [halves]
        Sharpe ratio per period of that trial where it was chosen, and in the other half.
    """

    logits: np.ndarray
    chosen: np.ndarray
    other: np.ndarray

    @property
    def probability(self) -> float:
        """Share of the halves whose best trial was no better than the median elsewhere."""
        return float(np.mean(self.logits <= 0.0))


def probability_of_overfitting(returns: Any, blocks: int = 16) -> float:
    """The probability that choosing the trial with the best Sharpe ratio gives one below the median afterwards.

    Combinatorially symmetric cross-validation: time is cut into `blocks` of equal length; for every way to take half of
    them, the trial that is best there is ranked among all trials in the other half. The figure is the share of ways in
    which it is no better than the median. Near 0: what was best stayed good; 0.5: choosing meant nothing (trials
    without merit come out around a half, whatever their number); above: what was best was likely to be worse than the
    rest.

    It judges the choice, not the strategy: all trials may lose and the figure be 0. Every half holds blocks from before
    and after the other, so it says nothing about rules that cease to work. Trials that hardly differ are ranked by
    noise and come out higher.

    Parameters
    ----------
    returns : array of float [T, N]
        Returns per period of all trials, a column each, the same periods for all. At least 2 trials.
    blocks : int
        Even, 2 to 24; 16 makes 12,870 ways. The first ``T % blocks`` rows, the oldest, are left out. A half needs 2
        rows.

    Returns
    -------
    float
        In [0, 1]. A trial whose returns are all equal in a half, such as one that did not trade there, has no ratio;
        it is ranked as if it were 0.

    Raises
    ------
    ParameterError
        If the shape does not fit, a return is not finite, or `blocks` has no meaning.

    Source: D. H. Bailey, J. M. Borwein, M. Lopez de Prado and Q. J. Zhu, The Probability of Backtest Overfitting,
    Journal of Computational Finance 20(4), 2017 (2015 online).

    Examples
    --------
    >>> import numpy as np
    >>> import btcore as bt
    >>> noise = np.random.default_rng(1).normal(0.0, 0.01, (1_000, 20))
    >>> bt.probability_of_overfitting(noise, blocks=8) > 0.3
    True
    >>> noise[:, 3] += 0.002
    >>> bt.probability_of_overfitting(noise, blocks=8) < 0.05
    True
    """
    return compared_halves(returns, blocks).probability


def compared_halves(returns: Any, blocks: int) -> Halves:
    """The comparison behind ``probability_of_overfitting``; the ways to take half in lexicographic order."""
    table = _checked(returns, blocks)
    rows = len(table) // blocks
    cut = table[len(table) - rows * blocks :].reshape(blocks, rows, -1)
    sums, squares = cut.sum(axis=1), (cut * cut).sum(axis=1)
    count = rows * blocks // 2
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    taken = itertools.combinations(range(blocks), blocks // 2)
    for _ in range(0, comb(blocks, blocks // 2), step := max(1, AT_ONCE // table.shape[1])):
        picked = list(itertools.islice(taken, step))
        inside = np.zeros((len(picked), blocks))
        np.put_along_axis(inside, np.array(picked), 1.0, axis=1)
        here = _ratios(inside @ sums, inside @ squares, count)
        there = _ratios((1.0 - inside) @ sums, (1.0 - inside) @ squares, count)
        found.append(_ranked(here, there))
    logits, chosen, other = (np.concatenate(part) for part in zip(*found, strict=True))
    return Halves(logits, chosen, other)


def _ratios(sums: np.ndarray, squares: np.ndarray, count: int) -> np.ndarray:
    """Sharpe ratios from sums and sums of squares of `count` returns each; 0 where they do not vary.

    Sums of squares lose the digits that mean and deviation share, so a ratio beyond 2^20 counts as none.
    """
    mean = sums / count
    variance = (squares - sums * mean) / (count - 1)
    varies = variance > ROUNDING * squares / count
    ratios: np.ndarray = np.where(varies, mean / np.sqrt(np.where(varies, variance, 1.0)), 0.0)
    return ratios


def _ranked(here: np.ndarray, there: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    best = here.argmax(axis=1)[:, None]
    other = np.take_along_axis(there, best, axis=1)
    worse, equal = (there < other).sum(axis=1), (there == other).sum(axis=1)
    rank = worse + (equal + 1) / 2.0
    logits = np.log(rank / (here.shape[1] + 1 - rank))
    return logits, np.take_along_axis(here, best, axis=1)[:, 0], other[:, 0]


def _checked(returns: Any, blocks: int) -> np.ndarray:
    table = np.asarray(returns, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] < 2:
        raise ParameterError(f"returns is a table [periods, trials] of at least 2 trials, got shape {table.shape}")
    if isinstance(blocks, bool) or not isinstance(blocks, int) or blocks % 2 or not 2 <= blocks <= MOST_BLOCKS:
        raise ParameterError(f"blocks is an even whole number from 2 to {MOST_BLOCKS}, got {blocks!r}")
    if len(table) // blocks * blocks // 2 < 2:
        raise ParameterError(f"{blocks} blocks need at least {max(blocks, 4)} periods, got {len(table)}")
    if not np.isfinite(table).all():
        row, trial = np.argwhere(~np.isfinite(table))[0]
        raise ParameterError(f"returns holds {table[row, trial]} in period {row} of trial {trial}")
    return table
