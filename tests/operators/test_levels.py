"""Arithmetic on the candles of signals gives the bits that it gives on every candle.

The size of a position is such an expression, and a trade records it as it was worked out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from operators.cases import assert_same_bits, cases

import btcore as bt
from btcore.expr import Expr, array, number
from btcore.program import ELEMENTWISE, evaluate

LENGTH = 400
ODD = np.array([0.0, -0.0, 1.0, -1.0, 1.5, -2.0, 2.0, 1e-3, 7e5, np.nan, np.nan])


def candles() -> bt.Candles:
    """Quiet candles, so that every position leaves by its time."""
    flat = np.full(LENGTH, 100.0)
    return bt.Candles(np.arange(LENGTH) * 60_000_000_000, flat, flat, flat, flat, tick=1.0)


def sizes_at_signals(size: Expr) -> tuple[np.ndarray, dict[str, int]]:
    """The value of `size` on every third candle, NaN where it made no trade; and the rejections."""
    signals = np.arange(LENGTH) % 3 == 0
    signals[-2:] = False
    result = bt.simulate(bt.Strategy(enter_long=signals, max_bars=1, size=size), candles(), cash=1e12)
    found = np.full(LENGTH, np.nan)
    rows = result.trades.to_numpy()
    found[rows["signal_index"]] = rows["size"]
    return found[signals], dict(result.rejected)


def check(expr: Expr) -> None:
    """Positive values trade, the others are refused for the right reason."""
    signals = np.arange(LENGTH) % 3 == 0
    signals[-2:] = False
    values = evaluate(expr, length=LENGTH)[0].astype(np.float64)[signals]
    for sign in (1.0, -1.0):
        found, rejected = sizes_at_signals(number(expr) * sign)
        assert_same_bits(found, np.where(sign * values > 0, sign * values, np.nan))
        assert rejected.get("NAN_LEVEL", 0) == np.isnan(values).sum()
        assert rejected.get("SIZE_BELOW_MIN", 0) == (sign * values <= 0).sum()


def inputs() -> list[Any]:
    """Odd values in every combination that 400 candles have room for, with a finite quotient."""
    random = np.random.default_rng(13)
    x, y, z = (random.choice(ODD, size=LENGTH) for _ in range(3))
    y[y == 0] = 3.0
    return [x, y, z, random.random(LENGTH) < 0.5, random.random(LENGTH) < 0.5]


@pytest.mark.parametrize("op", sorted(ELEMENTWISE))
def test_each_operator(op: str) -> None:
    for expr in cases(*inputs())[op]:
        check(expr)


def test_arithmetic_over_operators_with_memory() -> None:
    x = np.random.default_rng(14).normal(size=LENGTH).cumsum() + 50
    fast, slow = bt.ema(array(x), 3), bt.rolling_std(array(x), 10)
    check((fast - 50.0) / slow + bt.where(fast > slow, fast.shift(2), slow))
    check(bt.where(bt.crosses_above(fast, array(x)).shift(1), fast, -slow))
    check(abs(bt.maximum(fast, 50.0) - bt.minimum(array(x), 50.0)).sqrt())


def test_a_level_that_is_also_a_condition_input() -> None:
    x = array(np.random.default_rng(15).normal(size=LENGTH))
    signals = np.arange(LENGTH) % 3 == 0
    signals[-2:] = False
    shared = x * 2.0 + 1.0
    strategy = bt.Strategy(enter_long=array(signals) & (shared > 1.5), max_bars=1, size=shared / 2.0)
    rows = bt.simulate(strategy, candles(), cash=1e12).trades.to_numpy()
    values = evaluate(shared, shared / 2.0, length=LENGTH)
    expected = np.flatnonzero(signals & (values[0] > 1.5))
    assert rows["signal_index"].tolist() == expected.tolist()
    assert_same_bits(np.ascontiguousarray(rows["size"]), values[1][expected])
