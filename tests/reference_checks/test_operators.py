"""The twin's operators against values worked by hand, and against NumPy and pandas where these mean the same."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reference.codes import INTERPOLATIONS, RANK_METHODS, RANK_PERCENT
from reference.operators import OPERATORS, evaluate

from btcore.callables import Function
from btcore.clocks import timeframe
from btcore.expr import Expr, array, close, high, low, open_, time_array, volume
from reference_checks.worked import candles

NAN, INF = math.nan, math.inf
FOUR = candles([(1, 5, 1, 4), (2, 2, 2, 2), (9, 9, 6, 6), (6, 8, 4, 8)])


def series(*values: float) -> Expr:
    """An array of four values as an expression."""
    return array(np.array(values, dtype=np.float64))


def flags(*values: int) -> Expr:
    """An array of four conditions as an expression."""
    return array(np.array(values, dtype=bool))


def same(found: list[Any], expected: list[Any]) -> bool:
    """Equality that knows NaN."""
    return len(found) == len(expected) and all(
        a == b or (isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b))
        for a, b in zip(found, expected, strict=True)
    )


LAST_OF_TENS = Function(lambda window: window[-1] - 10 * window[0])
LINEAR, LOWER, HIGHER, NEAREST, MIDPOINT = INTERPOLATIONS.values()
AVERAGE, MIN, MAX = RANK_METHODS.values()
HOURS = 3_600_000_000_000


def moments(*texts: str) -> Expr:
    """Times in UTC."""
    return time_array(np.array(texts, "datetime64[ns]").view(np.int64))


def session(tz: str, opens: int, closes: int, weekdays: int) -> Expr:
    """Whether the times of FRIDAY lie between two hours."""
    return Expr("between", (FRIDAY,), (tz, opens * HOURS, closes * HOURS, weekdays), kind="condition")


# Summer time in London began on 2024-03-31 at 01:00 UTC.
LONDON = moments("2024-03-30T23:59", "2024-03-31T00:30", "2024-03-31T01:00", "2024-12-31T23:30")
FRIDAY = moments("2024-07-12T20:59", "2024-07-12T21:00", "2024-07-12T23:00", "2024-07-14T21:00")
A, B = series(1, -2, NAN, 0), series(0, 4, 1, 0)
CASES = [
    ("column", close, [4, 2, 6, 8]),
    ("constant", close * 0 + 2.5, [2.5] * 4),
    ("array", flags(1, 0, 1, 0), [True, False, True, False]),
    ("add", A + B, [1, 2, NAN, 0]),
    ("sub", A - B, [1, -6, NAN, 0]),
    ("mul", A * B, [0, -8, NAN, 0]),
    ("div", A / B, [INF, -0.5, NAN, NAN]),
    ("div", series(-1, 1, INF, NAN) / series(0, -INF, INF, 0), [-INF, 0, NAN, NAN]),
    ("neg", -A, [-1, 2, NAN, 0]),
    ("abs", abs(A), [1, 2, NAN, 0]),
    ("sqrt", series(4, -1, NAN, INF).sqrt(), [2, NAN, NAN, INF]),
    ("minimum", Expr("minimum", (A, B)), [0, -2, NAN, 0]),
    ("maximum", Expr("maximum", (B, A)), [1, 4, NAN, 0]),
    ("lt", A < B, [False, True, False, False]),
    ("le", A <= B, [False, True, False, True]),
    ("gt", A > B, [True, False, False, False]),
    ("ge", A >= B, [True, False, False, True]),
    ("eq", A == B, [False, False, False, True]),
    ("ne", A != B, [True, True, False, False]),
    ("and", flags(1, 1, 0, 0) & flags(1, 0, 1, 0), [True, False, False, False]),
    ("or", flags(1, 1, 0, 0) | flags(1, 0, 1, 0), [True, True, True, False]),
    ("not", ~(A < B), [True, False, True, True]),
    ("where", Expr("where", (flags(1, 0, 1, 0), A, B)), [1, 4, NAN, 0]),
    ("shift", close.shift(2), [NAN, NAN, 4, 2]),
    ("shift", (close > 3).shift(1), [False, True, False, True]),
    ("shift", close.shift(9), [NAN] * 4),
    ("crosses_above", Expr("crosses_above", (open_, close), kind="condition"), [False, False, True, False]),
    ("crosses_below", Expr("crosses_below", (open_, close), kind="condition"), [False, False, False, True]),
    ("crosses_above", Expr("crosses_above", (A, B), kind="condition"), [False] * 4),
    ("ewm", Expr("ewm", (series(NAN, 4, INF, 8),), (0.25,)), [NAN, 4, NAN, 5]),
    # the mean of 4 and 8 is the seed; 6 + (2 - 6) / 4
    ("ewm", Expr("ewm", (series(4, NAN, 8, 2),), (0.25, 2)), [NAN, NAN, 6, 5]),
    # the first is passed over; the seed 8 is not shown
    ("ewm", Expr("ewm", (series(4, 8, 4, 5),), (0.25, 1, 1, 1)), [NAN, NAN, 7, 6.5]),
    ("ewm", Expr("ewm", (series(4, 8, 4, 5),), (0.25, 5)), [NAN] * 4),
    # (8 + 4 / 2) / 1.5, (2 + 8 / 2 + 4 / 4) / 1.75
    ("ewm_adjusted", Expr("ewm_adjusted", (series(4, 8, NAN, 2),), (0.5,)), [4, 10 / 1.5, NAN, 4]),
    ("cumulative_sum", Expr("cumulative_sum", (series(1, 1e100, NAN, -1e100),)), [1, 1e100, NAN, 1]),
    ("cumulative_sum_since", Expr("cumulative_sum_since", (series(1, 2, NAN, 4), flags(0, 1, 1, 0))), [1, 2, NAN, 4]),
    ("cumulative_sum_since", Expr("cumulative_sum_since", (series(1, 2, 4, 8), flags(0, 0, 1, 0))), [1, 3, 4, 12]),
    ("obv", Expr("obv", (series(5, 6, 6, 4), series(10, 20, 40, 80))), [10, 30, 30, -50]),
    # the second candle is passed over: 7 is a rise from 5
    ("obv", Expr("obv", (series(5, NAN, 7, 6), series(10, 20, 40, INF))), [10, NAN, 50, NAN]),
    # upper 10 8 9 20: tightens to 8, holds; 8.5 is above it: up, the lower band is the highest so far
    (
        "supertrend",
        Expr("supertrend", (series(10, 8, 9, 20), series(2, 4, 3, 1), series(5, 5, 8.5, 4.5))),
        [10, 8, 4, 4],
    ),
    (
        "supertrend_direction",
        Expr("supertrend_direction", (series(10, 8, 9, 20), series(2, 4, 3, 1), series(5, 5, 8.5, 3))),
        [-1, -1, 1, -1],
    ),
    # up, then down at once: the upper band, set free by the close above it, is 20
    (
        "supertrend",
        Expr("supertrend", (series(10, 8, 9, 20), series(2, 4, 3, 1), series(5, 5, 8.5, 3))),
        [10, 8, 4, 20],
    ),
    # long: SAR 1; 1 + .5 * (6 - 1) = 3.5, held at the low 2; high 8 > 6: 2 + .75 * (8 - 2) = 6.5, held at 2 and 4;
    # low 1 <= 2: short at the highest 8, not below the highs 8 and 7
    ("psar", Expr("psar", (series(5, 6, 8, 7), series(1, 2, 4, 1)), (0.5, 0.75)), [NAN, 1, 2, 8]),
    # the low falls by 2, the high does not rise: short from the high 5; 5 + .5 * (1 - 5) = 3, held at the high 4
    ("psar", Expr("psar", (series(5, NAN, 4, 3), series(3, 1, 1, 0)), (0.5, 0.75)), [NAN, NAN, 5, 4]),
    # short from the high 5, which is touched at once: long from the low 1; 1 + .5 * (6 - 1) = 3.5, held at the lows 1
    ("psar", Expr("psar", (series(5, 6, 4, 4), series(3, 1, 2, 3)), (0.5, 0.75)), [NAN, 1, 1, 1]),
    # 3 and 1 are 1 from their mean 2; 1, 2 and 6 are 2, 1 and 3 from 3; a constant window has no spread
    ("rolling_mad", Expr("rolling_mad", (series(3, 1, 2, 2),), (2, 1)), [0, 1, 0.5, 0]),
    ("rolling_mad", Expr("rolling_mad", (series(1, 2, 6, NAN),), (3, 2)), [NAN, 0.5, 2, NAN]),
    # (1 + 2 * 4) / 3, (4 + 2 * 7) / 3; weights 1 and 2 of a window of 3 while there are two values
    ("rolling_wma", Expr("rolling_wma", (series(1, 4, 7, NAN),), (2, 2)), [NAN, 3, 6, NAN]),
    ("rolling_wma", Expr("rolling_wma", (series(3, 9, 3, 6),), (3, 1)), [3, 7, 5, 5.5]),
    ("true_range", Expr("true_range", (high, low, close)), [4, 2, 7, 4]),
    ("rsi", Expr("rsi", (close,), (0.5,)), [NAN, 0, 200 / 3, 80]),
    ("rsi", Expr("rsi", (series(1, NAN, 2, 2),), (0.5,)), [NAN, NAN, NAN, NAN]),
    ("true_range", Expr("true_range", (high, low, series(4, NAN, 6, 8))), [4, 2, NAN, 4]),
    ("rolling_sum", Expr("rolling_sum", (close,), (2, 2)), [NAN, 6, 8, 14]),
    ("rolling_sum", Expr("rolling_sum", (close,), (3, 1)), [4, 6, 12, 16]),
    ("rolling_sum", Expr("rolling_sum", (series(1, NAN, 2, 3),), (2, 1)), [1, NAN, NAN, 5]),
    ("rolling_mean", Expr("rolling_mean", (close,), (2, 2)), [NAN, 3, 4, 7]),
    ("rolling_min", Expr("rolling_min", (series(3, 1, INF, 2),), (2, 1)), [3, 1, NAN, NAN]),
    ("rolling_max", Expr("rolling_max", (close,), (2, 2)), [NAN, 4, 6, 8]),
    ("rolling_argmin", Expr("rolling_argmin", (series(3, 1, 1, 2),), (3, 1)), [0, 0, 0, 1]),
    ("rolling_argmin", Expr("rolling_argmin", (close,), (2, 2)), [NAN, 0, 1, 1]),
    ("rolling_argmax", Expr("rolling_argmax", (series(3, 1, NAN, 2),), (2, 1)), [0, 1, NAN, NAN]),
    ("rolling_skew", Expr("rolling_skew", (series(0, 0, 3, 3),), (3, 2)), [NAN, NAN, math.sqrt(3), -math.sqrt(3)]),
    ("rolling_skew", Expr("rolling_skew", (series(2, 2, 2, 1),), (3, 3)), [NAN, NAN, NAN, -math.sqrt(3)]),
    ("rolling_kurt", Expr("rolling_kurt", (series(0, 0, 3, 3),), (4, 1)), [NAN, NAN, NAN, -6]),
    ("rolling_kurt", Expr("rolling_kurt", (series(1, 1, 1, 5),), (4, 4)), [NAN, NAN, NAN, 4]),
    ("rolling_cov", Expr("rolling_cov", (series(1, 2, 4, 4), series(3, 5, 1, 9)), (2, 1, 1)), [NAN, 1, -4, 0]),
    ("rolling_cov", Expr("rolling_cov", (series(1, 2, 4, 4), series(3, 5, INF, 1)), (2, 2, 0)), [NAN, 0.5, NAN, NAN]),
    ("rolling_corr", Expr("rolling_corr", (series(1, 2, 4, 4), series(3, 5, 1, 0)), (2, 1)), [NAN, 1, -1, NAN]),
    ("rolling_corr", Expr("rolling_corr", (series(0, 1, 2, NAN), series(0, 1, 0, 1)), (3, 3)), [NAN, NAN, 0, NAN]),
    ("rolling_slope", Expr("rolling_slope", (series(1, 3, 2, 7),), (3, 1)), [NAN, 2, 0.5, 2]),
    ("rolling_wma", Expr("rolling_wma", (series(3, 6, 0, 12),), (3, 2)), [NAN, 5, 2.5, 7]),
    ("rolling_var", Expr("rolling_var", (close,), (2, 1, 1)), [NAN, 2, 8, 2]),
    ("rolling_var", Expr("rolling_var", (close,), (2, 1, 0)), [0, 1, 4, 1]),
    ("rolling_apply", Expr("rolling_apply", (close,), (2, 2, LAST_OF_TENS)), [NAN, -38, -14, -52]),
    ("rolling_apply", Expr("rolling_apply", (close,), (3, 1, LAST_OF_TENS)), [-36, -38, -34, -12]),
    ("rolling_apply", Expr("rolling_apply", (series(1, INF, 2, 3),), (2, 1, LAST_OF_TENS)), [-9, NAN, NAN, -17]),
    # close is 4, 2, 6, 8
    ("rolling_median", Expr("rolling_median", (close,), (3, 1)), [4, 3, 4, 6]),
    ("rolling_median", Expr("rolling_median", (series(1, NAN, 2, -4),), (2, 2)), [NAN, NAN, NAN, -1]),
    # positions of 0.25 in 1, 2, 3 and 4 values: 0, 0.25, 0.5, 0.75
    ("rolling_quantile", Expr("rolling_quantile", (close,), (4, 1, LINEAR, 0.25)), [4, 2.5, 3, 3.5]),
    ("rolling_quantile", Expr("rolling_quantile", (close,), (4, 1, LOWER, 0.25)), [4, 2, 2, 2]),
    ("rolling_quantile", Expr("rolling_quantile", (close,), (4, 1, HIGHER, 0.25)), [4, 4, 4, 4]),
    ("rolling_quantile", Expr("rolling_quantile", (close,), (4, 1, NEAREST, 0.25)), [4, 2, 2, 4]),
    ("rolling_quantile", Expr("rolling_quantile", (close,), (4, 1, MIDPOINT, 0.25)), [4, 3, 3, 3]),
    # positions of 0.5 in two values and in four: 0.5, from which 0 is the even one, and 1.5, from which it is 2
    ("rolling_quantile", Expr("rolling_quantile", (close,), (4, 2, NEAREST, 0.5)), [NAN, 2, 4, 6]),
    ("rolling_quantile", Expr("rolling_quantile", (close,), (2, 2, LINEAR, 1.0)), [NAN, 4, 6, 8]),
    ("rolling_rank", Expr("rolling_rank", (close,), (3, 1, AVERAGE)), [1, 1, 3, 3]),
    ("rolling_rank", Expr("rolling_rank", (series(5, 5, 5, 1),), (3, 1, AVERAGE)), [1, 1.5, 2, 1]),
    ("rolling_rank", Expr("rolling_rank", (series(5, 5, 9, 5),), (4, 1, MIN)), [1, 1, 3, 1]),
    ("rolling_rank", Expr("rolling_rank", (series(5, 5, 9, 5),), (4, 1, MAX)), [1, 2, 3, 3]),
    ("rolling_rank", Expr("rolling_rank", (series(5, 5, 9, 5),), (4, 1, MAX + RANK_PERCENT)), [1, 1, 1, 0.75]),
    ("rolling_rank", Expr("rolling_rank", (series(5, INF, 9, 5),), (2, 1, MIN)), [1, NAN, NAN, 1]),
    ("rolling_std", Expr("rolling_std", (series(1, 1, 1, 7),), (2, 2, 0)), [NAN, 0, 0, 3]),
    ("time_part", Expr("time_part", (LONDON,), ("hour", "Europe/London")), [23, 0, 2, 23]),
    ("time_part", Expr("time_part", (LONDON,), ("minute", "+05:45")), [44, 15, 45, 15]),
    ("time_part", Expr("time_part", (LONDON,), ("weekday", "UTC")), [5, 6, 6, 1]),
    ("time_part", Expr("time_part", (LONDON,), ("day", "EET")), [31, 31, 31, 1]),
    ("time_part", Expr("time_part", (LONDON,), ("month", "EET+7")), [3, 3, 3, 1]),
    ("time_part", Expr("time_part", (LONDON,), ("year", "EET")), [2024, 2024, 2024, 2025]),
    ("time_part", Expr("time_part", (LONDON,), ("day_of_year", "UTC")), [90, 91, 91, 366]),
    # 17:00 in New York is 21:00 UTC in July; that of a Friday opens a session that goes on after midnight
    ("between", session("America/New_York", 17, 19, 0b1111111), [False, True, False, True]),
    ("between", session("UTC", 22, 21, 0b10000), [False, False, True, False]),
    ("between", session("UTC", 0, 24, 0b1000000), [False, False, False, True]),
    (
        "new_day",
        Expr("new_day", (FRIDAY,), ("America/New_York", 17 * HOURS), kind="condition"),
        [True, True, False, True],
    ),
    ("new_day", Expr("new_day", (FRIDAY,), ("UTC", 0), kind="condition"), [True, False, False, True]),
    # candles of one minute: that of 00:01 lasts to the end of the first two
    ("timeframe", timeframe("2min", high), [NAN, 5, 5, 9]),
    ("timeframe", timeframe("2min", volume + open_ + close * 10), [NAN, 21, 21, 89]),
    ("timeframe", timeframe("2min", close > 2), [False, False, False, True]),
    ("timeframe", timeframe("3min", low), [NAN, NAN, 1, 1]),
    ("timeframe", timeframe("2min", close.shift(1)), [NAN, NAN, NAN, 2]),
]


@pytest.mark.parametrize(("op", "expr", "expected"), CASES, ids=[f"{op}-{i}" for i, (op, _, _) in enumerate(CASES)])
def test_by_hand(op: str, expr: Expr, expected: list[Any]) -> None:
    """Four candles each."""
    assert same(evaluate(expr, FOUR), expected)


def test_every_operator_is_checked() -> None:
    """An operator without a hand-worked case fails here."""
    assert {op for op, _, _ in CASES} == set(OPERATORS)


def test_sums_are_exact() -> None:
    """A window forgets what left it, however large that was."""
    assert evaluate(Expr("rolling_sum", (series(1e300, 1, 1e-3, 3),), (2, 1)), FOUR)[2:] == [1.001, 3.001]
    assert evaluate(Expr("rolling_var", (series(0.1, 0.1, 0.1, 0.1),), (3, 3, 0)), FOUR)[3] == 0.0
    assert evaluate(Expr("rolling_sum", (series(1e308, 1e308, 0, 0),), (2, 2)), FOUR)[1] == INF


def test_against_pandas() -> None:
    """Random values: exponential mean, rolling mean and deviation."""
    values = np.random.default_rng(3).normal(size=300).cumsum() + 50
    quoted = candles([(100, 100, 100, 100)] * 300)
    frame, given = pd.Series(values), array(values)
    found = evaluate(Expr("ewm", (given,), (0.1,)), quoted)
    np.testing.assert_allclose(found, frame.ewm(alpha=0.1, adjust=False).mean(), rtol=1e-12)
    found = evaluate(Expr("rolling_mean", (given,), (20, 5)), quoted)
    np.testing.assert_allclose(found, frame.rolling(20, min_periods=5).mean(), rtol=1e-12)
    found = evaluate(Expr("rolling_std", (given,), (20, 20, 1)), quoted)
    np.testing.assert_allclose(found, frame.rolling(20).std(), rtol=1e-9)
    for op, expected in (("rolling_skew", frame.rolling(20).skew()), ("rolling_kurt", frame.rolling(20).kurt())):
        np.testing.assert_allclose(evaluate(Expr(op, (given,), (20, 20)), quoted), expected, rtol=1e-7, atol=1e-9)
    other = pd.Series(np.random.default_rng(4).normal(size=300))
    pair, window = (given, array(other.to_numpy())), frame.rolling(20)
    found = evaluate(Expr("rolling_cov", pair, (20, 20, 1)), quoted)
    np.testing.assert_allclose(found, window.cov(other), rtol=1e-9, atol=1e-12)
    found = evaluate(Expr("rolling_corr", pair, (20, 20)), quoted)
    np.testing.assert_allclose(found, window.corr(other), rtol=1e-9, atol=1e-12)


def test_order_statistics_against_numpy_and_pandas() -> None:
    """Random values with many ties: quantiles by every interpolation, ranks by every method."""
    values = np.random.default_rng(3).integers(0, 30, 300).astype(float)
    quoted, given = candles([(100, 100, 100, 100)] * 300), array(values)
    windows = np.lib.stride_tricks.sliding_window_view(values, 20)
    found = evaluate(Expr("rolling_median", (given,), (20, 20)), quoted)[19:]
    assert found == np.median(windows, axis=1).tolist()
    for method, code in INTERPOLATIONS.items():
        for q in (0.0, 0.3, 0.5, 0.9):
            found = evaluate(Expr("rolling_quantile", (given,), (20, 20, code, q)), quoted)[19:]
            assert found == np.quantile(windows, q, axis=1, method=method).tolist()
    for method, code in RANK_METHODS.items():
        for pct in (False, True):
            found = evaluate(Expr("rolling_rank", (given,), (20, 5, code + RANK_PERCENT * pct)), quoted)
            expected = pd.Series(values).rolling(20, min_periods=5).rank(method=method, pct=pct)
            np.testing.assert_array_equal(found, expected)


def test_linear_weights_against_numpy() -> None:
    """Random values: slopes of fitted lines, and weighted averages."""
    values = np.random.default_rng(3).normal(size=60).cumsum() + 50
    quoted, given, place = candles([(100, 100, 100, 100)] * 60), array(values), np.arange(20)
    windows = np.lib.stride_tricks.sliding_window_view(values, 20)
    found = evaluate(Expr("rolling_slope", (given,), (20, 20)), quoted)[19:]
    np.testing.assert_allclose(found, [np.polyfit(place, window, 1)[0] for window in windows], rtol=1e-9, atol=1e-11)
    found = evaluate(Expr("rolling_wma", (given,), (20, 20)), quoted)[19:]
    np.testing.assert_allclose(found, [np.average(window, weights=place + 1) for window in windows], rtol=1e-12)
