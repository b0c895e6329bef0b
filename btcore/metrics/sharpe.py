"""How much of a Sharpe ratio is left once its own error and the number of tries are accounted for."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np

from btcore.errors import ParameterError
from btcore.metrics.returns import ROUNDING

__all__ = ["deflated_sharpe", "expected_maximum_sharpe", "probabilistic_sharpe", "sharpe_probability", "sharpe_ratios"]

EULER_MASCHERONI = 0.5772156649015329
LEAST_RETURNS = 3
_NORMAL = NormalDist()


def probabilistic_sharpe(returns: Any, benchmark: float = 0.0) -> float:
    """The probability that the true Sharpe ratio exceeds `benchmark`, given returns that need not be normal.

    With the ratio ``s = mean / standard deviation`` (ddof 1, per period, not annual), the skewness g3 and the kurtosis
    g4 (3 for a normal distribution; both of the sample, without corrections) of T returns::

        Phi((s - benchmark) * sqrt(T - 1) / sqrt(1 - g3 * s + (g4 - 1) / 4 * s^2))

    It takes returns for independent of each other and says nothing about how many strategies were tried.

    Parameters
    ----------
    returns : array of float [T]
        Simple returns per period, such as daily ones; at least 3.
    benchmark : float
        A Sharpe ratio per period of the same length: an annual one divided by ``sqrt(252)`` for daily returns.

    Returns
    -------
    float
        In [0, 1]; NaN where all returns are equal (as for ``stats["sharpe"]``).

    Raises
    ------
    ParameterError
        If `returns` is not one column of at least 3 finite numbers, or `benchmark` is not finite.

    Source: D. H. Bailey and M. Lopez de Prado, The Sharpe Ratio Efficient Frontier, Journal of Risk 15(2), 2012.

    Examples
    --------
    >>> import btcore as bt
    >>> round(bt.probabilistic_sharpe([0.02, -0.01, 0.03, 0.01, -0.02, 0.02]), 3)
    0.806
    """
    column = _column("returns", returns, LEAST_RETURNS)
    if not math.isfinite(benchmark):
        raise ParameterError(f"benchmark is a finite Sharpe ratio per period, got {benchmark!r}")
    sharpe = float(sharpe_ratios(column[:, None])[0])
    if math.isnan(sharpe):
        return math.nan
    off = column - column.mean()
    variance = float(np.mean(off**2))
    skewness, kurtosis = float(np.mean(off**3)) / variance**1.5, float(np.mean(off**4)) / variance**2
    return sharpe_probability(sharpe, benchmark, len(column), skewness, kurtosis)


def sharpe_probability(sharpe: float, benchmark: float, count: int, skewness: float, kurtosis: float) -> float:
    """The formula of ``probabilistic_sharpe`` with its ingredients given.

    The paper's fund, 24 months with a ratio of 0.458, a skewness of -2.448 and a kurtosis of 10.164:

    >>> round(sharpe_probability(0.458, 0.0, 24, -2.448, 10.164), 3)
    0.913
    """
    squared_error = 1.0 - skewness * sharpe + (kurtosis - 1.0) / 4.0 * sharpe * sharpe
    if squared_error <= 0.0:  # reached only by samples of two values
        return math.nan
    return _NORMAL.cdf((sharpe - benchmark) * math.sqrt(count - 1) / math.sqrt(squared_error))


def expected_maximum_sharpe(variance: float, trials: float) -> float:
    """The highest Sharpe ratio to expect of `trials` independent strategies whose true ratio is 0.

    ``sqrt(variance) * ((1 - g) * Z(1 - 1 / trials) + g * Z(1 - 1 / (trials * e)))`` with Euler and Mascheroni's
    constant g and the normal quantile Z: what extreme value theory gives for many trials. Against the exact mean of the
    largest of normal numbers it is 8 % too low for 2 trials, 3 % too high for 5, 1 % too high for 100. One trial has no
    maximum to speak of: 0.

    Parameters
    ----------
    variance : float
        Of the trials' Sharpe ratios, >= 0.
    trials : float
        How many independent ones, >= 1; need not be whole.

    Returns
    -------
    float
        In the unit of the ratios that the variance is of; never below 0.

    Raises
    ------
    ParameterError
        If an argument lies outside its range.

    Source: D. H. Bailey and M. Lopez de Prado, The Deflated Sharpe Ratio, Journal of Portfolio Management 40(5), 2014.

    Examples
    --------
    The paper's: 100 trials whose annual ratios have a variance of 1/2, per day of a year of 250.

    >>> import btcore as bt
    >>> round(bt.expected_maximum_sharpe(0.5 / 250, 100), 4)
    0.1132
    """
    if not (math.isfinite(variance) and variance >= 0.0):
        raise ParameterError(f"variance is a finite number >= 0, got {variance!r}")
    if isinstance(trials, bool) or not (math.isfinite(trials) and trials >= 1.0):
        raise ParameterError(f"trials is a number >= 1, got {trials!r}")
    if trials == 1.0:
        return 0.0
    largest = (1.0 - EULER_MASCHERONI) * _NORMAL.inv_cdf(1.0 - 1.0 / trials)
    largest += EULER_MASCHERONI * _NORMAL.inv_cdf(1.0 - 1.0 / (trials * math.e))
    return math.sqrt(variance) * max(largest, 0.0)


def deflated_sharpe(returns: Any, trial_sharpes: Any, *, trials: float | None = None) -> float:
    """The probability that the true Sharpe ratio exceeds what the best of so many tries would reach by luck alone.

    ``probabilistic_sharpe`` of `returns` with ``expected_maximum_sharpe`` of the trials as its benchmark. Near 1: luck
    hardly explains the best trial; 0.5: it is what luck would give.

    Parameters
    ----------
    returns : array of float [T]
        Of the strategy that was chosen, per period; at least 3.
    trial_sharpes : array of float [N]
        Sharpe ratios of everything that was tried, the chosen one included, per period of the same length as the
        returns: annual ratios divided by ``sqrt(252)`` for daily returns. NaN (a trial that never traded cannot be the
        best) is left out and not counted.
    trials : float, optional
        How many independent trials they amount to. None: all of them, which is too many where trials resemble each
        other, as neighbours in a grid do; the maximum is then expected too high and the figure errs to the safe side.
        But the variance is measured among those tried, and trials that resemble each other have a small one.

    Returns
    -------
    float
        In [0, 1]; NaN where all returns are equal.

    Raises
    ------
    ParameterError
        If `returns` is not one column of at least 3 finite numbers, or `trial_sharpes` holds no number or an infinite
        one.

    Source: D. H. Bailey and M. Lopez de Prado, The Deflated Sharpe Ratio, Journal of Portfolio Management 40(5), 2014.

    Examples
    --------
    >>> import btcore as bt
    >>> returns = [0.02, -0.01, 0.03, 0.01, -0.02, 0.02]
    >>> round(bt.deflated_sharpe(returns, [0.41, 0.1, -0.2, 0.05]), 3)
    0.631
    """
    tried = np.asarray(trial_sharpes, dtype=np.float64).ravel()
    tried = tried[~np.isnan(tried)]
    if not len(tried) or not np.isfinite(tried).all():
        raise ParameterError(f"trial_sharpes is a list of Sharpe ratios, NaN allowed, got {trial_sharpes!r}")
    variance = float(tried.var(ddof=1)) if len(tried) > 1 else 0.0
    benchmark = expected_maximum_sharpe(variance, len(tried) if trials is None else trials)
    return probabilistic_sharpe(returns, benchmark)


def sharpe_ratios(returns: np.ndarray) -> np.ndarray:
    """mean / standard deviation (ddof 1) of each column of `returns` [T, N], per period; NaN where all are equal.

    Equal as in ``metrics.returns``: no further apart than rounding takes them.
    """
    low, high = returns.min(axis=0), returns.max(axis=0)
    varies = high - low > ROUNDING * (1.0 + np.maximum(-low, high))
    deviation = np.where(varies, returns.std(axis=0, ddof=1), np.nan)
    ratios: np.ndarray = returns.mean(axis=0) / deviation
    return ratios


def _column(name: str, values: Any, least: int) -> np.ndarray:
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1 or len(column) < least:
        raise ParameterError(f"{name} is one column of at least {least} numbers, got shape {column.shape}")
    if not np.isfinite(column).all():
        where = int(np.flatnonzero(~np.isfinite(column))[0])
        raise ParameterError(f"{name} holds {column[where]} at {where}: take it out, or say what it was")
    return column
