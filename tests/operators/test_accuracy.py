"""Rolling aggregates against exact values on series that are hard for floating point."""

from __future__ import annotations

import numpy as np
import pytest
from operators.cases import SPREADS, assert_close, number, one_case, twin
from operators.exact import (
    exact_correlations,
    exact_covariances,
    exact_lines,
    exact_means,
    exact_shapes,
    exact_variances,
)

from btcore._core.types import BLOCK
from btcore.expr import array
from btcore.program import evaluate

LENGTH = 2 * BLOCK + 700
# below 6 values one by one, from 6 on in sub-blocks, from 301 on in groups of them, longer ones from 601 on
WINDOWS = (1, 2, 3, 6, 11, 12, 20, 100, 300, 301, 600, 601, 1000)


def walk(length: int = LENGTH, seed: int = 1) -> np.ndarray:
    """Prices near a million that move by ticks of 1e-5."""
    steps = np.random.default_rng(seed).integers(-30, 31, size=length)
    return 1e6 + steps.cumsum() * 1e-5


def flat_stretches() -> np.ndarray:
    """The walk, standing still for 150 candles now and then."""
    prices = walk()
    for start in range(200, LENGTH, 700):
        prices[start : start + 150] = prices[start]
    return prices


def spikes(size: float) -> np.ndarray:
    """The walk with a few prices that are far off, some of them side by side or at the ends of blocks."""
    prices = walk()
    prices[[250, 999, 1000, 1299, 1300, 2047, 2048, 3001]] *= size
    return prices


def level_shift() -> np.ndarray:
    """The walk that jumps to a tenth and stays there."""
    prices = walk()
    prices[1234:] /= 10.0
    return prices


HARD = {
    "clean": walk(),
    "flat": flat_stretches(),
    "spike up": spikes(1e3),
    "spike far up": spikes(1e9),
    "spike down": spikes(1e-6),
    "shift": level_shift(),
    "trend": 1e6 + np.arange(LENGTH) * 1e-5,
    "two ticks": 1e6 + np.random.default_rng(4).integers(0, 2, size=LENGTH) * 1e-5,
    "one tick once": 1e6 + (np.arange(LENGTH) % 450 == 0) * 1e-5,
}


VOLUME = np.random.default_rng(9).lognormal(4.0, 1.5, size=LENGTH)


def rolling(op: str, x: np.ndarray, window: int, *extra: int) -> np.ndarray:
    """Values of a rolling operator of one series."""
    return evaluate(number(op, array(x), params=(window, window, *extra)))[0]


def deviations(x: np.ndarray, window: int) -> np.ndarray:
    """Standard deviations, divided by the count."""
    return np.sqrt(exact_variances(x, window, 0))


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("series", HARD)
def test_mean_and_sum(series: str, window: int) -> None:
    x = HARD[series]
    expected = exact_means(x, window)
    assert_close(rolling("rolling_mean", x, window), expected, 1e-14)
    assert_close(rolling("rolling_sum", x, window), expected * window, 1e-14)


@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("window", WINDOWS[1:])
@pytest.mark.parametrize("series", HARD)
def test_variance_and_deviation(series: str, window: int, ddof: int) -> None:
    x = HARD[series]
    expected = exact_variances(x, window, ddof)
    assert_close(rolling("rolling_var", x, window, ddof), expected, 1e-12)
    assert_close(rolling("rolling_std", x, window, ddof), np.sqrt(expected), 1e-12)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("series", HARD)
def test_skewness_and_kurtosis(series: str, window: int) -> None:
    x = HARD[series]
    skew, kurt = exact_shapes(x, window)
    assert_close(rolling("rolling_skew", x, window), skew, 1e-12, scale=np.maximum(np.abs(skew), 1.0))
    assert_close(rolling("rolling_kurt", x, window), kurt, 1e-12, scale=np.maximum(np.abs(kurt), 1.0))


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("series", HARD)
def test_weighted_mean_and_slope(series: str, window: int) -> None:
    x = HARD[series]
    weighted, slope = exact_lines(x, window)
    assert_close(rolling("rolling_wma", x, window), weighted, 1e-14)
    assert_close(rolling("rolling_slope", x, window), slope, 1e-12, scale=deviations(x, window) / window)


