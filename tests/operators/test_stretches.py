"""A mean that is alone in its bank steps as four stretches of a block: the bits are those of one recursion."""

from __future__ import annotations

import numpy as np
import pytest
from operators.cases import assert_same_bits, number, twin

from btcore._core.types import BLOCK
from btcore.expr import lift
from btcore.program import evaluate

LENGTH = 2 * BLOCK + 777
ALPHAS = (1.0, 0.9, 0.5, 2 / 21, 1 / 14, 0.05, 0.041, 0.039, 0.01)


def walk(seed: int) -> np.ndarray:
    """Prices in ticks."""
    return np.round(np.random.default_rng(seed).normal(size=LENGTH).cumsum()) / 4 + 1000.0


def check(values: np.ndarray, alpha: float) -> None:
    expr = number("ewm", lift(values), params=(alpha,))
    assert_same_bits(evaluate(expr, length=len(values))[0], twin(expr, len(values)))


@pytest.mark.parametrize("alpha", ALPHAS)
def test_prices(alpha: float) -> None:
    check(walk(1), alpha)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_what_does_not_wear_off(alpha: float) -> None:
    """Large values before small ones: the guess and the mean are still apart where a stretch takes over."""
    scale = 10.0 ** np.repeat(np.random.default_rng(2).integers(-150, 150, LENGTH // 100 + 1), 100)[:LENGTH]
    check(walk(3) * scale, alpha)
    falling = 1e300 * 0.5 ** np.minimum(np.arange(LENGTH), 2000.0)
    check(falling, alpha)
    check(np.where(np.arange(LENGTH) % 517 == 3, 1e280, walk(4) * 1e-20), alpha)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_one_input_that_is_not_finite(alpha: float, wrong: float) -> None:
    for at in (0, 1, BLOCK - 1, BLOCK, BLOCK + 500, BLOCK + 600, BLOCK + 1023, BLOCK + 1900, 2 * BLOCK - 1):
        values = walk(5)
        values[at] = wrong
        check(values, alpha)


def test_zeros_of_both_signs() -> None:
    for alpha in ALPHAS:
        check(np.where(np.random.default_rng(6).random(LENGTH) < 0.5, 0.0, -0.0), alpha)


@pytest.mark.parametrize("length", [1, 2, 3, 100, 801, 802, 803, 804, 805, BLOCK - 1, BLOCK, BLOCK + 1, BLOCK + 840])
def test_any_length(length: int) -> None:
    check(walk(7)[:length], 2 / 21)
