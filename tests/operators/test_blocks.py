"""A value depends on candles up to its own, and no further back than its window: never on how candles are cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from operators.cases import (
    JOINT,
    PATHS,
    SHAPES,
    SPREADS,
    SUMS,
    assert_same_bits,
    cases,
    number,
    pushed,
    random_inputs,
)

from btcore._core.types import BLOCK, OPCODES, WORD
from btcore.expr import Expr, array
from btcore.program import evaluate

LENGTH = 2 * BLOCK + 300
INPUTS = random_inputs(LENGTH, 11, gaps=True)
ENDS = (1, 2, WORD - 1, WORD, WORD + 1, BLOCK - 1, BLOCK, BLOCK + 1, BLOCK + WORD, 2 * BLOCK - 1, 2 * BLOCK, LENGTH - 1)
CASES = cases(*INPUTS)
WHOLE = {op: evaluate(*exprs) for op, exprs in CASES.items()}


def memory(expr: Expr) -> int | None:
    """How many candles before its own a value may depend on; None for recursions, which never forget."""
    if expr.op in PATHS:
        return None
    if expr.op == "shift":
        return int(expr.params[0])
    if expr.op.startswith("rolling_"):
        return int(expr.params[0]) - 1
    return 1 if expr.op in ("true_range", "crosses_above", "crosses_below") else 0


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("op", OPCODES)
def test_later_candles_change_nothing(op: str, end: int) -> None:
    early = evaluate(*cases(*(values[:end] for values in INPUTS))[op])
    for values, whole in zip(early, WHOLE[op], strict=True):
        assert_same_bits(values, whole[:end])


@settings(max_examples=25)
@given(end=st.integers(1, LENGTH))
def test_any_prefix(end: int) -> None:
    cut = cases(*(values[:end] for values in INPUTS))
    early = evaluate(*(expr for exprs in cut.values() for expr in exprs))
    whole = [values for op in cut for values in WHOLE[op]]
    for values, expected in zip(early, whole, strict=True):
        assert_same_bits(values, expected[:end])


@pytest.mark.parametrize("op", OPCODES)
def test_candles_one_at_a_time(op: str) -> None:
    for values, whole in zip(pushed(op, INPUTS, copied_at=1234), WHOLE[op], strict=True):
        assert_same_bits(values, whole)


def poisoned(until: int, number_poison: float) -> list[np.ndarray]:
    """The inputs with everything before `until` replaced."""
    inputs = [values.copy() for values in INPUTS]
    for values in inputs:
        values[:until] = ~values[:until] if values.dtype == bool else number_poison
    return inputs


@pytest.mark.parametrize("poison", [np.nan, np.inf, -1e12, 1e-9, 0.0])
@pytest.mark.parametrize("until", [1, WORD, 777, BLOCK, BLOCK + 100, BLOCK + WORD + 1])
@pytest.mark.parametrize("op", [op for op in OPCODES if op not in PATHS])
def test_candles_older_than_the_window_change_nothing(op: str, until: int, poison: float) -> None:
    exprs = cases(*poisoned(until, poison))[op]
    for expr, values, whole in zip(exprs, evaluate(*exprs), WHOLE[op], strict=True):
        first = until + (memory(expr) or 0)
        assert_same_bits(values[first:], whole[first:], op)


@pytest.mark.parametrize("op", [op for op in OPCODES if op not in ("shift_condition", "and", "or", "not")])
@pytest.mark.parametrize("ahead", [1, 7, WORD, BLOCK - 1, BLOCK, BLOCK + 5])
def test_candles_cut_at_other_places(op: str, ahead: int) -> None:
    """Values put in front move every candle to another place in its word, block and sub-block."""
    moved = [np.concatenate([np.full(ahead, np.nan if v.dtype == float else False), v]) for v in INPUTS]
    exprs = cases(*moved)[op]
    for expr, values, whole in zip(exprs, evaluate(*exprs), WHOLE[op], strict=True):
        first = memory(expr) or 0
        found, expected = values[ahead + first :], whole[first:]
        if op in SUMS | SPREADS | SHAPES | JOINT | {"rolling_slope"}:
            np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-13)
        else:
            assert_same_bits(found, expected, op)


def test_ewm_forgets_at_its_own_pace() -> None:
    x = INPUTS[0]
    far = np.where(np.arange(LENGTH) < 500, 1e6, x)
    one, other = (evaluate(number("ewm", array(v), params=(0.1,)))[0] for v in (x, far))
    apart = np.abs(one - other)[np.isfinite(one)]
    assert apart[0] > 1e5
    assert apart[-1] < 1e-9


def test_order_and_company_change_nothing() -> None:
    """Each operator alone, all of them together, all of them the other way round: the same bits."""
    exprs = [expr for op in CASES for expr in CASES[op]]
    alone = [values for op in CASES for values in WHOLE[op]]
    for values, expected in zip(evaluate(*exprs), alone, strict=True):
        assert_same_bits(values, expected)
    for values, expected in zip(evaluate(*exprs[::-1]), alone[::-1], strict=True):
        assert_same_bits(values, expected)
