"""Arrays of any layout and type go in; what comes out is the same and belongs to the caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from operators.cases import assert_same_bits

import btcore as bt
from btcore.expr import array, close
from btcore.program import evaluate

X = np.round(np.random.default_rng(12).normal(size=500), 2) * 4
USES: dict[str, Callable[[Any], Any]] = {
    "arithmetic": lambda x: evaluate(array(x) * 2.0 - 1.0)[0],
    "ema": lambda x: bt.ema(x, 5),
    "rolling_std": lambda x: bt.rolling_std(x, 7),
    "rolling_max": lambda x: bt.rolling_max(x, 7),
    "rolling_argmin": lambda x: bt.rolling_argmin(x, 30),
    "rolling_kurt": lambda x: bt.rolling_kurt(x, 20),
    "rolling_corr": lambda x: bt.rolling_corr(x, x, 20),
    "rolling_slope": lambda x: bt.rolling_slope(x, 7),
    "crosses_above": lambda x: bt.crosses_above(x, 0.0),
    "donchian": lambda x: bt.donchian(x, x, 3).middle,
}


def read_only(x: np.ndarray) -> np.ndarray:
    """A copy that cannot be written to."""
    x = x.copy()
    x.flags.writeable = False
    return x


LAYOUTS: dict[str, Callable[[np.ndarray], Any]] = {
    "read-only": read_only,
    "strided": lambda x: np.repeat(x, 3)[::3],
    "reversed twice": lambda x: x[::-1].copy()[::-1],
    "column": lambda x: np.stack([x, x], axis=1)[:, 1],
    "big-endian": lambda x: x.astype(">f8"),
    "unaligned": lambda x: np.frombuffer(b"?" + x.tobytes(), dtype=np.uint8)[1:].view(np.float64),
    "list": lambda x: x.tolist(),
    "tuple": lambda x: tuple(x.tolist()),
    "pandas": pd.Series,
    "polars": pl.Series,
    "float32": lambda x: x.astype(np.float32),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("use", USES)
def test_layouts(use: str, layout: str) -> None:
    x = X.astype(np.float32).astype(np.float64)
    assert_same_bits(USES[use](LAYOUTS[layout](x)), USES[use](x))


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint64, np.float16])
@pytest.mark.parametrize("use", USES)
def test_whole_numbers(use: str, dtype: type) -> None:
    x = np.abs(np.round(X))
    assert_same_bits(USES[use](x.astype(dtype)), USES[use](x))


def test_misaligned_arrays_are_copied() -> None:
    """Compiled code may take an address to be a multiple of 8, as some processors need it."""
    x = LAYOUTS["unaligned"](X)
    assert not x.flags.aligned
    for expr in (array(x), array(x, copy=False)):
        assert expr.data is not None
        assert expr.data.flags.aligned


def test_booleans_are_conditions_and_numbers() -> None:
    flags = X > 0
    assert evaluate(array(flags))[0].dtype == bool
    assert_same_bits(bt.rolling_sum(flags, 5), bt.rolling_sum(flags.astype(float), 5))
    assert_same_bits(evaluate(array(flags[::2]))[0], flags[::2])


def test_an_expression_keeps_the_values_it_was_given() -> None:
    for x in (X.copy(), X.copy()[::2], pd.Series(X.copy()), X.copy().reshape(1, -1)[0], [*X]):
        expr = array(x)
        before = evaluate(expr)[0]
        x[0:3] = 99.0 if not isinstance(x, list) else [99.0] * 3
        assert_same_bits(evaluate(expr)[0], before)


@pytest.mark.parametrize("use", USES)
def test_input_is_left_alone_and_output_is_the_callers(use: str) -> None:
    x = X.copy()
    out = USES[use](x)
    assert_same_bits(x, X)
    assert out.flags.writeable
    assert out.flags.owndata
    out[:] = 0
    assert_same_bits(USES[use](x), USES[use](X))


def test_columns_are_read_where_they_lie() -> None:
    values = evaluate(close, columns={"close": read_only(X)}, length=len(X))[0]
    assert_same_bits(values, X)
    assert values.flags.writeable
