"""Probabilistic and deflated Sharpe ratios: the papers' worked examples, SciPy's moments, simulation."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

import btcore as bt
from btcore.metrics.sharpe import sharpe_probability, sharpe_ratios


def test_the_example_of_the_paper_on_the_deflated_sharpe_ratio() -> None:
    """2.5 a year over 5 years of 250 days, 100 trials with a variance of 1/2 a year, skewness -3, kurtosis 10.

    The paper gives 0.1132 a day for the maximum and 0.9004; with 46 trials it gives 0.9505.
    """
    sharpe, variance = 2.5 / math.sqrt(250), 0.5 / 250
    benchmark = bt.expected_maximum_sharpe(variance, 100)
    assert benchmark == pytest.approx(0.1132, abs=5e-5)
    assert sharpe_probability(sharpe, benchmark, 1_250, -3.0, 10.0) == pytest.approx(0.9004, abs=5e-5)
    benchmark = bt.expected_maximum_sharpe(variance, 46)
    assert sharpe_probability(sharpe, benchmark, 1_250, -3.0, 10.0) == pytest.approx(0.9505, abs=5e-5)


def test_the_example_of_the_paper_on_the_probabilistic_sharpe_ratio() -> None:
    """24 months with 0.458: 0.982 if they were normal, 0.913 with a skewness of -2.448 and a kurtosis of 10.164."""
    assert sharpe_probability(0.458, 0.0, 24, 0.0, 3.0) == pytest.approx(0.982, abs=5e-4)
    assert sharpe_probability(0.458, 0.0, 24, -2.448, 10.164) == pytest.approx(0.913, abs=5e-4)


@pytest.mark.parametrize("seed", range(5))
def test_against_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    returns = rng.standard_t(5, 300) * 0.01 + 0.001
    sharpe = returns.mean() / returns.std(ddof=1)
    skewness, kurtosis = stats.skew(returns), stats.kurtosis(returns, fisher=False)
    error = math.sqrt((1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe**2) / (len(returns) - 1))
    assert bt.probabilistic_sharpe(returns, 0.05) == pytest.approx(stats.norm.cdf((sharpe - 0.05) / error), rel=1e-10)

    trials = rng.normal(0.0, 0.04, 30)
    g = np.euler_gamma
    quantiles = stats.norm.ppf([1 - 1 / 30, 1 - 1 / (30 * math.e)])
    benchmark = np.std(trials, ddof=1) * ((1 - g) * quantiles[0] + g * quantiles[1])
    expected = stats.norm.cdf((sharpe - benchmark) / error)
    assert bt.deflated_sharpe(returns, trials) == pytest.approx(expected, rel=1e-10)
    assert bt.deflated_sharpe(returns, [*trials, math.nan]) == bt.deflated_sharpe(returns, trials)


def test_the_expected_maximum_is_about_that_of_normal_numbers() -> None:
    """Exact means of the largest of N normal numbers (E. L. Lehmann's tables and others)."""
    for trials, exact in ((5, 1.16296), (10, 1.53875), (100, 2.50759), (1_000, 3.24144)):
        assert bt.expected_maximum_sharpe(1.0, trials) == pytest.approx(exact, rel=0.03)
    largest = np.random.default_rng(1).normal(size=(20_000, 40)).max(axis=1).mean()
    assert bt.expected_maximum_sharpe(0.25, 40) == pytest.approx(largest / 2, rel=0.02)
    assert [bt.expected_maximum_sharpe(1.0, trials) for trials in (1, 1.0, 1.05)] == [0.0, 0.0, 0.0]


def test_luck_is_deflated() -> None:
    """The best of 50 strategies without merit: above 0.95 by its own in most draws, deflated in few."""
    rng, alone, deflated = np.random.default_rng(3), [], []
    for _ in range(100):
        returns = rng.normal(0.0, 0.01, (500, 50))
        ratios = sharpe_ratios(returns)
        best = returns[:, ratios.argmax()]
        alone.append(bt.probabilistic_sharpe(best) > 0.95)
        deflated.append(bt.deflated_sharpe(best, ratios) > 0.95)
    assert sum(alone) > 90
    assert sum(deflated) < 10


def test_one_trial_is_not_deflated() -> None:
    returns = np.random.default_rng(0).normal(0.001, 0.01, 100)
    assert bt.deflated_sharpe(returns, [0.1]) == bt.probabilistic_sharpe(returns)
    assert bt.deflated_sharpe(returns, [0.1, 0.2, -0.1], trials=1) == bt.probabilistic_sharpe(returns)
    assert bt.deflated_sharpe(returns, [0.1, 0.2, -0.1], trials=50) < bt.deflated_sharpe(returns, [0.1, 0.2, -0.1])


def test_returns_that_do_not_vary_have_no_ratio() -> None:
    assert math.isnan(bt.probabilistic_sharpe([0.0] * 5))
    assert math.isnan(bt.probabilistic_sharpe([0.01] * 5))
    assert math.isnan(bt.deflated_sharpe([0.0] * 5, [0.1, 0.2]))
    table = np.array([[0.0, 0.01, 0.01], [0.0, 0.01, 0.03], [0.0, 0.01, 0.02]])
    assert sharpe_ratios(table) == pytest.approx([math.nan, math.nan, 2.0], nan_ok=True)
    assert math.isnan(sharpe_probability(1.0, 0.0, 4, 2.0, 5.0))  # 1 - 2 + 1 = 0: two values, one of them rare


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bt.probabilistic_sharpe([0.1, 0.2]), "one column of at least 3 numbers, got shape"),
        (lambda: bt.probabilistic_sharpe(np.zeros((4, 2))), r"got shape \(4, 2\)"),
        (lambda: bt.probabilistic_sharpe([0.1, math.nan, 0.2]), "returns holds nan at 1"),
        (lambda: bt.probabilistic_sharpe([0.1, 0.0, 0.2], math.inf), "benchmark is a finite"),
        (lambda: bt.deflated_sharpe([0.1, 0.0, 0.2], []), "trial_sharpes is a list"),
        (lambda: bt.deflated_sharpe([0.1, 0.0, 0.2], [math.nan]), "trial_sharpes is a list"),
        (lambda: bt.deflated_sharpe([0.1, 0.0, 0.2], [math.inf, 0.1]), "trial_sharpes is a list"),
        (lambda: bt.deflated_sharpe([0.1, 0.0, 0.2], [0.1, 0.2], trials=0.5), "trials is a number >= 1"),
        (lambda: bt.expected_maximum_sharpe(-1.0, 5), "variance is a finite number >= 0"),
        (lambda: bt.expected_maximum_sharpe(1.0, math.nan), "trials is a number >= 1"),
        (lambda: bt.expected_maximum_sharpe(1.0, True), "trials is a number >= 1"),
    ],
)
def test_what_is_refused(call: Callable[[], float], message: str) -> None:
    with pytest.raises(bt.ParameterError, match=message):
        call()
