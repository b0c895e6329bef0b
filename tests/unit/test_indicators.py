"""Indicators: one name for arrays and expressions, definitions by hand and by pandas, errors."""

from __future__ import annotations

import functools
import inspect
import pickle
import types
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import btcore as bt
from btcore import errors, indicators
from btcore.expr import Expr, array, close, high, low, volume
from btcore.program import COLUMNS, evaluate

LENGTH = 5000
CANDLES = bt.synthetic_candles(LENGTH, seed=21)
OPEN, HIGH, LOW, CLOSE, VOLUME = (getattr(CANDLES, name) for name in COLUMNS)
PRICES = HIGH, LOW, CLOSE
TIMES = CANDLES.timestamp
NAN = float("nan")

ROLLING = [
    *(bt.rolling_argmax, bt.rolling_argmin, bt.rolling_kurt, bt.rolling_max, bt.rolling_mean, bt.rolling_min),
    *(bt.rolling_skew, bt.rolling_slope, bt.rolling_std, bt.rolling_sum, bt.rolling_var),
    *(bt.rolling_median, bt.rolling_rank),
]

# name -> (eager, lazy) calls that mean the same; several per name where an option changes the path.
PAIRS: dict[str, list[tuple[Any, Any]]] = {
    "adx": [
        (lambda: bt.adx(*PRICES, 14), lambda: bt.adx(14)),
        (lambda: bt.adx(*PRICES, n=7, seed="sma"), lambda: bt.adx(high, low, close, n=7, seed="sma")),
    ],
    "bollinger": [
        (lambda: bt.bollinger(CLOSE), lambda: bt.bollinger(close)),
        (lambda: bt.bollinger(CLOSE, 10, 1.5, ddof=1), lambda: bt.bollinger(close, 10, 1.5, ddof=1)),
    ],
    "cci": [
        (lambda: bt.cci(*PRICES, 20), lambda: bt.cci(20)),
        (lambda: bt.cci(*PRICES, n=20), lambda: bt.cci(high, low, close, n=20)),
    ],
    "atr": [
        (lambda: bt.atr(HIGH, LOW, CLOSE, 14), lambda: bt.atr(14)),
        (lambda: bt.atr(HIGH, LOW, CLOSE, n=14), lambda: bt.atr(n=14)),
        (lambda: bt.atr(HIGH, LOW, CLOSE, 7, smoothing="ema"), lambda: bt.atr(7, smoothing="ema")),
        (lambda: bt.atr(*PRICES, 7, seed="sma"), lambda: bt.atr(7, seed="sma")),
        (lambda: bt.atr(*PRICES, 7, smoothing="ema", seed="sma"), lambda: bt.atr(7, smoothing="ema", seed="sma")),
        (lambda: bt.atr(HIGH, LOW, CLOSE, 7, smoothing="sma"), lambda: bt.atr(high, low, close, 7, smoothing="sma")),
    ],
    **{
        function.__name__: [
            (lambda f=function: f(CLOSE, 20), lambda f=function: f(close, 20)),
            (lambda f=function: f(CLOSE, 9, seed="sma"), lambda f=function: f(close, 9, seed="sma")),
        ]
        for function in (bt.dema, bt.tema)
    },
    "hma": [(lambda n=n: bt.hma(CLOSE, n), lambda n=n: bt.hma(close, n)) for n in (1, 2, 20)],
    "keltner": [
        (lambda: bt.keltner(*PRICES, 20), lambda: bt.keltner(20)),
        (lambda: bt.keltner(*PRICES, 20, seed="sma"), lambda: bt.keltner(n=20, seed="sma")),
        (
            lambda: bt.keltner(*PRICES, 9, width=1.5, atr_n=5, price="typical", smoothing="sma"),
            lambda: bt.keltner(high, low, close, 9, width=1.5, atr_n=5, price="typical", smoothing="sma"),
        ),
    ],
    "macd": [
        (lambda: bt.macd(CLOSE), lambda: bt.macd(close)),
        (lambda: bt.macd(CLOSE, 5, 35, 5, seed="sma"), lambda: bt.macd(close, 5, 35, 5, seed="sma")),
        (lambda: bt.macd(CLOSE, 2.5, 6.5, 3.5), lambda: bt.macd(close, 2.5, 6.5, 3.5)),
    ],
    "momentum": [(lambda: bt.momentum(CLOSE, 10), lambda: bt.momentum(close, 10))],
    "obv": [
        (lambda: bt.obv(CLOSE, VOLUME), bt.obv),
        (lambda: bt.obv(CLOSE, VOLUME), lambda: bt.obv(close, bt.volume)),
    ],
    "psar": [
        (lambda: bt.psar(HIGH, LOW), bt.psar),
        (lambda: bt.psar(HIGH, LOW, step=0.1, max_step=0.5), lambda: bt.psar(high, low, step=0.1, max_step=0.5)),
    ],
    "roc": [(lambda: bt.roc(CLOSE, 10), lambda: bt.roc(close, 10))],
    "stoch": [
        (lambda: bt.stoch(*PRICES, 14), lambda: bt.stoch(14)),
        (lambda: bt.stoch(*PRICES, n=14, smooth_k=1, smooth_d=1), lambda: bt.stoch(n=14, smooth_k=1, smooth_d=1)),
    ],
    "stoch_rsi": [
        (lambda: bt.stoch_rsi(CLOSE), lambda: bt.stoch_rsi(close)),
        (
            lambda: bt.stoch_rsi(CLOSE, 7, 10, smooth_k=3, smooth_d=2, seed="sma"),
            lambda: bt.stoch_rsi(close, 7, 10, smooth_k=3, smooth_d=2, seed="sma"),
        ),
    ],
    "supertrend": [
        (lambda: bt.supertrend(*PRICES, 10), lambda: bt.supertrend(10)),
        (
            lambda: bt.supertrend(*PRICES, n=7, width=1.5, seed="sma"),
            lambda: bt.supertrend(high, low, close, n=7, width=1.5, seed="sma"),
        ),
    ],
    "vwap": [
        (lambda: bt.vwap(*PRICES, VOLUME), bt.vwap),
        (lambda: bt.vwap(*PRICES, VOLUME, window=20), lambda: bt.vwap(window=20)),
        (lambda: bt.vwap(*PRICES, VOLUME, anchor=CLOSE > OPEN), lambda: bt.vwap(anchor=close > bt.open)),
        (lambda: bt.vwap(*PRICES, VOLUME, anchor=CLOSE > OPEN), lambda: bt.vwap(anchor=CLOSE > OPEN)),
        (
            lambda: bt.vwap(*PRICES, VOLUME, anchor=CLOSE > OPEN),
            lambda: bt.vwap(high, low, close, bt.volume, anchor=CLOSE > OPEN),
        ),
    ],
    "wma": [(lambda: bt.wma(CLOSE, 20), lambda: bt.wma(close, 20))],
    "between": [
        (lambda: bt.between(TIMES, "08:00", "16:30"), lambda: bt.between("08:00", "16:30")),
        (lambda: bt.between(TIMES, "22:00", "6:00", tz="EET", weekdays=[0, 3]),
         lambda: bt.between("22:00", "6:00", tz="EET", weekdays={3, 0})),
    ],
    **{
        function.__name__: [
            (lambda f=function: f(TIMES), function),
            (lambda f=function: f(TIMES, tz="America/New_York"), lambda f=function: f(tz="America/New_York")),
        ]
        for function in (bt.day, bt.day_of_year, bt.hour, bt.minute, bt.month, bt.weekday, bt.year)
    },
    "new_day": [
        (lambda: bt.new_day(TIMES), bt.new_day),
        (lambda: bt.new_day(TIMES, tz="America/New_York", roll="17:00"),
         lambda: bt.new_day(tz="America/New_York", roll="17:00")),
    ],
    "crosses_above": [(lambda: bt.crosses_above(CLOSE, OPEN), lambda: bt.crosses_above(close, bt.open))],
    "crosses_below": [(lambda: bt.crosses_below(CLOSE, 1.1), lambda: bt.crosses_below(close, 1.1))],
    "donchian": [
        (lambda: bt.donchian(HIGH, LOW, 20), lambda: bt.donchian(20)),
        (lambda: bt.donchian(HIGH, LOW, n=20), lambda: bt.donchian(high, low, n=20)),
    ],
    "ema": [
        *[(lambda n=n: bt.ema(CLOSE, n), lambda n=n: bt.ema(close, n)) for n in (20, 2.5)],
        (lambda: bt.ema(CLOSE, 20, seed="sma"), lambda: bt.ema(close, 20, seed="sma")),
        (lambda: bt.ema(CLOSE, 2.5, adjust=True), lambda: bt.ema(close, 2.5, adjust=True)),
    ],
    "maximum": [(lambda: bt.maximum(CLOSE, OPEN), lambda: bt.maximum(close, bt.open))],
    "minimum": [(lambda: bt.minimum(1.1, CLOSE), lambda: bt.minimum(1.1, close))],
    "rma": [
        (lambda: bt.rma(CLOSE, 14), lambda: bt.rma(close, 14)),
        (lambda: bt.rma(CLOSE, 14, seed="sma"), lambda: bt.rma(close, 14, seed="sma")),
    ],
    **{
        function.__name__: [
            (lambda f=function: f(CLOSE, 20), lambda f=function: f(close, 20)),
            (lambda f=function: f(CLOSE, 20, 5), lambda f=function: f(close, 20, min_periods=5)),
        ]
        for function in ROLLING
    },
    "rolling_apply": [
        (lambda: bt.rolling_apply(CLOSE, 20, np.ptp), lambda: bt.rolling_apply(close, 20, np.ptp)),
        (lambda: bt.rolling_apply(CLOSE, 20, np.max, 5), lambda: bt.rolling_apply(close, 20, np.max, min_periods=5)),
    ],
    "rolling_corr": [
        (lambda: bt.rolling_corr(CLOSE, VOLUME, 20), lambda: bt.rolling_corr(close, volume, 20)),
        (lambda: bt.rolling_corr(CLOSE, VOLUME, 20, 5), lambda: bt.rolling_corr(close, volume, 20, min_periods=5)),
    ],
    "rolling_quantile": [
        (lambda: bt.rolling_quantile(CLOSE, 20, 0.9), lambda: bt.rolling_quantile(close, 20, 0.9)),
        (
            lambda: bt.rolling_quantile(CLOSE, 20, 0.1, 5, interpolation="nearest"),
            lambda: bt.rolling_quantile(close, 20, 0.1, min_periods=5, interpolation="nearest"),
        ),
    ],
    "rolling_cov": [
        (lambda: bt.rolling_cov(CLOSE, VOLUME, 20), lambda: bt.rolling_cov(close, volume, 20)),
        (lambda: bt.rolling_cov(CLOSE, VOLUME, 20, ddof=0), lambda: bt.rolling_cov(close, volume, 20, ddof=0)),
    ],
    "rsi": [
        (lambda: bt.rsi(CLOSE, 14), lambda: bt.rsi(close, 14)),
        (lambda: bt.rsi(CLOSE), lambda: bt.rsi(close)),
        (lambda: bt.rsi(CLOSE, 14, seed="sma"), lambda: bt.rsi(close, 14, seed="sma")),
    ],
    "sma": [(lambda: bt.sma(CLOSE, 10), lambda: bt.sma(close, 10))],
    "true_range": [(lambda: bt.true_range(HIGH, LOW, CLOSE), bt.true_range)],
    "where": [
        (lambda: bt.where(CLOSE > OPEN, HIGH, 0.0), lambda: bt.where(close > bt.open, high, 0.0)),
        (lambda: bt.where(CLOSE > 1.1, CLOSE > OPEN, LOW), lambda: bt.where(close > 1.1, close > bt.open, low)),
    ],
    "zscore": [
        (lambda: bt.zscore(CLOSE, 20), lambda: bt.zscore(close, 20)),
        (lambda: bt.zscore(CLOSE, 20, ddof=0), lambda: bt.zscore(close, 20, ddof=0)),
    ],
}  # fmt: skip
# Functions that take no out=.
WITHOUT_OUT: set[str] = set()
FUNCTIONS = [name for name in indicators.__all__ if not inspect.isclass(getattr(indicators, name))]


