"""Every operator of the core against its plain twin: values, NaN and infinity, lengths, windows."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from operators.cases import (
    ALPHAS,
    JOINT,
    TIMED,
    assert_same_bits,
    assert_twin,
    cases,
    number,
    one_case,
    random_inputs,
    twin,
)
from reference.operators import OPERATORS

from btcore._core.types import BLOCK, LANES, OPCODES, WORD
from btcore.expr import Expr, array
from btcore.program import evaluate

# Lengths at which a word or a block ends, begins or is missing one candle.
LENGTHS = (1, 2, WORD - 1, WORD, WORD + 1, 2 * WORD + 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + WORD - 1)
LEAVES = {"column", "constant", "array"}
ODD = [0.0, -0.0, 1.0, -1.0, 1.5, 2.0, 2.0, 1e-300, 1e150, float("nan"), float("inf"), float("-inf")]


def odd_inputs() -> list[np.ndarray]:
    """Every pair of odd values, zeros of both signs and infinities among them."""
    x, y = (values.ravel() for values in np.meshgrid(ODD, ODD))
    return [x, y, np.roll(x, 1), x > 0, y == 2.0]


INPUTS = {
    "plain": random_inputs(3 * BLOCK + 77, 1, gaps=False),
    "gaps": random_inputs(BLOCK + 500, 2, gaps=True),
    "odd": odd_inputs(),
    "constant": [np.full(300, 0.1), np.full(300, 0.1), np.full(300, -3.0), np.ones(300, bool), np.zeros(300, bool)],
    "negative": [-values if values.dtype == float else values for values in random_inputs(700, 3, gaps=False)],
}


def test_every_operator_has_a_twin_and_a_case() -> None:
    names = set(OPCODES)
    assert names - {"shift_condition", "bucket", "hold", "hold_condition"} == set(OPERATORS) - LEAVES - {"timeframe"}
    made = cases(*INPUTS["constant"])
    assert set(made) == names
    assert {op for op, exprs in made.items() if not exprs} == TIMED
    assert all(expr.op == op.removesuffix("_condition") for op, exprs in made.items() for expr in exprs)


def test_codes_are_distinct() -> None:
    assert len(set(OPCODES.values())) == len(OPCODES)


@pytest.mark.parametrize("kind", INPUTS)
@pytest.mark.parametrize("op", OPCODES)
def test_twin(op: str, kind: str) -> None:
    inputs = INPUTS[kind]
    for expr in cases(*inputs)[op]:
        assert_twin(op, expr, len(inputs[0]))


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("op", OPCODES)
def test_lengths_around_words_and_blocks(op: str, length: int) -> None:
    for expr in cases(*random_inputs(length, length, gaps=True))[op]:
        assert_twin(op, expr, length)


@pytest.mark.parametrize("op", OPCODES)
def test_no_candles(op: str) -> None:
    nothing = [np.empty(0)] * 3 + [np.empty(0, dtype=bool)] * 2
    for expr in cases(*nothing)[op]:
        values = evaluate(expr, length=0)[0]
        assert values.shape == (0,)
        assert values.dtype == (bool if expr.kind == "condition" else np.float64)


VALUES = st.one_of(st.sampled_from(ODD), st.integers(-5, 5).map(float), st.floats(-1e6, 1e6))
# (window, min_periods)
LEAST = st.integers(1, 12).flatmap(lambda window: st.tuples(st.just(window), st.integers(1, window)))
ROLLING = [op for op in OPCODES if op.startswith("rolling_")]


@pytest.mark.parametrize("op", [op for op in OPCODES if op not in ROLLING])
@given(rows=st.lists(st.tuples(VALUES, VALUES, VALUES, st.booleans(), st.booleans()), min_size=1, max_size=80))
def test_any_values(op: str, rows: list[tuple[Any, ...]]) -> None:
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    for expr in cases(*columns)[op]:
        assert_twin(op, expr, len(rows))


@pytest.mark.parametrize(
    "op",
    ["rolling_min", "rolling_max", "rolling_argmin", "rolling_argmax", "rolling_sum", "rolling_mad", "rolling_wma"],
)
@given(values=st.lists(VALUES, min_size=1, max_size=40), window=LEAST)
def test_any_window(op: str, values: list[float], window: tuple[int, int]) -> None:
    assert_twin(op, number(op, array(values), params=window), len(values))


SMALL = st.one_of(st.integers(-50, 50).map(float), st.just(float("nan")))


@pytest.mark.parametrize("op", ROLLING)
@given(rows=st.lists(st.tuples(SMALL, SMALL), min_size=1, max_size=40), window=LEAST)
def test_any_window_of_small_numbers(op: str, rows: list[tuple[float, float]], window: tuple[int, int]) -> None:
    x, y = zip(*rows, strict=True)
    assert_twin(op, one_case(op, array(x), array(y), *window), len(rows))


@pytest.mark.parametrize("op", ["rolling_var", "rolling_std", "rolling_cov"])
@given(values=st.lists(SMALL, min_size=1, max_size=40), window=LEAST, ddof=st.integers(0, 3))
def test_any_divisor(op: str, values: list[float], window: tuple[int, int], ddof: int) -> None:
    series = (array(values), array(values[::-1])) if op == "rolling_cov" else (array(values),)
    assert_twin(op, number(op, *series, params=(*window, ddof)), len(values))


@pytest.mark.parametrize("op", ROLLING)
def test_a_window_longer_than_the_data(op: str) -> None:
    x, y = array(np.arange(50.0) ** 2), array(np.arange(50.0) % 7)
    assert np.isnan(evaluate(one_case(op, x, y, 51))[0]).all()
    values = evaluate(one_case(op, x, y, 5000, 50))[0]
    assert np.isnan(values[:49]).all()
    assert np.isfinite(values[49])
    assert_twin(op, one_case(op, x, y, 5000, 2), 50)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", [0, 1, 9, 10, 11, 40, BLOCK - 1, BLOCK])
@pytest.mark.parametrize("window", [10, 30, 700])
@pytest.mark.parametrize("op", ROLLING)
def test_a_value_that_is_not_finite_spoils_only_its_windows(op: str, window: int, where: int, bad: float) -> None:
    x, y = np.random.default_rng(5).normal(size=(2, BLOCK + 900))
    clean = evaluate(one_case(op, x, y, window))[0]
    x[where] = bad
    spoiled = evaluate(one_case(op, x, y, window))[0]
    inside = np.zeros(len(x), dtype=bool)
    inside[where : where + window] = True
    assert np.isnan(spoiled[inside]).all()
    assert_same_bits(spoiled[~inside], clean[~inside])
    if op in JOINT:
        assert_same_bits(np.isnan(evaluate(one_case(op, y, x, window))[0]), np.isnan(spoiled))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_sum_beyond_the_largest_float_is_infinite_and_forgotten(sign: float) -> None:
    x = np.ones(40)
    x[[4, 5, 17, 19, 20, 31]] = 1.7e308
    for size in ((3, 3), (10, 1), (12, 12)):
        assert_twin("rolling_sum", number("rolling_sum", array(sign * x), params=size), 40)


@pytest.mark.parametrize("window", [3, 10, 12, 30])
@pytest.mark.parametrize("op", ["rolling_mean", "rolling_wma"])
def test_a_mean_of_values_too_far_apart_is_not_finite_and_forgotten(op: str, window: int) -> None:
    x = np.arange(200.0)
    far = np.array([50, 51, 90])
    x[far] = 1.7e308
    values, clean = evaluate(one_case(op, x, x, window))[0], evaluate(one_case(op, np.arange(200.0), x, window))[0]
    held = np.array([any(t - window < place <= t for place in far) for t in range(200)])
    assert_same_bits(values[~held], clean[~held])
    exact = twin(one_case(op, x, x, window), 200)
    told = held & np.isfinite(values)
    np.testing.assert_allclose(values[told], exact[told], rtol=1e-13)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_ewm_passes_over_what_is_not_finite(bad: float) -> None:
    x = np.random.default_rng(6).normal(size=2 * BLOCK + 10)
    keep = np.ones(len(x), dtype=bool)
    keep[[0, 1, 5, 63, 64, BLOCK - 1, BLOCK, BLOCK + 1, len(x) - 1]] = False
    clean = evaluate(number("ewm", array(x[keep]), params=(0.1,)))[0]
    x[~keep] = bad
    values = evaluate(number("ewm", array(x), params=(0.1,)))[0]
    assert np.isnan(values[~keep]).all()
    assert_same_bits(values[keep], clean)


@pytest.mark.parametrize("count", range(1, 2 * LANES + 2))
def test_a_bank_gives_the_bits_of_each_recursion_alone(count: int) -> None:
    alphas = (*ALPHAS, 0.25, 0.125, 0.9, 0.01)[:count]
    x = np.random.default_rng(7).normal(size=3 * BLOCK + 5).cumsum()
    gaps = x.copy()
    gaps[[0, 1, 70, BLOCK, 2 * BLOCK - 1]] = np.nan
    inputs = [x, gaps, gaps[::-1].copy()]
    exprs = [number("ewm", array(inputs[k % 3]), params=(alpha,)) for k, alpha in enumerate(alphas)]
    together = evaluate(*exprs)
    for expr, values in zip(exprs, together, strict=True):
        assert_same_bits(values, evaluate(expr)[0])
        assert_same_bits(values, twin(expr, len(x)))


def test_recursions_that_feed_each_other() -> None:
    x = array(np.random.default_rng(8).normal(size=BLOCK + 3))
    first = [number("ewm", x, params=(alpha,)) for alpha in ALPHAS]
    second = [number("ewm", a - b, params=(0.2,)) for a, b in pairwise(first)]
    third = [number("rolling_max", number("ewm", s, params=(0.3,)), params=(7, 7)) for s in second]
    exprs: list[Expr] = [*third, *first, *second]
    for expr, values in zip(exprs, evaluate(*exprs), strict=True):
        assert_same_bits(values, twin(expr, BLOCK + 3), expr.op)


DEEP = st.recursive(
    st.sampled_from(["x", "y", "z"]),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["add", "sub", "mul", "div", "minimum", "maximum"]), inner, inner),
        st.tuples(st.sampled_from(["neg", "abs", "sqrt"]), inner),
        st.tuples(st.just("where"), inner, inner, inner),
        st.tuples(st.just("shift"), inner, st.integers(1, 5)),
        st.tuples(st.just("rolling_max"), inner, st.integers(1, 5)),
        st.tuples(st.just("ewm"), inner, st.sampled_from([0.1, 0.5])),
    ),
    max_leaves=12,
)


def built(tree: Any, leaves: dict[str, Expr]) -> Expr:
    """An expression from a drawn tree."""
    if isinstance(tree, str):
        return leaves[tree]
    op, *parts = tree
    if op == "where":
        chosen, yes, no = (built(part, leaves) for part in parts)
        return Expr("where", (chosen > 99.0, yes, no))
    if op in ("shift", "ewm"):
        return Expr(op, (built(parts[0], leaves),), (parts[1],))
    if op == "rolling_max":
        return Expr(op, (built(parts[0], leaves),), (parts[1], parts[1]))
    return Expr(op, tuple(built(part, leaves) for part in parts))


@settings(max_examples=150)
@given(DEEP, st.integers(0, 1000))
def test_any_tree(tree: Any, seed: int) -> None:
    x, y, z, _, _ = random_inputs(70, seed, gaps=True)
    expr = built(tree, {"x": array(x), "y": array(y), "z": array(z)})
    assert_same_bits(evaluate(expr, length=70)[0], twin(expr, 70), zeros_alike=True)
