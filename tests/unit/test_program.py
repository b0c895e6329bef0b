"""Expressions to operators: each distinct node once, banks, levels, errors."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

import btcore as bt
from btcore import errors
from btcore._core.levels import LOAD_CONDITION, LOAD_CONSTANT, LOAD_NUMBER
from btcore._core.pipeline import Pipeline
from btcore._core.types import LANES, OPCODES
from btcore.expr import Expr, array, close, constant, high, low, open_
from btcore.program import COLUMNS, ELEMENTWISE, LEAVES, Program, evaluate

X = np.random.default_rng(31).normal(size=300)


def operators(program: Program) -> list[tuple[int, ...]]:
    """Codes in the order in which the core runs them."""
    return [made[0] for made in program._operators(len(X))]


def test_the_lists_agree_with_the_core() -> None:
    assert set(OPCODES) >= ELEMENTWISE
    assert not set(LEAVES) & set(OPCODES)
    assert COLUMNS == ("open", "high", "low", "close", "volume")


def test_equal_expressions_share_a_slot() -> None:
    program = Program()
    first = program.slot(bt.ema(close, 20) - bt.ema(close, 50))
    count = len(operators(program))
    assert program.slot(bt.ema(close, 20) - bt.ema(close, 50)) == first
    assert program.slot((bt.ema(close, 20) - bt.ema(close, 50)).labelled("x")) == first
    program.slot(bt.ema(close, 20))
    assert len(operators(program)) == count == 2
    assert program.slot(bt.ema(close, 21)) != first


def test_equal_arrays_share_a_slot() -> None:
    program = Program()
    assert program.slot(array(X)) == program.slot(array(X.copy()))
    assert program.slot(array(X)) != program.slot(array(X + 1))


@pytest.mark.parametrize("count", [1, LANES, LANES + 1, 3 * LANES])
def test_exponential_means_share_banks(count: int) -> None:
    program = Program()
    for span in range(2, 2 + count):
        program.slot(bt.ema(close, span))
    made = list(program._operators(len(X)))
    assert [len(operator[-1]) for operator in made] == [LANES] * (count // LANES) + [count % LANES] * (
        count % LANES > 0
    )


def test_operators_follow_their_inputs() -> None:
    program = Program()
    program.slot(bt.rolling_max(bt.ema(bt.ema(close, 3) - bt.rsi(close, 5), 4), 3) > bt.atr(3).shift(1))
    written: set[int] = {slot for slot, _ in program._columns + program._constants}
    for _, out, inputs, _, _, lanes in program._operators(len(X)):
        assert {lane[0] for lane in lanes or ()} | set(inputs) <= written
        written |= {lane[1] for lane in lanes or ()} or {out}


def test_deep_trees_are_no_problem() -> None:
    deep = reduce(lambda tree, _: tree + 1.0, range(1500), array(X))
    np.testing.assert_allclose(evaluate(deep)[0], X + 1500.0, rtol=1e-9)
    assert Program().level(deep)[-1][0] == OPCODES["add"]


def test_a_tree_that_uses_itself_often_is_computed_once() -> None:
    doubled = reduce(lambda tree, _: tree + tree, range(60), array(X))
    assert evaluate(doubled)[0].tolist() == (X * 2.0**60).tolist()


def test_levels_leave_arithmetic_to_the_signal() -> None:
    program = Program()
    code = program.level(2.0 * bt.atr(14) + 0.5)
    assert [step[0] for step in code] == [LOAD_CONSTANT, LOAD_NUMBER, OPCODES["mul"], LOAD_CONSTANT, OPCODES["add"]]
    assert [step[4] for step in code if step[0] == LOAD_CONSTANT] == [2.0, 0.5]
    assert operators(program) == [OPCODES["true_range"], OPCODES["ewm"]]


def test_levels_of_conditions_load_them() -> None:
    code = Program().level(bt.where(bt.crosses_above(close, open_), high, low))
    assert [step[0] for step in code] == [LOAD_CONDITION, LOAD_NUMBER, LOAD_NUMBER, OPCODES["where"]]


def test_a_level_takes_what_a_slot_has_already() -> None:
    program = Program()
    shared = close - open_
    slot = program.slot(shared)
    assert program.level(shared * 2.0)[0] == (LOAD_NUMBER, slot, 0, 0, 0.0)


def test_no_level() -> None:
    assert Program().level(None) == []
    assert Program().level(constant(3.0)) == [(LOAD_CONSTANT, 0, 0, 0, 3.0)]


def test_operands_of_a_level_come_before_it() -> None:
    for step, (code, a, b, c, _) in enumerate(Program().level(abs(close - open_) / (high - low) + close)):
        if code >= 0:
            assert max(a, b, c) < step


def test_evaluate_several() -> None:
    both, up = evaluate(array(X) * 2.0, array(X) > 0.0)
    assert (both.dtype, up.dtype) == (np.float64, bool)
    np.testing.assert_array_equal(both, X * 2.0)
    np.testing.assert_array_equal(up, X > 0)


def test_evaluate_without_any_series() -> None:
    assert evaluate(constant(2.0) + 1.0)[0].shape == (0,)
    assert evaluate(constant(2.0) + 1.0, length=3)[0].tolist() == [3.0] * 3
    assert evaluate() == []


@pytest.mark.parametrize("expr", [close, bt.ema(close, 3) + array(X), bt.atr(3) > 1])
def test_candles_are_needed_for_columns(expr: Expr) -> None:
    with pytest.raises(
        errors.DataError, match="needs candles: only expressions of arrays can be evaluated without them"
    ):
        evaluate(expr)


def test_arrays_must_have_a_value_per_candle() -> None:
    with pytest.raises(errors.DataError, match="has 300 values for 5 candles; give one value per candle"):
        evaluate(array(X) + close, columns={"close": np.ones(5)})
    with pytest.raises(errors.DataError, match="has 2 values for 300 candles"):
        evaluate(array(X) + array([1.0, 2.0]))


def test_the_core_knows_its_codes() -> None:
    unknown = max(OPCODES.values()) + 1
    with pytest.raises(ValueError, match=f"no operator has the code {unknown}"):
        Pipeline([False], [], [], [(unknown, 0, (), (), (), None)], 3)
    assert Pipeline([False], [(0, 1.5)], [], [], 3).evaluate([0], [None])[0].tolist() == [1.5] * 3
    assert Pipeline([False], [], [], [], 3).length == 3