def values(expr: Expr) -> np.ndarray:
    """Values over the synthetic candles."""
    columns = {name: getattr(CANDLES, name) for name in ("timestamp", *COLUMNS)}
    return evaluate(expr, columns=columns, length=LENGTH)[0]


def listed(value: Any) -> list[Any]:
    """The parts of an indicator's result."""
    return list(value) if isinstance(value, tuple) else [value]


def test_every_indicator_is_listed_here_and_public() -> None:
    assert set(PAIRS) == set(FUNCTIONS)
    assert all(getattr(bt, name) is getattr(indicators, name) for name in FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_eager_is_lazy(name: str) -> None:
    for eager, lazy in PAIRS[name]:
        arrays, exprs = listed(eager()), listed(lazy())
        assert type(eager()) is (type(lazy()) if isinstance(lazy(), tuple) else np.ndarray)
        assert len(arrays) == len(exprs)
        for found, expr in zip(arrays, exprs, strict=True):
            assert isinstance(expr, Expr)
            assert found.dtype == (bool if expr.kind == "condition" else np.float64)
            assert found.shape == (LENGTH,)
            assert found.flags.writeable
            np.testing.assert_array_equal(found, values(expr))
            assert np.isfinite(found[100:].astype(float)).all()


def calling_with(call: Any, name: str, **keywords: Any) -> Any:
    """The value of a call of PAIRS whose indicator gets further keywords."""
    function = getattr(bt, name)
    changed = functools.partial(function, **keywords)
    if call is function:
        return changed()
    module = SimpleNamespace(**{**{key: getattr(bt, key) for key in bt.__all__}, name: changed})
    defaults = tuple(changed if value is function else value for value in call.__defaults__ or ())
    return types.FunctionType(call.__code__, {**globals(), "bt": module}, None, defaults, call.__closure__)()


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in WITHOUT_OUT])
def test_out(name: str) -> None:
    for eager, lazy in PAIRS[name]:
        expected = eager()
        filled = [np.full(LENGTH, True) if v.dtype == bool else np.full(LENGTH, 7.0) for v in listed(expected)]
        found = calling_with(eager, name, out=tuple(filled) if isinstance(expected, tuple) else filled[0])
        assert type(found) is type(expected)
        for part, array_of_ours, values in zip(listed(found), filled, listed(expected), strict=True):
            assert part is array_of_ours
            np.testing.assert_array_equal(part, values)
        with pytest.raises(errors.ParameterError, match="out= needs arrays"):
            calling_with(lazy, name, out=found)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_lazy_is_picklable_and_named_after_itself(name: str) -> None:
    for _, lazy in PAIRS[name]:
        for expr in listed(lazy()):
            again = pickle.loads(pickle.dumps(expr))
            assert again.equals(expr)
            assert repr(again) == repr(expr)


