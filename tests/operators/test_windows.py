"""Windows of every size and cut: the bits never depend on how candles arrive, and the state never on what else runs."""

from __future__ import annotations

import numpy as np
import pytest
from operators.cases import JOINT, assert_same_bits, assert_twin, one_case

from btcore._core.pipeline import Pipeline
from btcore._core.types import BLOCK, OPCODES
from btcore.expr import Expr
from btcore.operations import LONGEST
from btcore.program import Program, evaluate

ROLLING = [op for op in OPCODES if op.startswith("rolling_")]
# below 6 values one by one, from 6 on in sub-blocks of every length, from 301 on in groups of them
WINDOWS = (1, 2, 3, 5, 6, 9, 10, 11, 12, 19, 20, 37, 100, 150, 300, 301, 600, 601, 1000)
LENGTH = 2 * BLOCK + 900
CUTS = ((1,), (63,), (64,), (512,), (BLOCK,), (1, 2, 511, 3, 2047, 700), (LENGTH,))


def series(length: int) -> list[np.ndarray]:
    """Two walks in whole ticks with gaps, so that equal values and values that are not finite occur."""
    random = np.random.default_rng(17)
    x, y = 100.0 + random.integers(-3, 4, size=(2, length)).cumsum(axis=1) / 8
    x[[5, 1500, 1501]], x[3000], y[2100] = np.nan, np.inf, -np.inf
    return [x, y]


def in_pieces(op: str, inputs: list[np.ndarray], size: tuple[int, int], pieces: tuple[int, ...]) -> np.ndarray:
    """The values where candles arrive in pieces, each in a pipeline of its own that continues the one before."""
    out, saved, start = [], None, 0
    while start < len(inputs[0]):
        end = min(start + pieces[len(out) % len(pieces)], len(inputs[0]))
        parts = [Expr("array", data=values[start:end].copy()) for values in inputs]
        program = Program()
        slot = program.slot(one_case(op, *parts, *size))
        arrays = program._arrays
        pipeline = Pipeline(program._kinds, [], arrays, list(program._operators(LONGEST)), end - start)
        if saved is not None:
            pipeline.restore(saved)
        out += pipeline.evaluate([slot], [None])
        saved, start = pipeline.save(), end
    return np.concatenate(out)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("op", ROLLING)
def test_any_cut_gives_the_same_bits(op: str, window: int) -> None:
    inputs = series(LENGTH)
    for least in {window, min(window, 4)}:
        whole = evaluate(one_case(op, *inputs, window, least))[0]
        for pieces in CUTS:
            assert_same_bits(in_pieces(op, inputs, (window, least), pieces), whole)


@pytest.mark.parametrize("op", ROLLING)
def test_ten_thousand_values_in_any_cut(op: str) -> None:
    inputs = series(25_000)
    whole = evaluate(one_case(op, *inputs, 10_000))[0]
    for pieces in ((BLOCK,), (777, 1, 20_000), (64,)):
        assert_same_bits(in_pieces(op, inputs, (10_000, 10_000), pieces), whole)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("op", ROLLING)
def test_candles_older_than_the_window_leave_no_bit(op: str, window: int) -> None:
    inputs = series(LENGTH)
    whole = evaluate(one_case(op, *inputs, window))[0]
    for until, poison in ((700, np.nan), (701, 1e12), (2048, -np.inf), (2500, 1e-9)):
        other = [np.where(np.arange(LENGTH) < until, poison, values) for values in inputs]
        values = evaluate(one_case(op, *other, window))[0]
        assert_same_bits(values[until + window - 1 :], whole[until + window - 1 :])


@pytest.mark.parametrize("window", [11, 12, 150, 700])
@pytest.mark.parametrize("op", ["rolling_argmin", "rolling_argmax"])
def test_the_newest_of_equal_extremes_counts(op: str, window: int) -> None:
    random = np.random.default_rng(18)
    for values in (random.integers(0, 3, size=LENGTH), np.zeros(LENGTH), random.choice([0.0, -0.0], size=LENGTH)):
        assert_twin(op, one_case(op, values.astype(float), values, window), LENGTH)


def test_places_of_a_large_window_are_exact() -> None:
    x = series(LENGTH)[0]
    for op in ("rolling_min", "rolling_max", "rolling_argmin", "rolling_argmax"):
        assert_twin(op, one_case(op, x, x, 1000), LENGTH)


@pytest.mark.parametrize("op", sorted(JOINT))
def test_series_that_swap_places(op: str) -> None:
    x, y = series(LENGTH)
    for window in WINDOWS:
        one, other = (evaluate(one_case(op, a, b, window))[0] for a, b in ((x, y), (y, x)))
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-12)
