"""Expressions: building, printing, identity, pickling, and what they refuse."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import btcore as bt
from btcore import errors, expr
from btcore.expr import Expr, array, close, condition, constant, high, lift, low, number, open_, percent, volume

UP = close > open_


@pytest.mark.parametrize(
    ("built", "text"),
    [
        (close, "close"),
        (volume, "volume"),
        (close + 1, "close + 1.0"),
        (1 - close, "1.0 - close"),
        (close - open_ - low, "(close - open) - low"),
        (close - (open_ - low), "close - (open - low)"),
        (2 * (high + low) / 4, "(2.0 * (high + low)) / 4.0"),
        (-close, "-close"),
        (-(close + open_), "-(close + open)"),
        (+close, "close"),
        (abs(close - open_), "abs(close - open)"),
        (close**2, "close * close"),
        (close**0.5, "sqrt(close)"),
        (close.sqrt(), "sqrt(close)"),
        (close.shift(3), "shift(close, 3)"),
        (close.shift(), "shift(close, 1)"),
        (close.shift(0), "close"),
        (close < 1, "close < 1.0"),
        (close > 1, "close > 1.0"),
        (close <= open_, "close <= open"),
        (close >= open_, "close >= open"),
        (close == open_, "close == open"),
        (close != open_, "close != open"),
        (UP & (low > 1), "(close > open) & (low > 1.0)"),
        (UP | ~UP, "(close > open) | ~(close > open)"),
        (array([1.0, 2.0]), "array(<2 values>)"),
        (percent(2), "percent(2.0)"),
        (percent(close * 2), "percent(close * 2.0)"),
        (close.labelled("price") * 2, "price * 2.0"),
        ((close * 2).labelled("twice") + 1, "twice + 1.0"),
        (bt.ema(close, 20), "ema(close, 20)"),
        (bt.ema(close, 2.5), "ema(close, 2.5)"),
        (bt.rma(close - open_, 14), "rma(close - open, 14)"),
        (bt.sma(close, 5), "rolling_mean(close, 5)"),
        (bt.rolling_max(high, 5, min_periods=2), "rolling_max(high, 5, min_periods=2)"),
        (bt.rolling_cov(high, low, 5, 2, ddof=0), "rolling_cov(high, low, 5, min_periods=2, ddof=0)"),
        (bt.rolling_median(close, 5), "rolling_median(close, 5)"),
        (bt.rolling_quantile(close, 5, 1), "rolling_quantile(close, 5, 1.0)"),
        (
            bt.rolling_quantile(close, 5, 0.9, 2, interpolation="lower"),
            "rolling_quantile(close, 5, 0.9, min_periods=2, interpolation='lower')",
        ),
        (bt.rolling_rank(close - open_, 5), "rolling_rank(close - open, 5)"),
        (bt.rolling_rank(close, 5, method="max", pct=True), "rolling_rank(close, 5, method='max', pct=True)"),
        (bt.rsi(close, 14), "rsi(close, 14)"),
        (bt.zscore(close, 20), "zscore(close, 20)"),
        (bt.atr(14), "atr(14)"),
        (bt.atr(14, smoothing="ema"), "atr(14, smoothing='ema')"),
        (bt.true_range(), "true_range()"),
        (bt.crosses_above(close, 1), "crosses_above(close, 1.0)"),
        (bt.where(UP, high, 0), "where(close > open, high, 0.0)"),
        (bt.minimum(close, open_), "minimum(close, open)"),
    ],
)
def test_printing(built: Any, text: str) -> None:
    assert repr(built) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (bt.zscore(close, 5), bt.zscore(close, 5, ddof=0)),
        (bt.rolling_std(close, 5), bt.rolling_std(close, 5, ddof=0)),
        (bt.rolling_var(close, 5), bt.rolling_var(close, 5, ddof=0)),
    ],
)
def test_what_differs_prints_differently(one: Expr, other: Expr) -> None:
    assert not one.equals(other)
    assert repr(one) != repr(other)


@pytest.mark.parametrize("span", [np.int64(20), np.int32(20), np.float64(20.0)])
def test_numpy_parameters_print_as_numbers(span: Any) -> None:
    assert repr(bt.ema(close, span)) in ("ema(close, 20)", "ema(close, 20.0)")
    assert bt.ema(close, span).equals(bt.ema(close, 20))


def test_a_condition_as_a_number_is_one_or_zero() -> None:
    assert repr(UP + 1) == "where(close > open, 1.0, 0.0) + 1.0"
    assert number(UP).kind == "number"


EQUAL = [
    (close + 1, close + 1.0),
    (close + 1, close + np.float32(1)),
    (close + 0.5, close + Fraction(1, 2)),
    (close + 0.0, close + -0.0),
    (close.labelled("x"), close),
    (bt.sma(close, 5), bt.rolling_mean(close, 5)),
    (bt.rolling_mean(close, 5, 5), bt.rolling_mean(close, 5)),
    (bt.ema(close, 27), bt.rma(close, 14)),
    (array([1, 2]), array([1.0, 2.0])),
    (array([1.0, 2.0]), array(pl.Series([1.0, 2.0]))),
    (array(np.array([1.0, 2.0, 3.0])[::2]), array(pd.Series([1.0, 3.0]))),
    (array([True, False]), array(pd.Series([True, False]))),
    (bt.open, open_),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_equal_trees(one: Expr, other: Expr) -> None:
    assert one.equals(other)
    assert one.key == other.key
    assert hash(one) == hash(other)


DIFFERENT = [
    close, open_, high, low, volume, close + 1, close + 2, close - 1, 1 - close, close * 1, close / 1, -close,
    abs(close), close.sqrt(), close.shift(1), close.shift(2), close > 1, close >= 1, close < 1, close <= 1,
    close == 1, close != 1, UP & (low > 1), UP | (low > 1), ~UP, (low > 1) & UP, UP.shift(1),
    constant(1.0), constant(2.0), constant(float("nan")), constant(float("inf")), array([1.0]),
    array([2.0]), array([1.0, 2.0]), array([True]),
    array([False]), array([True, False]), bt.ema(close, 20), bt.ema(close, 21), bt.ema(open_, 20),
    bt.rolling_sum(close, 5), bt.rolling_sum(close, 6), bt.rolling_sum(close, 5, 4), bt.rolling_std(close, 5),
    bt.rolling_std(close, 5, ddof=0), bt.rolling_median(close, 5), bt.rolling_quantile(close, 5, 0.5),
    bt.rolling_quantile(close, 5, 0.4), bt.rolling_quantile(close, 5, 0.5, interpolation="lower"),
    bt.rolling_rank(close, 5), bt.rolling_rank(close, 5, method="min"), bt.rolling_rank(close, 5, pct=True),
    bt.rolling_var(close, 5), bt.rolling_min(close, 5), bt.rolling_max(close, 5), bt.true_range(), bt.rsi(close, 14),
    bt.crosses_above(close, open_), bt.crosses_below(close, open_), bt.crosses_above(open_, close),
    bt.where(UP, 1, 0), bt.where(UP, 0, 1), bt.minimum(close, open_), bt.maximum(close, open_),
]  # fmt: skip


def test_different_trees_have_different_digests() -> None:
    keys = {node.key for node in DIFFERENT}
    assert len(keys) == len(DIFFERENT)
    assert all(not close.equals(node) for node in DIFFERENT[1:])
    assert not close.equals("close")


def test_the_digest_is_the_same_in_every_version() -> None:
    """Results are stored under digests: a change here makes old results unfindable."""
    assert close.key == "bb70aeb5acccd1784bfc51774368cc33"
    assert bt.ema(close, 20).key == "bc7f53918c5a165fc5e9df0a7f93f2e7"
    assert (
        bt.crosses_above(close, bt.rolling_max(high, 5).shift(1)) & (array([1.5]) > 1)
    ).key == "796baf51dd6b34ea63fcbbe9d5e14d4a"


PROBE = """
import btcore as bt
exprs = [bt.close, bt.zscore(bt.close, 20) > 1.5, bt.donchian(5).upper.shift(1), bt.where(bt.close > 1, 2, bt.atr(3))]
print([e.key for e in exprs], [hash(e) for e in exprs])
"""


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_digests_and_hashes_are_the_same_in_other_processes(seed: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", PROBE],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    exprs = [close, bt.zscore(close, 20) > 1.5, bt.donchian(5).upper.shift(1), bt.where(close > 1, 2, bt.atr(3))]
    assert found.split() == f"{[e.key for e in exprs]} {[hash(e) for e in exprs]}".split()


@pytest.mark.parametrize("node", DIFFERENT, ids=range(len(DIFFERENT)))
@pytest.mark.parametrize("again", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy, copy.deepcopy])
def test_pickling_and_copying(node: Expr, again: Any) -> None:
    made = again(node)
    assert made.equals(node)
    assert (repr(made), made.kind, made.op) == (repr(node), node.kind, node.op)
    if node.data is not None:
        np.testing.assert_array_equal(made.data, node.data)


def test_pickles_of_percent() -> None:
    assert repr(pickle.loads(pickle.dumps(percent(close)))) == "percent(close)"


def test_kinds() -> None:
    assert {node.kind for node in (UP, ~UP, UP & UP, UP.shift(1), array([True]), close == 1)} == {"condition"}
    assert {node.kind for node in (close, close + UP, array([1]), close.shift(1), constant(1))} == {"number"}


def test_minus_zero_is_zero() -> None:
    assert str(constant(-0.0).params[0]) == "0.0"


def test_arrays_are_kept_as_read_only_copies() -> None:
    values = np.array([1.0, 2.0])
    node = array(values)
    values[0] = 5.0
    assert node.data is not None
    assert node.data.tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        node.data[0] = 3.0


def test_expressions_cannot_be_changed() -> None:
    node = close + 1
    with pytest.raises(AttributeError):
        node.op = "sub"


def test_numpy_operands_defer_to_expressions() -> None:
    values = np.array([1.0, 2.0])
    assert (values + close).equals(array(values) + close)
    assert (values > close).equals(close < values)
    assert (np.float64(2.0) * close).equals(2.0 * close)
    assert (np.array([True, False]) & UP).equals(array([True, False]) & UP)
    assert ([True, False] | UP).equals(array([True, False]) | UP)


def test_conditions_from_arrays() -> None:
    assert condition([True, False]).equals(array([True, False]))
    assert condition(np.array([1.0, 0.0, np.nan, -0.0, np.inf])).equals(array([True, False, False, False, True]))
    assert condition([0, 1]).equals(array([False, True]))
    assert condition(UP) is UP


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: bool(UP), r"no truth value: close > open; combine conditions with & \| ~"),
        (lambda: UP and close, "no truth value"),
        (lambda: 1 < close < 2, "no truth value"),
        (lambda: close**3, "powers other than 2 and 0.5 are not offered .got 3."),
        (lambda: close + True, "a single True is no condition"),
        (lambda: close + np.True_, "is no condition"),
        (lambda: close + "1", "cannot use '1' in an expression: give an expression, a number or an array"),
        (lambda: close + None, "cannot use None"),
        (lambda: close == None, "cannot use None"),  # noqa: E711
        (lambda: close + percent(1), "percent.* stands alone as a distance"),
        (lambda: percent(percent(1)), "percent.* stands alone"),
        (lambda: percent("1"), "cannot use '1'"),
        (lambda: close & UP, "close is a number where a condition is needed: compare it"),
        (lambda: UP | close, "close is a number where a condition is needed"),
        (lambda: ~close, "close is a number where a condition is needed"),
        (lambda: UP & True, "a single True is no condition"),
        (lambda: condition(1.0), "1.0 is a number where a condition is needed"),
        (lambda: array(np.ones((2, 2))), r"one dimension.*got shape \(2, 2\)"),
        (lambda: array(5.0), r"one dimension.*got shape \(\)"),
        (lambda: array(["a"]), "holds numbers or booleans, got dtype <U1"),
        (lambda: array([None, 1.0]), "holds numbers or booleans, got dtype object"),
        (lambda: array([1j]), "holds numbers or booleans, got dtype complex128"),
        (lambda: array(np.array(["2020"], dtype="datetime64[D]")), r"holds numbers or booleans, got dtype datetime64"),
        (lambda: lift(b"12"), "cannot use b'12'"),
        (lambda: lift(object), "cannot use <class 'object'>"),
    ],
)
def test_what_has_no_meaning(make: Any, message: str) -> None:
    with pytest.raises(errors.ExpressionError, match=message) as caught:
        make()
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("n", [-1, 1.0, True, "1", None, np.float64(2)])
def test_shifts_that_are_none(n: Any) -> None:
    with pytest.raises(errors.ParameterError, match=r"shift takes a whole number >= 0 .*look ahead.*, got "):
        close.shift(n)


def test_a_numpy_shift_is_a_shift() -> None:
    assert close.shift(np.int64(3)).equals(close.shift(3))


def test_names_of_the_module() -> None:
    assert all(hasattr(expr, name) for name in expr.__all__)
    assert (bt.open, bt.high, bt.low, bt.close, bt.volume) == (open_, high, low, close, volume)  # the same objects
