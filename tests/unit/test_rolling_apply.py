"""The caller's own function per window: values, arrays, strategies and streams; what it raises."""

from __future__ import annotations

import ctypes
import gc
import signal
import weakref
from typing import Any

import numpy as np
import pandas as pd
import pytest

import btcore as bt
from btcore._core.types import BLOCK
from btcore.expr import array
from btcore.plan import Conditions, Plan
from btcore.program import COLUMNS, evaluate

NAN = float("nan")
CANDLES = bt.synthetic_candles(2 * BLOCK + 100, seed=5)
ROWS = list(zip(CANDLES.timestamp.tolist(), *(getattr(CANDLES, name).tolist() for name in COLUMNS), strict=True))
SERIES = CANDLES.close * 1e4
POINTER = ctypes.POINTER(ctypes.c_double)
COMPILED = ctypes.CFUNCTYPE(ctypes.c_double, POINTER, ctypes.c_ssize_t)


def rise(window: Any) -> float:
    """Last less first."""
    return float(window[-1] - window[0])


RISE = COMPILED(lambda values, count: values[count - 1] - values[0])


def over_candles(*exprs: bt.Expr) -> list[np.ndarray]:
    """Values over the synthetic candles."""
    return evaluate(*exprs, columns={name: getattr(CANDLES, name) for name in COLUMNS}, length=len(CANDLES))


# --- values -----------------------------------------------------------------------------------------------------------


def test_by_hand() -> None:
    assert bt.rolling_apply([3, 1, 2, 5], 2, lambda w: 10 * w[0] + w[1])[1:].tolist() == [31.0, 12.0, 25.0]
    assert bt.rolling_apply([3, 1, 2, 5], 3, len, 1).tolist() == [1.0, 2.0, 3.0, 3.0]
    assert bt.rolling_apply([3, 1, 2, 5], 9, np.sum, min_periods=2)[1:].tolist() == [4.0, 6.0, 11.0]
    assert np.isnan(bt.rolling_apply([3, 1, 2, 5], 9, np.sum)).all()
    assert bt.rolling_apply([], 3, np.sum).shape == (0,)


@pytest.mark.parametrize("window", [1, 2, 20, 3000])
@pytest.mark.parametrize("function", [np.mean, np.median, rise])
def test_as_pandas(window: int, function: Any) -> None:
    expected = pd.Series(SERIES).rolling(window).apply(function, raw=True)
    np.testing.assert_array_equal(bt.rolling_apply(SERIES, window, function), expected)


@pytest.mark.parametrize("bad", [NAN, np.inf, -np.inf])
def test_windows_that_are_not_finite_are_not_passed_on(bad: float) -> None:
    values = np.arange(12.0)
    values[5] = bad
    seen = []
    found = bt.rolling_apply(values, 3, lambda w: seen.append(w.tolist()) or w[0])
    np.testing.assert_array_equal(found, [NAN, NAN, 0, 1, 2, NAN, NAN, NAN, 6, 7, 8, 9])
    assert seen == [[0, 1, 2], [1, 2, 3], [2, 3, 4], [6, 7, 8], [7, 8, 9], [8, 9, 10], [9, 10, 11]]


@pytest.mark.parametrize("result", [2, 2.0, True, np.float32(2), np.int8(2), np.bool_(True), np.array(2.0)])
def test_numbers_of_every_kind(result: Any) -> None:
    assert bt.rolling_apply([1.0], 1, lambda w: result).tolist() == [float(result)]


def test_what_is_not_finite_may_be_returned() -> None:
    np.testing.assert_array_equal(
        bt.rolling_apply([1.0, 2.0], 1, lambda w: NAN if w[0] == 1 else np.inf), [NAN, np.inf]
    )


def test_windows_are_read_only_and_stay_what_they_were() -> None:
    kept: list[np.ndarray] = []
    length = BLOCK + 50
    bt.rolling_apply(SERIES[:length], 4, lambda w: kept.append(w) or 0.0)
    gc.collect()
    assert len(kept) == length - 3
    for k, window in enumerate(kept):
        assert window.dtype == np.float64
        assert window.flags.c_contiguous
        assert window.tolist() == SERIES[k : k + 4].tolist()
    with pytest.raises(ValueError, match="read-only"):
        kept[0][0] = 1.0
    with pytest.raises(ValueError, match="WRITEABLE"):
        kept[0].flags.writeable = True


def test_a_callable_may_use_btcore() -> None:
    inner = bt.rolling_apply(SERIES[:200], 10, lambda w: bt.rolling_mean(w, 3)[-1])
    np.testing.assert_allclose(inner[9:], bt.rolling_mean(SERIES[:200], 3)[9:], rtol=1e-14)


# --- every mode -------------------------------------------------------------------------------------------------------

BOTH = pytest.mark.parametrize("function", [np.std, rise, RISE], ids=["numpy", "python", "compiled"])


@BOTH
def test_streams_give_the_bits_of_arrays(function: Any) -> None:
    exprs = tuple(bt.rolling_apply(bt.close, 30, function, least) for least in (30, 1))
    stream = bt.Stream(exprs)
    rows = np.array([stream.push(*row) for row in ROWS])
    for column, whole in zip(rows.T, over_candles(*exprs), strict=True):
        np.testing.assert_array_equal(column, whole)