@pytest.mark.parametrize("convert", [list, pd.Series, pl.Series, lambda v: np.repeat(v, 2)[::2]])
@pytest.mark.parametrize("name", ["ema", "rolling_std", "rsi", "zscore", "sma"])
def test_series_of_other_libraries(name: str, convert: Any) -> None:
    function = getattr(bt, name)
    np.testing.assert_array_equal(function(convert(CLOSE), 5), function(CLOSE, 5))


def test_arrays_may_meet_numbers_and_conditions() -> None:
    assert bt.where([1.0, 0.0, NAN], [1, 2, 3], 9).tolist() == [1.0, 9.0, 9.0]
    assert bt.maximum([True, False], 0.5).tolist() == [1.0, 0.5]
    assert bt.crosses_above(2.0, [3.0, 1.0]).tolist() == [False, True]


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_ema_by_hand() -> None:
    # span 3: alpha = 1/2. 4; 4 + (8-4)/2 = 6; 6 + (2-6)/2 = 4
    assert bt.ema([4, 8, 2], 3).tolist() == [4.0, 6.0, 4.0]
    # span 1 follows at once; a NaN gives NaN and is passed over
    assert bt.ema([4, 8, 2], 1).tolist() == [4.0, 8.0, 2.0]
    np.testing.assert_array_equal(bt.ema([NAN, 4, NAN, 8], 3), [NAN, 4, NAN, 6])


