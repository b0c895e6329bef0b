"""``out=``: where the values of an eager indicator go, and arrays that cannot take them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import btcore as bt
from btcore._core.types import BLOCK

LENGTH = 2 * BLOCK + 7
X = np.random.default_rng(4).normal(size=LENGTH).cumsum() + 100
NEW = np.empty


@pytest.mark.parametrize(
    "series",
    [
        X.astype(np.float32),
        X.astype(np.int64),
        np.repeat(X, 2)[::2],
        X[::-1],
        X.tolist(),
        np.frombuffer(X.tobytes()),
        X.astype(">f8"),
    ],
    ids=["float32", "int64", "strided", "reversed", "list", "read-only", "big-endian"],
)
def test_inputs_of_every_kind(series: Any) -> None:
    out = NEW(LENGTH)
    assert bt.rolling_mean(series, 50, out=out) is out
    np.testing.assert_array_equal(out, bt.rolling_mean(series, 50))


def test_part_of_an_array_that_is_left_alone_around_it() -> None:
    whole = np.full(LENGTH + 2, 5.0)
    bt.ema(X, 9, out=whole[1:-1])
    np.testing.assert_array_equal(whole[1:-1], bt.ema(X, 9))
    assert whole[[0, -1]].tolist() == [5.0, 5.0]


def test_an_input_that_is_copied_may_share_memory() -> None:
    """A strided series is read from a copy, so that its own memory can take the values."""
    memory = np.repeat(X, 2)
    expected = bt.rolling_std(X, 20)
    bt.rolling_std(memory[::2], 20, out=memory[:LENGTH])
    np.testing.assert_array_equal(memory[:LENGTH], expected)


def test_no_candles() -> None:
    out = NEW(0)
    assert bt.ema([], 3, out=out) is out


def test_values_that_are_an_input() -> None:
    out = NEW(3)
    assert bt.where([True, True, False], [1.0, 2.0, 3.0], 9.0, out=out) is out
    assert out.tolist() == [1.0, 2.0, 9.0]
    one, other, third = (NEW(4) for _ in range(3))
    bt.donchian([1.0, 2, 3, 4], [1.0, 2, 3, 4], 1, out=(one, other, third))
    assert one.tolist() == other.tolist() == third.tolist() == [1.0, 2, 3, 4]


def read_only() -> np.ndarray:
    values = NEW(LENGTH)
    values.flags.writeable = False
    return values


OWN = X.copy()
WRONG: list[tuple[Callable[[], Any], str]] = [
    (lambda: bt.ema(X, 9, out=[0.0] * LENGTH), f"out must be a NumPy array, got list of {LENGTH}"),
    (lambda: bt.ema(X, 9, out=np.ma.array(NEW(LENGTH))), "out must be a NumPy array, got MaskedArray"),
    (lambda: bt.ema(X, 9, out=NEW(LENGTH, np.float32)), "out must be of dtype float64, got float32"),
    (lambda: bt.ema(X, 9, out=NEW(LENGTH, ">f8")), "out must be of dtype float64, got >f8"),
    (lambda: bt.ema(X, 9, out=NEW(LENGTH, bool)), "out must be of dtype float64, got bool"),
    (lambda: bt.crosses_above(X, 1.0, out=NEW(LENGTH)), "out must be of dtype bool, got float64"),
    (lambda: bt.ema(X, 9, out=NEW(LENGTH - 1)), rf"must have the shape \({LENGTH},\) .* got \({LENGTH - 1},"),
    (lambda: bt.ema(X, 9, out=NEW((LENGTH, 1))), r"out must have the shape .* got \(\d+, 1\)"),
    (lambda: bt.ema(X, 9, out=NEW(2 * LENGTH)[::2]), "out must be contiguous and aligned"),
    (lambda: bt.ema(X, 9, out=read_only()), "out must be writeable, it is read-only"),
    (lambda: bt.ema(OWN, 9, out=OWN), "out must not share memory with a series"),
    (lambda: bt.ema(OWN[1:], 9, out=OWN[:-1]), "out must not share memory with a series"),
    (lambda: bt.maximum(X, OWN, out=OWN), "out must not share memory with a series"),
    (lambda: bt.ema(bt.close, 9, out=NEW(LENGTH)), "out= needs arrays: an expression has no values yet"),
    (lambda: bt.atr(14, out=NEW(LENGTH)), "out= needs arrays"),
    (lambda: bt.donchian(X, X, 9, out=NEW(LENGTH)), "out must be a tuple of 3 arrays, got ndarray"),
    (lambda: bt.donchian(X, X, 9, out=(NEW(LENGTH),)), "out must be a tuple of 3 arrays, got tuple of 1"),
    (lambda: bt.donchian(X, X, 9, out=(NEW(LENGTH), NEW(LENGTH), NEW(3))), r"out\[2\] must have the shape"),
    (lambda: bt.donchian(OWN, X, 9, out=(NEW(LENGTH), OWN, NEW(LENGTH))), r"out\[1\] must not share memory"),
    (lambda: bt.donchian(X, X, 9, out=(OWN, NEW(LENGTH), OWN)), r"out\[2\] must not share .* array of out"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), WRONG, ids=range(len(WRONG)))
def test_arrays_that_cannot_take_the_values(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(bt.ParameterError, match=message):
        make()
    np.testing.assert_array_equal(OWN, X)