@pytest.mark.parametrize("window", WINDOWS[1:])
@pytest.mark.parametrize("series", HARD)
def test_covariance_and_correlation(series: str, window: int) -> None:
    x = HARD[series]
    covariance, scale = exact_covariances(x, VOLUME, window, 1), deviations(x, window) * deviations(VOLUME, window)
    assert_close(evaluate(one_case("rolling_cov", x, VOLUME, window))[0], covariance, 1e-12, scale=scale)
    correlation = evaluate(one_case("rolling_corr", x, VOLUME, window))[0]
    assert_close(correlation, exact_correlations(x, VOLUME, window), 1e-12, scale=np.ones(LENGTH))


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("series", HARD)
def test_a_series_is_wholly_correlated_with_itself(series: str, window: int) -> None:
    x = HARD[series]
    values = evaluate(one_case("rolling_corr", x, x, window))[0]
    still = rolling("rolling_var", x, window, 0) == 0.0
    np.testing.assert_array_equal(np.isnan(values[window - 1 :]), still[window - 1 :])
    told = values[~np.isnan(values)]
    assert (told <= 1.0).all()
    assert (told >= 1.0 - 1e-12).all()
    assert (np.nan_to_num(evaluate(one_case("rolling_corr", x, -x, window))[0], nan=-1.0) >= -1.0).all()


def test_ten_thousand_values() -> None:
    x = walk(21_000, seed=3)
    x[9000:9400] = x[9000]
    x[15_000] *= 1e9
    window, y = 10_000, np.random.default_rng(10).normal(size=len(x))
    mean, variance = exact_means(x, window), exact_variances(x, window, 1)
    skew, kurt = exact_shapes(x, window)
    weighted, slope = exact_lines(x, window)
    size, unit = np.sqrt(exact_variances(x, window, 0)), np.ones(len(x))
    assert_close(rolling("rolling_mean", x, window), mean, 1e-14)
    assert_close(rolling("rolling_sum", x, window), mean * window, 1e-14)
    assert_close(rolling("rolling_wma", x, window), weighted, 1e-14)
    assert_close(rolling("rolling_var", x, window, 1), variance, 1e-12)
    assert_close(rolling("rolling_skew", x, window), skew, 1e-12, scale=np.maximum(np.abs(skew), 1.0))
    assert_close(rolling("rolling_kurt", x, window), kurt, 1e-12, scale=np.maximum(np.abs(kurt), 1.0))
    assert_close(rolling("rolling_slope", x, window), slope, 1e-12, scale=size / window)
    covariance = exact_covariances(x, y, window, 1)
    assert_close(evaluate(one_case("rolling_cov", x, y, window))[0], covariance, 1e-12, scale=size)
    assert_close(
        evaluate(one_case("rolling_corr", x, y, window))[0], exact_correlations(x, y, window), 1e-12, scale=unit
    )


@pytest.mark.parametrize("window", [100, 601, 5000])
@pytest.mark.parametrize("price", [0.1, 1e6 + 1e-5, 1e-300, 1e300, -7.3, 0.0])
def test_a_constant_window_has_its_value_as_mean_and_no_shape(price: float, window: int) -> None:
    x = np.full(LENGTH, price)
    for op in ("rolling_mean", "rolling_wma"):
        assert (evaluate(one_case(op, x, x, window, 1))[0] == price).all()
    for op in ("rolling_skew", "rolling_kurt", "rolling_corr"):
        assert np.isnan(evaluate(one_case(op, x, x, window, 1))[0]).all()
    assert (evaluate(one_case("rolling_slope", x, x, window, 2))[0][1:] == 0.0).all()
    assert (evaluate(one_case("rolling_cov", x, walk(), window, 2))[0][1:] == 0.0).all()