def test_rma_by_hand() -> None:
    # n = 4: alpha = 1/4. 4; 4 + (8-4)/4 = 5; 5 + (1-5)/4 = 4
    assert bt.rma([4, 8, 1], 4).tolist() == [4.0, 5.0, 4.0]


def test_true_range_by_hand() -> None:
    # candle 1: high - low = 1, |8 - 4| = 4, |7 - 4| = 3; candle 2: 1, |3 - 7| = 4, |2 - 7| = 5
    assert bt.true_range([5, 8, 3], [3, 7, 2], [4, 7, 2]).tolist() == [2.0, 4.0, 5.0]


def test_atr_by_hand() -> None:
    # true ranges 2, 4, 5. Wilder n = 2: 2; 2 + 2/2 = 3; 3 + 2/2 = 4
    prices = [5, 8, 3], [3, 7, 2], [4, 7, 2]
    assert bt.atr(*prices, 2).tolist() == [2.0, 3.0, 4.0]
    # ema n = 3: 2; 3; 4. sma n = 2: NaN, 3, 4.5
    assert bt.atr(*prices, 3, smoothing="ema").tolist() == [2.0, 3.0, 4.0]
    np.testing.assert_array_equal(bt.atr(*prices, 2, smoothing="sma"), [NAN, 3.0, 4.5])