@BOTH
def test_strategies_trade_the_values_of_arrays(function: Any) -> None:
    measure = bt.rolling_apply(bt.close, 30, function)
    values = bt.rolling_apply(CANDLES.close, 30, function)
    found, expected = (
        bt.simulate(
            bt.Strategy(bt.crosses_above(m, bt.rolling_mean(m, 50)), stop=0.0005 + abs(m) / 2, max_bars=9), CANDLES
        )
        for m in (measure, array(values))
    )
    assert len(found.trades) > 20
    assert found.trades.to_numpy().tobytes() == expected.trades.to_numpy().tobytes()


def test_equal_functions_are_called_once() -> None:
    calls = []

    def counted(window: np.ndarray) -> float:
        calls.append(1)
        return 0.0

    expr = bt.rolling_apply(bt.close, 3, counted)
    over_candles(expr, bt.rolling_apply(bt.close, 3, counted) + 1, bt.rolling_mean(expr, 2))
    assert len(calls) == len(CANDLES) - 2


# --- what goes wrong --------------------------------------------------------------------------------------------------


class Raising:
    """Raises on the nth call."""

    def __init__(self, error: BaseException, nth: int = 1) -> None:
        self.error, self.left = error, nth

    def __call__(self, window: np.ndarray) -> float:
        self.left -= 1
        if not self.left:
            raise self.error
        return 0.0


@pytest.mark.parametrize("error", [KeyError("k"), bt.DataError("d"), KeyboardInterrupt(), SystemExit(3)])
def test_what_a_callable_raises_arrives_with_a_note(error: BaseException) -> None:
    nth = BLOCK + 7
    with pytest.raises(type(error)) as caught:
        bt.rolling_apply(SERIES, 10, Raising(error, nth))
    assert caught.value is error
    assert error.__notes__ == [f"in rolling_apply of <Raising>, at candle {nth + 8}"]


def test_an_interrupt_arrives() -> None:
    with pytest.raises(KeyboardInterrupt):
        bt.rolling_apply(SERIES, 10, lambda w: signal.raise_signal(signal.SIGINT) or 0.0)


@pytest.mark.parametrize("result", [None, "1", 1j, np.complex64(1), np.ones(1), [1.0]], ids=repr)
def test_a_result_that_is_no_number(result: Any) -> None:
    with pytest.raises(
        bt.ExpressionError, match="a function of rolling_apply returns a number, <lambda> returned "
    ) as caught:
        bt.rolling_apply(SERIES, 10, lambda w: result)
    assert "at candle 9" in caught.value.__notes__[0]


def test_a_number_beyond_every_float() -> None:
    with pytest.raises(OverflowError):
        bt.rolling_apply(SERIES, 10, lambda w: 10**400)


@pytest.mark.parametrize("nth", [1, 500, BLOCK, BLOCK + 1, 2 * BLOCK + 50])
def test_a_simulation_ends_with_the_error(nth: int) -> None:
    error = RuntimeError("no more")
    strategy = bt.Strategy(bt.close > bt.rolling_apply(bt.close, 2, Raising(error, nth)), stop=0.001, max_bars=2)
    with pytest.raises(RuntimeError, match="no more") as caught:
        bt.simulate(strategy, CANDLES)
    assert caught.value is error
    assert f"at candle {nth}" in error.__notes__[0]


def test_a_failed_plan_gives_no_results() -> None:
    plan = Plan(CANDLES)
    other = plan.add(bt.Strategy(bt.close > 0, stop=0.001, max_bars=2), Conditions(end=len(CANDLES)))
    failing = bt.rolling_apply(bt.close, 2, Raising(RuntimeError("no more"), BLOCK + 5))
    plan.add(bt.Strategy(bt.close > failing, stop=0.001), Conditions(end=len(CANDLES)))
    with pytest.raises(RuntimeError, match="no more"):
        plan.run()
    for result in (other.trades, other.totals, other.rejected):
        with pytest.raises(RuntimeError, match="has not been run to its end"):
            result()


def test_nothing_is_left_of_a_failed_simulation() -> None:
    function = Raising(RuntimeError("no more"), 3000)
    gone = weakref.ref(function)
    with pytest.raises(RuntimeError) as caught:
        bt.simulate(bt.Strategy(bt.close > bt.rolling_apply(bt.close, 2, function), stop=0.001), CANDLES)
    del function, caught
    gc.collect()
    assert gone() is None


def test_a_stream_is_as_if_the_candle_had_not_come() -> None:
    fails = []

    def sometimes(window: np.ndarray) -> float:
        if fails:
            raise fails.pop()
        return rise(window)

    parts = bt.ema(bt.close, 5), bt.rolling_apply(bt.ema(bt.close, 3), 7, sometimes), bt.rolling_std(bt.close, 9)
    stream, undisturbed = bt.Stream(parts), bt.Stream(parts)
    for t, row in enumerate(ROWS[:300]):
        if t > 10 and t % 7 == 0:
            fails.append(ZeroDivisionError(f"at {t}"))
            with pytest.raises(ZeroDivisionError, match=f"at {t}") as caught:
                stream.push(*row)
            assert caught.value.__notes__ == [f"in rolling_apply of sometimes, at candle {t}"]
            assert stream.count == t
        np.testing.assert_array_equal(stream.push(*row), undisturbed.push(*row))


@pytest.mark.parametrize(
    ("window", "least", "message"),
    [
        (0, None, "window must be a whole number >= 1, got 0"),
        (5, 0, "min_periods must be a whole number >= 1, got 0"),
        (5, 6, "min_periods must be at most the window 5, got 6"),
    ],
)
def test_windows_that_have_no_meaning(window: int, least: int | None, message: str) -> None:
    with pytest.raises(bt.ParameterError, match=message):
        bt.rolling_apply(bt.close, window, rise, least)
