"""The simulations of an experiment as trials of which the best was chosen: what that choice is worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from btcore.batch.daily import daily_equity, simple_returns
from btcore.batch.executors.choice import cores
from btcore.batch.simulations import Simulation
from btcore.errors import DataError, ParameterError
from btcore.metrics.overfitting import Halves, compared_halves
from btcore.metrics.returns import PERIODS_PER_YEAR
from btcore.metrics.sharpe import deflated_sharpe, expected_maximum_sharpe, probabilistic_sharpe, sharpe_ratios

__all__ = ["Overfitting", "daily_returns", "overfitting_of"]


@dataclass(frozen=True, slots=True)
class Overfitting:
    """What ``Experiment.overfitting`` gives back.

    Parameters
    ----------
    best : Simulation
        The trial with the highest Sharpe ratio.
    trials : int
        Completed simulations with a Sharpe ratio; those that never traded have none.
    days : int
        Daily returns of each.
    sharpe : float
        That of the best, annual.
    expected_maximum : float
        The annual Sharpe ratio to expect of the best of so many independent trials without merit that differ as much
        as these do (``expected_maximum_sharpe``).
    probabilistic_sharpe : float
        The probability that the true ratio of the best is above 0, if nothing else had been tried.
    deflated_sharpe : float
        The probability that it is above `expected_maximum`. Neighbours in a grid are no independent trials: their
        number is too high, and the figure too low.
    correlation : float
        Mean correlation of the daily returns of any two trials.
    effective_trials : float
        Independent trials that correlated ones amount to: ``correlation + (1 - correlation) * trials``, a straight line
        between 1 for equal and all for unrelated trials, not below 1.
    deflated_sharpe_effective : float
        ``deflated_sharpe`` with that number. Where trials form groups that resemble each other and not the others, a
        mean correlation says little, and the truth lies anywhere between the two.
    probability : float
        ``probability_of_overfitting`` over all completed simulations, those without trades included.
    logits : array
        One for each way to take half of the blocks: of the rank that the trial chosen there has in the other half.
    probability_of_loss : float
        Share of those ways in which the chosen trial has a Sharpe ratio below 0 in the other half.

    Source: D. H. Bailey and M. Lopez de Prado, The Deflated Sharpe Ratio, Journal of Portfolio Management 40(5), 2014,
    with its appendix on correlated trials; D. H. Bailey, J. M. Borwein, M. Lopez de Prado and Q. J. Zhu, The
    Probability of Backtest Overfitting, Journal of Computational Finance 20(4), 2017.

    Examples
    --------
    >>> import btcore as bt
    >>> candles = bt.synthetic_candles(30_000)
    >>> def cross(fast, slow):
    ...     return bt.Strategy(bt.crosses_above(bt.ema(bt.close, fast), bt.ema(bt.close, slow)), max_bars=60)
    >>> grid = {"fast": [5, 10, 20], "slow": [40, 80]}
    >>> found = bt.sweep(cross, candles, grid, executor="serial", progress=False).overfitting(blocks=4)
    >>> found.trials, found.days, 1.0 < found.effective_trials < 6.0
    (6, 21, True)
    """

    best: Simulation
    trials: int
    days: int
    sharpe: float
    expected_maximum: float
    probabilistic_sharpe: float
    deflated_sharpe: float
    correlation: float
    effective_trials: float
    deflated_sharpe_effective: float
    probability: float
    logits: np.ndarray
    probability_of_loss: float

    def __repr__(self) -> str:
        return (
            f"Overfitting({self.trials:,} trials, about {self.effective_trials:,.1f} independent: Sharpe "
            f"{self.sharpe:.2f}, {self.expected_maximum:.2f} expected by luck, deflated Sharpe ratio "
            f"{self.deflated_sharpe:.3f} to {self.deflated_sharpe_effective:.3f}, probability of overfitting "
            f"{self.probability:.3f})"
        )


def overfitting_of(
    simulations: Sequence[Simulation], instrument: str | None, blocks: int, trials: float | None, workers: int | None
) -> Overfitting:
    """See ``Experiment.overfitting``."""
    chosen = _comparable(simulations, instrument)
    returns = daily_returns(chosen, workers)
    sharpes = sharpe_ratios(returns)
    tried = np.flatnonzero(np.isfinite(sharpes))
    if len(tried) < 2:
        raise ParameterError(f"overfitting compares trials: {len(tried)} of {len(chosen)} have a Sharpe ratio")
    best = int(tried[sharpes[tried].argmax()])
    correlation = _mean_correlation(returns[:, tried])
    effective = max(1.0, correlation + (1.0 - correlation) * len(tried))
    own, year = returns[:, best], math.sqrt(PERIODS_PER_YEAR)
    variance = float(sharpes[tried].var(ddof=1))
    halves: Halves = compared_halves(returns, blocks)
    return Overfitting(
        best=chosen[best],
        trials=len(tried),
        days=len(returns),
        sharpe=float(sharpes[best]) * year,
        expected_maximum=expected_maximum_sharpe(variance, len(tried) if trials is None else trials) * year,
        probabilistic_sharpe=probabilistic_sharpe(own),
        deflated_sharpe=deflated_sharpe(own, sharpes, trials=trials),
        correlation=correlation,
        effective_trials=effective,
        deflated_sharpe_effective=deflated_sharpe(own, sharpes, trials=effective),
        probability=halves.probability,
        logits=halves.logits,
        probability_of_loss=float(np.mean(halves.other < 0.0)),
    )


def _comparable(simulations: Sequence[Simulation], instrument: str | None) -> list[Simulation]:
    """The completed ones of an instrument, over one evaluation window."""
    completed = [s for s in simulations if s.result is not None]
    names = list(dict.fromkeys(s.instrument for s in completed))
    if instrument is None and len(names) > 1:
        raise ParameterError(f"overfitting is a figure of one instrument; give instrument=, one of {', '.join(names)}")
    chosen = [s for s in completed if instrument in (None, s.instrument)]
    if len(chosen) < 2:
        raise ParameterError(
            f"overfitting compares trials, but {len(chosen)} completed simulations are there to compare"
        )
    if not hasattr(chosen[0], "candles"):
        raise DataError("a ledger keeps no equity; run the batch again with its store to have it worked out")
    first = chosen[0]
    window = first.conditions.start, first.conditions.end
    if any((s.conditions.start, s.conditions.end) != window or s.candles != first.candles for s in chosen):
        raise ParameterError("overfitting compares trials over the same candles; here evaluation windows differ")
    return chosen


def daily_returns(simulations: Sequence[Simulation], workers: int | None = None) -> np.ndarray:
    """Simple returns by UTC day (rule T4) of completed simulations over one window, worked out anew.

    Returns
    -------
    float64 [days, simulations]
        The first is against the starting cash; 0 after a day that ended without equity.
    """

    def of(simulation: Simulation) -> np.ndarray:
        assert simulation.result is not None  # it has completed
        conditions = simulation.conditions
        window = conditions.start, conditions.end
        _, values = daily_equity(simulation.candles, *window, simulation.result.equity())
        return simple_returns(values, conditions.cash)

    first = of(simulations[0])
    table = np.empty((len(first), len(simulations)))
    table[:, 0] = first
    with ThreadPoolExecutor(max_workers=cores() if workers is None else workers) as pool:
        for number, column in enumerate(pool.map(of, simulations[1:]), 1):
            table[:, number] = column
    return table


def _mean_correlation(returns: np.ndarray) -> float:
    """Of any two different columns, none of which is constant: the sum of all correlations is the square of a sum."""
    count = returns.shape[1]
    off = returns - returns.mean(axis=0)
    unit = off / np.sqrt((off * off).sum(axis=0))
    whole = float((unit.sum(axis=1) ** 2).sum())
    return float((whole - count) / (count * (count - 1)))