def test_donchian_by_hand() -> None:
    upper, middle, lower = bt.donchian([5, 7, 6, 4], [1, 3, 2, 2], 3)
    np.testing.assert_array_equal(upper, [NAN, NAN, 7, 7])
    np.testing.assert_array_equal(lower, [NAN, NAN, 1, 2])
    np.testing.assert_array_equal(middle, [NAN, NAN, 4, 4.5])


def test_rsi_by_hand() -> None:
    # changes +2, -1, 0, +3; n = 2 halves: gains 2, 1, .5, 1.75; losses 0, .5, .25, .125
    expected = [NAN, 100.0, 100 * 1 / 1.5, 100 * 0.5 / 0.75, 100 * 1.75 / 1.875]
    np.testing.assert_allclose(bt.rsi([10, 12, 11, 11, 14], 2), expected, rtol=1e-15)


def test_rsi_at_its_ends() -> None:
    assert bt.rsi([1, 2, 3, 4], 3)[1:].tolist() == [100.0] * 3
    assert bt.rsi([4, 3, 2, 1], 3)[1:].tolist() == [0.0] * 3
    assert np.isnan(bt.rsi([5, 5, 5], 3)).all()


def test_zscore_by_hand() -> None:
    # window 1 2 6: mean 3, squares 4 + 1 + 9 = 14, ddof 1: sqrt(7); ddof 0: sqrt(14 / 3)
    np.testing.assert_allclose(bt.zscore([1, 2, 6], 3), [NAN, NAN, 3 / 7**0.5], rtol=1e-15)
    np.testing.assert_allclose(bt.zscore([1, 2, 6], 3, ddof=0), [NAN, NAN, 3 / (14 / 3) ** 0.5], rtol=1e-15)
    assert np.isnan(bt.zscore([2.0] * 5, 3)).all()


def test_rolling_by_hand() -> None:
    x = [3, 1, 2, 5]
    np.testing.assert_array_equal(bt.rolling_sum(x, 3), [NAN, NAN, 6, 8])
    np.testing.assert_array_equal(bt.rolling_sum(x, 3, 1), [3, 4, 6, 8])
    np.testing.assert_array_equal(bt.rolling_mean(x, 2, min_periods=1), [3, 2, 1.5, 3.5])
    np.testing.assert_array_equal(bt.rolling_min(x, 2), [NAN, 1, 1, 2])
    np.testing.assert_array_equal(bt.rolling_max(x, 2), [NAN, 3, 2, 5])
    np.testing.assert_array_equal(bt.rolling_var(x, 2), [NAN, 2, 0.5, 4.5])
    np.testing.assert_array_equal(bt.rolling_var(x, 2, 1, ddof=1), [NAN, 2, 0.5, 4.5])
    np.testing.assert_array_equal(bt.rolling_std(x, 2, 1, ddof=0), [0, 1, 0.5, 1.5])
    np.testing.assert_array_equal(bt.rolling_var(x, 2, ddof=2), [NAN] * 4)
    np.testing.assert_array_equal(bt.rolling_argmin(x, 3, 1), [0, 0, 1, 2])
    np.testing.assert_array_equal(bt.rolling_argmax([1, 1, 0, 1], 3), [NAN, NAN, 1, 0])
    np.testing.assert_array_equal(bt.rolling_slope(x, 3), [NAN, NAN, -0.5, 2])
    np.testing.assert_array_equal(bt.rolling_cov(x, [0, 2, 4, 4], 2), [NAN, -2, 1, 0])
    np.testing.assert_array_equal(bt.rolling_cov(x, [0, 2, 4, 4], 2, 1, ddof=0), [0, -1, 0.5, 0])
    np.testing.assert_allclose(bt.rolling_corr(x, [0, 2, 4, 4], 2), [NAN, -1, 1, NAN], rtol=1e-12)
    np.testing.assert_allclose(bt.rolling_skew([1, 1, 1, 4], 4), [NAN, NAN, NAN, 2], rtol=1e-12)
    np.testing.assert_allclose(bt.rolling_kurt([1, 1, 1, 4], 4), [NAN, NAN, NAN, 4], rtol=1e-12)


