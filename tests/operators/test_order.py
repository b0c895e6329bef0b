"""Order statistics against NumPy, pandas and their twins: ties, extremes of size, windows of every length."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from operators.cases import assert_same_bits, assert_twin, number

import btcore as bt
from btcore._core.types import BLOCK, INTERPOLATIONS, RANK_METHODS, RANK_PERCENT
from btcore.expr import array
from btcore.program import evaluate

QUANTILES = (0.0, 0.01, 0.25, 0.37, 0.5, 0.9, 1.0)
# lengths around which bands and blocks of ranks change size
WINDOWS = (1, 2, 3, 10, 14, 15, 64, 100, 200, 201, 511, 512, 513, 801, 1000, 3001)
LARGE = 10_000
LENGTH = 3 * BLOCK + 77


def ticks(random: np.random.Generator, n: int) -> np.ndarray:
    """Prices in whole ticks."""
    return np.round(1.1 + np.rint(random.normal(0, 1.5, n)).cumsum() * 1e-5, 5)


def plateaus(random: np.random.Generator, n: int) -> np.ndarray:
    """Values that stay for a while, and return."""
    return np.repeat(random.integers(-50, 50, n), random.integers(1, 40, n))[:n].astype(float)


SERIES: dict[str, Any] = {
    "noise": lambda random, n: random.normal(size=n),
    "walk": lambda random, n: random.normal(size=n).cumsum(),
    "ticks": ticks,
    "rise": lambda random, n: np.arange(n) + random.normal(size=n),
    "fall": lambda random, n: -np.arange(n, dtype=float),
    "few": lambda random, n: random.integers(0, 5, n).astype(float),
    "two": lambda random, n: (random.random(n) < 0.3).astype(float),
    "plateaus": plateaus,
    "half equal": lambda random, n: np.where(random.random(n) < 0.5, 7.0, random.normal(7, 1, n)),
    "jumps": lambda random, n: np.arange(n) % 211 + 1e6 * (np.arange(n) // 700 % 2),
    "wave": lambda random, n: 100 * np.sin(np.arange(n) * 0.013),
    "all sizes": lambda random, n: np.exp(random.normal(0, 80, n)) * random.choice([-1.0, 1.0], n),
    "constant": lambda random, n: np.full(n, 0.1),
}
KINDS = tuple(SERIES)


def made(kind: str, n: int, seed: int = 3) -> np.ndarray:
    """A series of a kind."""
    return SERIES[kind](np.random.default_rng(seed), n)


def by_numpy(x: np.ndarray, window: int, function: Any, every: int = 1) -> np.ndarray:
    """`function` (with axis) of the full windows that end `every` candles apart."""
    windows = np.lib.stride_tricks.sliding_window_view(x, window)[::every]
    rows = max(1, 2_000_000 // window)
    return np.concatenate([function(windows[i : i + rows], axis=1) for i in range(0, len(windows), rows)])


def assert_numpy(x: np.ndarray, window: int, every: int = 1, quantiles: tuple[float, ...] = QUANTILES) -> None:
    """Medians and quantiles are those of NumPy, zeros without a sign."""
    found = bt.rolling_median(x, window)[window - 1 :: every]
    assert_same_bits(found, by_numpy(x, window, np.median, every) + 0.0)
    for k, q in enumerate(quantiles):
        method = ("linear", *INTERPOLATIONS)[k % 6]
        found = bt.rolling_quantile(x, window, q, interpolation=method)[window - 1 :: every]
        expected = by_numpy(x, window, lambda w, axis, q=q, m=method: np.quantile(w, q, axis=axis, method=m), every)
        assert_same_bits(found, expected + 0.0)


def assert_pandas(x: np.ndarray, window: int, method: str = "average") -> None:
    """Ranks are those of pandas."""
    rolling = pd.Series(x).rolling(window)
    for pct in (False, True):
        expected = rolling.rank(method=method, pct=pct).to_numpy()
        assert_same_bits(bt.rolling_rank(x, window, method=method, pct=pct), expected)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("kind", KINDS)
def test_windows_of_numpy_and_pandas(kind: str, window: int) -> None:
    x = made(kind, LENGTH)
    assert_numpy(x, window, every=1 if window <= 100 else 7, quantiles=QUANTILES[window % 3 :: 3])
    assert_pandas(x, window, method=tuple(RANK_METHODS)[window % 3])


@pytest.mark.parametrize("kind", KINDS)
def test_ten_thousand_values(kind: str) -> None:
    x = made(kind, 3 * LARGE)
    assert_numpy(x, LARGE, every=997, quantiles=(0.01, 0.9))
    assert_pandas(x, LARGE)


@pytest.mark.parametrize("window", [2, 10, 65])
@pytest.mark.parametrize("kind", ["noise", "ticks", "few"])
def test_every_interpolation_of_numpy(kind: str, window: int) -> None:
    x = made(kind, 500)
    for method in INTERPOLATIONS:
        for q in (*QUANTILES, 0.125, 1 / 3, 0.999):
            found = bt.rolling_quantile(x, window, q, interpolation=method)[window - 1 :]
            expected = by_numpy(x, window, lambda w, axis, q=q, m=method: np.quantile(w, q, axis=axis, method=m))
            assert_same_bits(found, expected + 0.0)


@pytest.mark.parametrize("kind", KINDS)
def test_windows_that_fill_up(kind: str) -> None:
    """min_periods: each head of the series is a window of its own."""
    x = made(kind, 700)
    series = pd.Series(x)
    for window, least in ((50, 1), (600, 1), (600, 37)):
        heads = range(least, window)
        for q in (0.1, 0.5, 1.0):
            expected = np.array([np.quantile(x[:n], q) for n in heads])
            assert_same_bits(bt.rolling_quantile(x, window, q, least)[least - 1 : window - 1], expected + 0.0)
        assert_same_bits(
            bt.rolling_median(x, window, least)[least - 1 : window - 1], np.array([np.median(x[:n]) for n in heads])
        )
        expected = series.rolling(window, min_periods=least).rank().to_numpy()
        assert_same_bits(bt.rolling_rank(x, window, least), expected)


def random_series(random: np.random.Generator, n: int) -> np.ndarray:
    """Pieces of different kinds, scales and lengths, one after the other."""
    pieces: list[np.ndarray] = []
    while sum(map(len, pieces)) < n:
        piece = SERIES[random.choice(KINDS)](random, int(random.integers(1, 900)))
        scale = random.choice([1.0, -1.0, 1e-3, 0.0])
        pieces.append(random.choice([0.0, 7.0, 1e3]) + scale * piece)
    return np.concatenate(pieces)[:n]


@pytest.mark.parametrize("seed", range(60))
def test_random_series(seed: int) -> None:
    random = np.random.default_rng(seed)
    x = random_series(random, 3000)
    window = int(random.choice([2, 3, 7, 15, 20, 33, 64, 100, 150, 300, 513, 600, 900]))
    assert_numpy(x, window, every=3, quantiles=(float(random.random()), float(random.choice(QUANTILES))))
    assert_pandas(x, window, method=str(random.choice(list(RANK_METHODS))))


@pytest.mark.parametrize("window", [15, 100, 600])
def test_gaps_leave_no_trace(window: int) -> None:
    """Windows without a gap are those of the series without gaps, the others are NaN."""
    x = made("ticks", 6000)
    gaps = x.copy()
    gaps[[0, 1, 700, 701, 2047, 2048, 4500]] = [np.nan, np.inf, -np.inf, np.nan, np.nan, np.inf, np.nan]
    held = pd.Series(~np.isfinite(gaps)).rolling(window, min_periods=1).max().to_numpy() > 0
    assert held.sum() > 4 * window
    for function in (bt.rolling_median, lambda s, w: bt.rolling_quantile(s, w, 0.3), bt.rolling_rank):
        assert_same_bits(function(gaps, window), np.where(held, np.nan, function(x, window)))


HUGE = [1.7e308, -1.7e308, 1e308, -1e308, 5e-324, -5e-324, 0.0, -0.0]
ANY = st.one_of(
    st.sampled_from([*HUGE, 1.0, 2.0, 2.0, np.nan, np.inf, -np.inf]), st.integers(-3, 3).map(float), st.floats()
)
SIZES = st.integers(1, 40).flatmap(lambda window: st.tuples(st.just(window), st.integers(1, window)))


@settings(max_examples=300)
@given(
    values=st.lists(ANY, min_size=1, max_size=90),
    size=SIZES,
    q=st.one_of(st.sampled_from(QUANTILES), st.floats(0, 1)),
    code=st.sampled_from([*INTERPOLATIONS.values()]),
)
def test_any_quantile(values: list[float], size: tuple[int, int], q: float, code: int) -> None:
    assert_twin("rolling_quantile", number("rolling_quantile", array(values), params=(*size, code, q)), len(values))
    assert_twin("rolling_median", number("rolling_median", array(values), params=size), len(values))


@settings(max_examples=200)
@given(
    values=st.lists(ANY, min_size=1, max_size=90),
    size=SIZES,
    code=st.sampled_from([*RANK_METHODS.values()]),
    pct=st.booleans(),
)
def test_any_rank(values: list[float], size: tuple[int, int], code: int, pct: bool) -> None:
    option = code + RANK_PERCENT * pct
    assert_twin("rolling_rank", number("rolling_rank", array(values), params=(*size, option)), len(values))


@settings(max_examples=40)
@given(
    pieces=st.lists(st.tuples(ANY, st.integers(1, 400)), min_size=1, max_size=12),
    window=st.sampled_from([30, 513, 700]),
    q=st.sampled_from(QUANTILES),
)
def test_any_plateaus(pieces: list[tuple[float, int]], window: int, q: float) -> None:
    """Runs of equal values longer and shorter than the window, so that ties stand on both sides of the band."""
    x = np.concatenate([np.full(times, value) for value, times in pieces])
    for op, params in (("rolling_quantile", (0, q)), ("rolling_median", ()), ("rolling_rank", (0,))):
        assert_twin(op, number(op, array(x), params=(window, window, *params)), len(x))


def test_zeros_have_no_sign() -> None:
    zeros = np.array([-0.0, 0.0, -0.0, -0.0])
    for window in (1, 2, 3):
        for found in (bt.rolling_median(zeros, window), bt.rolling_quantile(zeros, window, 0.3)):
            assert not np.signbit(found[window - 1 :]).any()
    assert bt.rolling_rank(zeros, 2).tolist()[1:] == [1.5, 1.5, 1.5]


def test_values_too_far_apart_to_be_added_or_subtracted() -> None:
    x = np.array([1.7e308, 1.6e308, -1.7e308])
    # (1.7 + 1.6) / 2 and (1.6 - 1.7) / 2; a quarter of the way from -1.7 to 1.6 is -1.7 * 0.75 + 1.6 * 0.25
    np.testing.assert_allclose(bt.rolling_median(x, 2)[1:], [1.65e308, -0.05e308], rtol=1e-15)
    np.testing.assert_allclose(bt.rolling_quantile(x, 2, 0.25)[2], -0.875e308, rtol=1e-15)


@pytest.mark.parametrize("length", [1, 2, 3, 5])
def test_an_option_is_no_window(length: int) -> None:
    """Windows are cut to the candles that there are; an option keeps its value on the shortest series."""
    x = np.array([4.0, 1.0, 1.0, 2.0, 5.0])[:length]
    for code in INTERPOLATIONS.values():
        assert_twin("rolling_quantile", number("rolling_quantile", array(x), params=(9, 1, code, 0.3)), length)
    for code in RANK_METHODS.values():
        for option in (code, code + RANK_PERCENT):
            assert_twin("rolling_rank", number("rolling_rank", array(x), params=(9, 1, option)), length)


def test_the_same_with_others_and_alone() -> None:
    x = array(made("ticks", LENGTH))
    exprs = [bt.rolling_quantile(x, w, q) for w in (20, 100, 700) for q in (0.1, 0.9)]
    exprs += [bt.rolling_rank(x, w) for w in (100, 700)] + [bt.rolling_median(x, w) for w in (20, 700)]
    for expr, values in zip(exprs, evaluate(*exprs), strict=True):
        assert_same_bits(values, evaluate(expr)[0])