@pytest.mark.parametrize("price", [0.1, 1e6 + 1e-5, 1e-300, 1e300, -7.3, 0.0])
@pytest.mark.parametrize("window", [1, 2, 3, 7, 100, 5000])
def test_a_constant_window_has_no_spread_at_all(price: float, window: int) -> None:
    x = np.full(LENGTH, price)
    for op in ("rolling_var", "rolling_std"):
        assert (evaluate(number(op, array(x), params=(window, 1, 0)))[0] == 0.0).all()


@pytest.mark.parametrize("series", HARD)
def test_spread_is_zero_exactly_where_the_window_is_constant(series: str) -> None:
    x, window = HARD[series], 100
    still = np.array([np.ptp(x[t - window + 1 : t + 1]) == 0.0 for t in range(window - 1, LENGTH)])
    for op in ("rolling_var", "rolling_std"):
        values = rolling(op, x, window, 1)[window - 1 :]
        np.testing.assert_array_equal(values == 0.0, still)


@pytest.mark.parametrize("op", ["rolling_sum", "rolling_mean", "rolling_wma", *sorted(SPREADS)])
def test_min_periods_are_exact_too(op: str) -> None:
    x, early = walk(300), 40
    found, expected = (f(one_case(op, x, x, 100, 2)) for f in (lambda e: evaluate(e)[0], lambda e: twin(e, 300)))
    assert_close(found[:early], expected[:early], 1e-14 if op not in SPREADS else 1e-12)


@pytest.mark.parametrize("anchor", [1e3, 1e9])
@pytest.mark.parametrize("window", [100, 1000])
def test_a_far_value_at_any_place(window: int, anchor: float) -> None:
    """The anchor is one of three values of the core, or their mean: the worst place for a far one."""
    for where in range(window, 2 * window, window // 20 - 1):
        x = walk(4 * window)
        x[where] *= anchor
        assert_close(rolling("rolling_var", x, window, 1), exact_variances(x, window, 1), 1e-12)


@pytest.mark.parametrize("window", [2, 3, 20, 101])
@pytest.mark.parametrize("series", HARD)
def test_mean_deviation(series: str, window: int) -> None:
    """The twin is exact."""
    x = HARD[series][: BLOCK // 2]
    expr = number("rolling_mad", array(x), params=(window, window))
    assert_close(evaluate(expr)[0], twin(expr, len(x)), 1e-12)


@pytest.mark.parametrize("price", [0.1, 1e6 + 1e-5, 1e-300, 1e300, -7.3, 0.0])
@pytest.mark.parametrize("window", [1, 3, 100])
def test_a_constant_window_has_no_mean_deviation(price: float, window: int) -> None:
    x = array(np.full(500, price))
    assert (evaluate(number("rolling_mad", x, params=(window, 1)))[0] == 0.0).all()
    # nor does a constant move the exponential mean
    assert (evaluate(number("ewm_adjusted", x, params=(0.1,)))[0] == price).all()


@pytest.mark.parametrize("series", HARD)
def test_sums_along_the_path(series: str) -> None:
    """As if added exactly and rounded once or twice, however long."""
    x = HARD[series]
    signs = np.where(np.arange(len(x)) % 3 == 0, -2.0, 1.0)
    for expr in (number("cumulative_sum", array(x * signs)), number("obv", array(signs), array(x))):
        assert_close(evaluate(expr)[0], twin(expr, len(x)), 4e-16)


def test_a_sum_along_the_path_beyond_the_largest_float() -> None:
    x = array([1.0, 1.7e308, 1.7e308, 1.0, 5.0, 6.0])
    assert evaluate(number("cumulative_sum", x))[0].tolist() == [1.0, 1.7e308, *[np.inf] * 4]
    starts = array([False, False, False, False, True, False])
    assert evaluate(number("cumulative_sum_since", x, starts))[0].tolist()[3:] == [np.inf, 5.0, 11.0]