def test_order_statistics_by_hand() -> None:
    x = [3, 1, 2, 5]
    np.testing.assert_array_equal(bt.rolling_median(x, 3), [NAN, NAN, 2, 2])
    np.testing.assert_array_equal(bt.rolling_median(x, 4, 1), [3, 2, 2, 2.5])
    # positions of 0.25 and of 0.5 in four values: 0.75 and 1.5
    for interpolation, quarter, half in [
        ("linear", 1.75, 2.5), ("lower", 1, 2), ("higher", 2, 3), ("nearest", 2, 3), ("midpoint", 1.5, 2.5),
    ]:  # fmt: skip
        assert bt.rolling_quantile(x, 4, 0.25, interpolation=interpolation)[3] == quarter
        assert bt.rolling_quantile(x, 4, 0.5, interpolation=interpolation)[3] == half
    np.testing.assert_array_equal(bt.rolling_quantile(x, 2, 0), bt.rolling_min(x, 2))
    np.testing.assert_array_equal(bt.rolling_quantile(x, 2, 1), bt.rolling_max(x, 2))
    np.testing.assert_array_equal(bt.rolling_rank(x, 3), [NAN, NAN, 2, 3])
    np.testing.assert_array_equal(bt.rolling_rank(x, 4, 1, pct=True), [1, 0.5, 2 / 3, 1])
    # the newest 4 shares places 2 and 3, then 1, 2 and 3
    for method, third, last in (("average", 2.5, 2), ("min", 2, 1), ("max", 3, 3)):
        assert bt.rolling_rank([1, 4, 4, 9, 4], 4, 1, method=method).tolist()[2:] == [third, 4, last]


def test_crosses_by_hand() -> None:
    a, b = [1, 3, 3, 2, 2, 1, NAN, 3], [2, 2, 3, 2, 2, 2, 2, 2]
    assert bt.crosses_above(a, b).tolist() == [False, True, False, False, False, False, False, False]
    assert bt.crosses_below(a, b).tolist() == [False, False, False, False, False, True, False, False]
    # touching from above and leaving upwards again is a cross: equal, then above
    assert bt.crosses_above([3, 2, 3], [2, 2, 2]).tolist() == [False, False, True]


# --- by pandas --------------------------------------------------------------------------------------------------------


def test_definitions_of_pandas() -> None:
    series = pd.Series(CLOSE)
    window = series.rolling(20)
    early = series.rolling(20, min_periods=5)
    for found, expected in [
        (bt.ema(CLOSE, 20), series.ewm(span=20, adjust=False).mean()),
        (bt.ema(CLOSE, 3.5), series.ewm(span=3.5, adjust=False).mean()),
        (bt.rma(CLOSE, 14), series.ewm(alpha=1 / 14, adjust=False).mean()),
        (bt.rolling_sum(CLOSE, 20), window.sum()),
        (bt.rolling_mean(CLOSE, 20), window.mean()),
        (bt.rolling_mean(CLOSE, 20, 5), early.mean()),
        (bt.sma(CLOSE, 20), window.mean()),
        (bt.rolling_min(CLOSE, 20), window.min()),
        (bt.rolling_max(CLOSE, 20, 5), early.max()),
    ]:
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    # pandas' own rolling spread is exact to about 1e-9 here
    for found, expected in [
        (bt.rolling_std(CLOSE, 20), window.std()),
        (bt.rolling_var(CLOSE, 20, ddof=0), window.var(ddof=0)),
        (bt.rolling_std(CLOSE, 20, 5), early.std()),
    ]:
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    volume_ = pd.Series(VOLUME)
    near = (series - series[0]).rolling(20)  # the same shape, with fewer digits that cancel in pandas
    for found, expected in [
        (bt.rolling_skew(CLOSE, 20), near.skew()),
        (bt.rolling_kurt(CLOSE, 20), near.kurt()),
        (bt.rolling_cov(CLOSE, VOLUME, 20), window.cov(volume_)),
        (bt.rolling_corr(CLOSE, VOLUME, 20, 5), early.corr(volume_)),
    ]:
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    for found, expected in [
        (bt.rolling_median(CLOSE, 21), series.rolling(21).median()),
        (bt.rolling_quantile(CLOSE, 20, 0.3, 5, interpolation="lower"), early.quantile(0.3, interpolation="lower")),
        (bt.rolling_rank(CLOSE, 20), window.rank()),
        (bt.rolling_rank(CLOSE, 20, 5, method="max", pct=True), early.rank(method="max", pct=True)),
    ]:
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(bt.rolling_quantile(CLOSE, 20, 0.9), window.quantile(0.9), rtol=1e-15)
    channel = bt.donchian(HIGH, LOW, 20)
    np.testing.assert_array_equal(channel.upper, pd.Series(HIGH).rolling(20).max())
    np.testing.assert_array_equal(channel.lower, pd.Series(LOW).rolling(20).min())


def test_true_range_of_pandas() -> None:
    before = pd.Series(CLOSE).shift(1)
    ranges = pd.concat([pd.Series(HIGH - LOW), (HIGH - before).abs(), (LOW - before).abs()], axis=1)
    np.testing.assert_array_equal(bt.true_range(HIGH, LOW, CLOSE), ranges.max(axis=1))


def test_shift_of_pandas() -> None:
    np.testing.assert_array_equal(evaluate(array(CLOSE).shift(7))[0], pd.Series(CLOSE).shift(7))


# --- errors -----------------------------------------------------------------------------------------------------------

WRONG: list[tuple[Any, type[Exception], str]] = [
    *[(lambda s=span: bt.ema(close, s), errors.ParameterError, "span must be a number >= 1, got ")
      for span in (0, 0.5, -1, NAN, float("inf"), True, "20", None, close)],
    *[(lambda n=n: bt.rma(close, n), errors.ParameterError, "n must be a whole number >= 1, got ")
      for n in (0, 1.0, True, "3", None)],
    *[(lambda w=w, f=function: f(close, w), errors.ParameterError, "window must be a whole number >= 1, got ")
      for function in (*ROLLING, bt.sma, bt.zscore)
      for w in (0, -3, 2.0, True, None)],
    *[(lambda q=q: bt.rolling_quantile(close, 5, q), errors.ParameterError, "q must be a number from 0 to 1, got ")
      for q in (-0.1, 1.5, NAN, True, "0.5", None, close)],
    (lambda: bt.rolling_quantile(close, 0, 0.5), errors.ParameterError, "window must be a whole number >= 1, got 0"),
    (lambda: bt.rolling_quantile(close, 5, 0.5, 6), errors.ParameterError, "min_periods must be at most the window 5"),
    *[(lambda v=v: bt.rolling_quantile(close, 5, 0.5, interpolation=v), errors.ParameterError,
       f"interpolation must be one of 'linear', 'lower', 'higher', 'nearest', 'midpoint', got {v!r}")
      for v in ("median", 0, None)],
    *[(lambda v=v: bt.rolling_rank(close, 5, method=v), errors.ParameterError,
       f"method must be one of 'average', 'min', 'max', got {v!r}")
      for v in ("first", 0, None)],
    (lambda: bt.rolling_rank(close, 5, pct=1), errors.ParameterError, "pct must be True or False, got 1"),
    (lambda: bt.rolling_median(close, 5, 0), errors.ParameterError, "min_periods must be a whole number >= 1, got 0"),
    (lambda: bt.rolling_sum(close, 5, 0), errors.ParameterError, "min_periods must be a whole number >= 1, got 0"),
    (lambda: bt.rolling_sum(close, 5, 6), errors.ParameterError, "min_periods must be at most the window 5, got 6"),
    (lambda: bt.rolling_sum(close, 5, 2.0), errors.ParameterError, "min_periods must be a whole number"),
    (lambda: bt.rolling_std(close, 5, ddof=-1), errors.ParameterError, "ddof must be a whole number >= 0, got -1"),
    (lambda: bt.rolling_var(close, 5, ddof=0.5), errors.ParameterError, "ddof must be a whole number >= 0, got 0.5"),
    (lambda: bt.zscore(close, 5, ddof=-1), errors.ParameterError, "ddof must be a whole number >= 0, got -1"),
    (lambda: bt.rsi(close, 0), errors.ParameterError, "n must be a whole number >= 1, got 0"),
    (bt.atr, errors.ParameterError, r"atr needs n: atr\(14\), or atr\(high, low, close, 14\)"),
    (lambda: bt.atr(high, low, 14), errors.ParameterError, "atr takes n alone or high, low, close and n"),
    (lambda: bt.atr(high, low, close), errors.ParameterError, "n must be a whole number >= 1, got close"),
    (lambda: bt.atr(0), errors.ParameterError, "n must be a whole number >= 1, got 0"),
    (lambda: bt.atr(14, smoothing="rma"), errors.ParameterError, "smoothing must be one of .*'sma', got 'rma'"),
    (bt.donchian, errors.ParameterError, r"donchian needs n: donchian\(14\)"),
    (lambda: bt.donchian(high, 20), errors.ParameterError, "donchian takes n alone or high, low and n; got 1 series"),
    (lambda: bt.donchian(high, low), errors.ParameterError, "n must be a whole number >= 1, got low"),
    (lambda: bt.true_range(high), errors.ParameterError, "true_range takes nothing or high, low, close; got 1 series"),
    (lambda: bt.maximum([1, 2], [1, 2, 3]), errors.ParameterError, "series must be of one length, got 2, 3"),
    (lambda: bt.where([True], [1.0], [1.0, 2.0]), errors.ParameterError, "series must be of one length, got 1, 1, 2"),
    (lambda: bt.ema([None, 1], 3), errors.ExpressionError, "a series holds numbers or booleans, got dtype object"),
    (lambda: bt.ema(["a"], 3), errors.ExpressionError, "holds numbers or booleans, got dtype <U1"),
    (lambda: bt.ema(np.ones((2, 2)), 3), errors.ExpressionError, r"one dimension.*got shape \(2, 2\)"),
    (lambda: bt.ema("close", 3), errors.ExpressionError, "cannot use 'close' in an expression"),
    (lambda: bt.where([1.0, 2.0], close, 1.0), errors.DataError, "needs candles"),
    (lambda: bt.where(close, 1.0, 2.0), errors.ExpressionError, "close is a number where a condition is needed"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "error", "message"), WRONG, ids=range(len(WRONG)))
def test_parameters_that_have_no_meaning(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize("n", [2**63 - 1, 2**63, 2**70])
def test_a_window_beyond_all_memory(n: int) -> None:
    """Refused with a plain message, or never full; no overflow."""
    try:
        values = bt.rolling_mean([1.0, 2.0], n)
    except (MemoryError, errors.ParameterError):
        return
    assert np.isnan(values).all()
    assert bt.rolling_mean([1.0, 2.0], n, min_periods=1).tolist() == [1.0, 1.5]
    assert bt.rolling_quantile([1.0, 2.0], n, 0.5, 1, interpolation="midpoint").tolist() == [1.0, 1.5]
    assert bt.rolling_rank([1.0, 2.0], n, 1, method="max", pct=True).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("ddof", [3, 2**62, 2**70])
def test_a_divisor_below_all_counts(ddof: int) -> None:
    assert np.isnan(bt.rolling_var([1.0, 2.0], 2, 1, ddof=ddof)).all()


def test_hidden_values_of_a_masked_array_stay_hidden() -> None:
    """As a NaN, or refused: a value that its owner has masked must not come back in a mean."""
    masked = np.ma.array([1.0, 500.0, 3.0], mask=[False, True, False])
    try:
        found = bt.sma(masked, 2)
    except errors.BtcoreError:
        return
    assert np.isnan(found).all()
