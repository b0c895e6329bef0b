"""Values of composed indicators: worked out by hand, by pandas formulas, and what holds for any prices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import btcore as bt
from btcore.expr import array, close
from btcore.program import evaluate

CANDLES = bt.synthetic_candles(3000, seed=8)
HIGH, LOW, CLOSE, VOLUME = (getattr(CANDLES, name) for name in ("high", "low", "close", "volume"))
PRICES = HIGH, LOW, CLOSE
NAN, INF = float("nan"), float("inf")
same = np.testing.assert_array_equal


def near(found: Any, expected: Any) -> None:
    """Equal to rounding."""
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * np.nanmax(np.abs(expected)))


# --- averages ---------------------------------------------------------------------------------------------------------


def test_averages_seeded_by_a_mean() -> None:
    # span 3: the seed is (1 + 2 + 6) / 3 = 3, then 3 + (5 - 3) / 2; what is not finite is passed over
    same(bt.ema([NAN, 1, 2, INF, 6, NAN, 5], 3, seed="sma"), [NAN, NAN, NAN, NAN, 3, NAN, 4])
    same(bt.rma([4, 8, 2], 2, seed="sma"), [NAN, 6, 4])
    same(bt.ema([4, 8], 3, seed="sma"), [NAN, NAN])
    same(bt.ema([4, 8, 2], 1, seed="sma"), [4, 8, 2])


def test_adjusted_average() -> None:
    # span 3 halves: (8 + 4 / 2) / 1.5 = 20 / 3; (2 + 8 / 2 + 4 / 4) / 1.75 = 4
    np.testing.assert_allclose(bt.ema([4, 8, NAN, 2], 3, adjust=True), [4, 20 / 3, NAN, 4], rtol=1e-15)
    gaps = np.where(np.arange(len(CLOSE)) % 7 == 3, NAN, CLOSE)
    expected = pd.Series(gaps).ewm(span=20, ignore_na=True).mean().where(np.isfinite(gaps))
    near(bt.ema(gaps, 20, adjust=True), expected)
    near(bt.ema(CLOSE, 20, adjust=True), pd.Series(CLOSE).ewm(span=20).mean())


def test_double_and_triple_average() -> None:
    # span 3: e = 4 6 4, of that 4 5 4.5, of that 4 4.5 4.5
    assert bt.dema([4, 8, 2], 3).tolist() == [4, 7, 3.5]
    assert bt.tema([4, 8, 2], 3).tolist() == [4, 7.5, 3]
    same(np.isnan(bt.dema(CLOSE, 10, seed="sma")), np.arange(3000) < 18)
    same(np.isnan(bt.tema(CLOSE, 10, seed="sma")), np.arange(3000) < 27)


def test_weighted_and_hull_average() -> None:
    # (1 + 2 * 2 + 3 * 6) / 6
    near(bt.wma([1, 2, 6], 3), [NAN, NAN, 23 / 6])
    # window 4: wma 2 is 5/3 8/3 ..., wma 4 of 1 2 3 8 is (1 + 4 + 9 + 32) / 10 = 4.6; wma 2 of 3 8 is 19 / 3
    raw = 2 * 19 / 3 - 4.6
    # then 2 3 8 5: wma 4 is (2 + 6 + 24 + 20) / 10 = 5.2, wma 2 of 8 5 is 6
    near(bt.hma([1, 2, 3, 8, 5], 4), [NAN, NAN, NAN, NAN, (raw + 2 * (12 - 5.2)) / 3])
    weights = np.arange(1, 31)
    near(bt.wma(CLOSE, 30), pd.Series(CLOSE).rolling(30).apply(lambda w: (w * weights).sum() / weights.sum(), raw=True))
    same(np.isnan(bt.hma(CLOSE, 20)), np.arange(3000) < 20 + 4 - 2)
    assert bt.hma([3, 9, 4], 1).tolist() == [3, 9, 4]


# --- momentum ---------------------------------------------------------------------------------------------------------


def test_rsi_seeded_by_a_mean() -> None:
    # changes 2 -1 1; n = 2: means 1 and .5; then 1 and .25
    same(bt.rsi([10, 12, 11, 12], 2, seed="sma"), [NAN, NAN, 100 * 1 / 1.5, 100 * 1 / 1.25])


def test_stoch_by_hand() -> None:
    high, low, last = [4, 5, 5, 6], [2, 3, 1, 4], [3, 5, 4, 6]
    # n = 2: (5 - 2) / 3, (4 - 1) / 4, (6 - 1) / 5
    same(bt.stoch(high, low, last, 2, smooth_k=1, smooth_d=2).k, [NAN, 100, 75, 100])
    same(bt.stoch(high, low, last, 2, smooth_k=1, smooth_d=2).d, [NAN, NAN, 87.5, 87.5])
    same(bt.stoch(high, low, last, 2, smooth_k=2, smooth_d=1).k, [NAN, NAN, 87.5, 87.5])
    assert np.isnan(bt.stoch([5] * 3, [5] * 3, [5] * 3, 2, smooth_k=1).k).all()
    lowest, highest = pd.Series(LOW).rolling(14).min(), pd.Series(HIGH).rolling(14).max()
    k = (100 * (CLOSE - lowest) / (highest - lowest)).rolling(3).mean()
    near(bt.stoch(*PRICES, 14).k, k)
    near(bt.stoch(*PRICES, 14).d, k.rolling(3).mean())


def test_stoch_rsi_is_the_stochastic_of_the_rsi() -> None:
    strength = bt.rsi(CLOSE, 14)
    for found, expected in zip(bt.stoch_rsi(CLOSE, 14, 9, smooth_k=3), bt.stoch(*[strength] * 3, 9), strict=True):
        same(found, expected)


def test_cci_by_hand() -> None:
    # typical prices 1 2 6: mean 3, distances 2 1 3; (6 - 3) / (.015 * 2)
    near(bt.cci([2, 3, 7], [0, 1, 5], [1, 2, 6], 3), [NAN, NAN, 100])
    typical = pd.Series((HIGH + LOW + CLOSE) / 3)
    distance = typical.rolling(20).apply(lambda w: np.abs(w - w.mean()).mean(), raw=True)
    near(bt.cci(*PRICES, 20), (typical - typical.rolling(20).mean()) / (0.015 * distance))


def test_changes_by_hand() -> None:
    same(bt.momentum([1, 4, 2], 2), [NAN, NAN, 1])
    same(bt.roc([2, 4, 3], 2), [NAN, NAN, 50])
    same(bt.roc([0, 4, 0, 0], 1), [NAN, INF, -100, NAN])
    near(bt.roc(CLOSE, 12), 100 * pd.Series(CLOSE).pct_change(12))


# --- volatility -------------------------------------------------------------------------------------------------------


def test_atr_seeded_by_a_mean() -> None:
    # true ranges 4 and 5 after the first candle: their mean, then (4.5 + 1) / 2
    same(bt.atr([5, 8, 3, 3], [3, 7, 2, 2], [4, 7, 2, 3], 2, seed="sma"), [NAN, NAN, 4.5, 2.75])


def test_bollinger_by_hand() -> None:
    # 1 and 3: mean 2, deviation 1 of a population, the root of 2 of a sample
    same(bt.bollinger([1, 3], 2, 3), [[NAN, 5], [NAN, 2], [NAN, -1]])
    np.testing.assert_allclose(bt.bollinger([1, 3], 2, ddof=1).upper, [NAN, 2 + 8**0.5], rtol=1e-15)
    same(bt.bollinger([5.1, 5.1, 5.1], 3).upper[2], bt.bollinger([5.1, 5.1, 5.1], 3).lower[2])
    window = pd.Series(CLOSE).rolling(20)
    near(bt.bollinger(CLOSE).lower, window.mean() - 2 * window.std(ddof=0))


def test_keltner_by_hand() -> None:
    high, low, last = [5, 6], [4, 5.5], [4.5, 6]
    # ema 3 of closes 4.5, 5.25; true ranges 1 and 1.5, their average 1 and 1.25
    same(bt.keltner(high, low, last, 3, atr_n=2), [[6.5, 7.75], [4.5, 5.25], [2.5, 2.75]])
    # typical prices 4.5 and 17.5 / 3
    middle = bt.keltner(high, low, last, 2, price="typical", smoothing="sma").middle
    np.testing.assert_allclose(middle, [NAN, (4.5 + 17.5 / 3) / 2], rtol=1e-15)


# --- volume -----------------------------------------------------------------------------------------------------------


def test_obv_by_hand() -> None:
    assert bt.obv([5, 6, 6, 4], [10, 20, 40, 80]).tolist() == [10, 30, 30, -50]
    # the second candle is passed over; 7 is a rise from 5, 6 a fall
    same(bt.obv([5, NAN, 7, 6, 9], [10, 20, 40, 5, INF]), [10, NAN, 50, 45, NAN])
    signs = np.sign(pd.Series(CLOSE).diff()).fillna(1.0)
    near(bt.obv(CLOSE, VOLUME), (signs * VOLUME).cumsum())


def test_vwap_by_hand() -> None:
    price, volume = [3.0, 6.0, 4.0, 9.0], [1, 2, 3, 3]
    assert bt.vwap(price, price, price, volume).tolist() == [3, 5, 27 / 6, 6]
    assert bt.vwap(price, price, price, volume, anchor=[False, True, False, True]).tolist() == [3, 6, 24 / 5, 9]
    same(bt.vwap(price, price, price, volume, window=2), [NAN, 5, 24 / 5, 6.5])
    # typical price
    assert bt.vwap([6], [3], [3], [5]).tolist() == [4]
    typical = (HIGH + LOW + CLOSE) / 3
    near(bt.vwap(*PRICES, VOLUME), np.cumsum(typical * VOLUME) / np.cumsum(VOLUME))


def test_vwap_without_volume_or_price() -> None:
    price = [3.0, 6.0, 4.0]
    same(bt.vwap(price, price, price, [0, 0, 2]), [NAN, NAN, 4])
    # a candle without price or volume counts for neither sum, but a session may begin on it
    same(bt.vwap(price, price, [3, NAN, 4], [1, 7, 1]), [3, NAN, 3.5])
    same(bt.vwap(price, price, price, [1, NAN, 1]), [3, NAN, 3.5])
    same(bt.vwap(price, price, price, [1, NAN, 1], anchor=[False, True, False]), [3, NAN, 4])
    same(bt.vwap(price, price, [3, INF, 4], [1, 1, 1], window=1), [3, NAN, 4])


# --- trend ------------------------------------------------------------------------------------------------------------


def test_macd_by_hand() -> None:
    # spans 1 and 3: x less 4 6 4; the average of 0 2 -2 over span 3 is 0 1 -.5
    same(bt.macd([4, 8, 2], 1, 3, 3), [[0, 2, -2], [0, 1, -0.5], [0, 1, -1.5]])
    # spans 1 and 2 from means: slow (4 + 8) / 2 = 6, then 6 + (3 - 6) * 2 / 3 = 4; fast 8 3
    same(bt.macd([4, 8, 3], 1, 2, 2, seed="sma").macd, [NAN, 2, -1])
    same(bt.macd([4, 8, 3], 1, 2, 2, seed="sma").signal, [NAN, NAN, 0.5])
    series = pd.Series(CLOSE)
    line = series.ewm(span=12, adjust=False).mean() - series.ewm(span=26, adjust=False).mean()
    near(bt.macd(CLOSE).macd, line)
    near(bt.macd(CLOSE).histogram, line - line.ewm(span=9, adjust=False).mean())


def test_adx_by_hand() -> None:
    # candle 1: rise 1, range 6 - 4; candle 2: fall 1, range 6 - 3; halves: .5 and .5 of 2.5
    found = bt.adx([5, 6, 6], [3, 4, 3], [4, 5, 4], 2)
    same(found.plus_di, [NAN, 50, 20])
    same(found.minus_di, [NAN, 0, 20])
    same(found.adx, [NAN, 100, 50])
    # an outside candle that reaches as far up as down has no movement
    assert bt.adx([5, 6], [3, 2], [4, 4], 2).plus_di[1] == 0
    assert np.isnan(bt.adx([5] * 4, [5] * 4, [5] * 4, 2)).all()


def test_adx_seeded_as_talib() -> None:
    # n = 2: the sums start from one candle, of which half remains: plus .5 + 0, minus 0 + 1, range 1 + 3
    found = bt.adx([5, 6, 6, 8], [3, 4, 3, 4], [4, 5, 4, 8], 2, seed="sma")
    same(found.plus_di, [NAN, NAN, 12.5, 100 * 2.25 / 6])
    same(found.minus_di, [NAN, NAN, 25, 100 * 0.5 / 6])
    # indices 100 / 3 and 100 * 1.75 / 2.75
    np.testing.assert_allclose(found.adx, [NAN, NAN, NAN, (100 / 3 + 175 / 2.75) / 2], rtol=1e-14)


def test_supertrend_by_hand() -> None:
    high, low, last = [4, 8, 9, 9, 2], [2, 6, 7, 8, 1], [3, 8, 8, 8.5, 1]
    # n = 1: ranges 2 5 2 1 7.5; half of them around 3 7 8 8.5 1.5: 4 9.5 9 9 5.25 and 2 4.5 7 8 -2.25
    found = bt.supertrend(high, low, last, 1, width=0.5)
    # 8 is above 4: up; the lower band rises; 1 is below 8: down, the upper band falls
    same(found.direction, [-1, 1, 1, 1, -1])
    same(found.line, [4, 4.5, 7, 8, 5.25])


def test_supertrend_passes_over_what_is_not_finite() -> None:
    gaps = [np.insert(series, 50, NAN) for series in (HIGH + 1, LOW, CLOSE)]
    # the range after the gap has no previous close: the gap's is passed over by the average
    found = evaluate(*bt.supertrend(*map(array, gaps), 5))
    assert np.isnan([part[50] for part in found]).all()
    assert np.isfinite([part[52:] for part in found]).all()


def test_psar_by_hand() -> None:
    # long from 1: 1 + .5 * (6 - 1), held at the low 2; then at 2; the low 1 touches: short at the highest 8
    same(bt.psar([5, 6, 8, 7], [1, 2, 4, 1], step=0.5, max_step=0.75), [NAN, 1, 2, 8])
    same(bt.psar([5], [1]), [NAN])


# --- any prices -------------------------------------------------------------------------------------------------------

ROWS = st.lists(
    st.tuples(st.integers(50, 70), st.integers(0, 9), st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=60
)


@given(ROWS, st.integers(1, 9))
def test_laws(rows: list[tuple[int, int, int, int]], n: int) -> None:
    """Ranges of values, order of bands, sides of stops."""
    last, up, down, volume = np.array(rows, dtype=float).T
    high, low = last + up, last - down
    with np.errstate(invalid="ignore"):
        for found in (*bt.stoch(high, low, last, n), bt.rsi(last, n), *bt.adx(high, low, last, n)):
            assert ((found >= -1e-9) & (found <= 100 + 1e-9))[np.isfinite(found)].all()
        for bands in (bt.bollinger(last, n), bt.keltner(high, low, last, n)):
            there = np.isfinite(bands.upper)
            assert (bands.lower[there] <= bands.middle[there]).all()
            assert (bands.middle[there] <= bands.upper[there]).all()
        stops = bt.psar(high, low)[1:]
        assert ((stops <= low[1:]) | (stops >= high[1:])).all()
        trend = bt.supertrend(high, low, last, n)
        assert (np.where(trend.direction > 0, trend.line <= last, trend.line >= last)).all()
        average = bt.vwap(high, low, last, volume)
        assert (np.isfinite(average) == (np.cumsum(volume) > 0)).all()


@pytest.mark.parametrize("name", ["ema", "wma", "hma", "dema", "tema"])
def test_averages_of_a_constant_are_that_constant(name: str) -> None:
    found = getattr(bt, name)(np.full(200, 1.1), 9)
    np.testing.assert_allclose(found[np.isfinite(found)], 1.1, rtol=1e-15)
    assert np.isfinite(found[10:]).all()


# name -> (values, where the first of them stands)
FIRST: dict[str, tuple[Any, int]] = {
    "ema": (bt.ema(CLOSE, 20), 0),
    "ema sma": (bt.ema(CLOSE, 20, seed="sma"), 19),
    "rma sma": (bt.rma(CLOSE, 20, seed="sma"), 19),
    "dema sma": (bt.dema(CLOSE, 20, seed="sma"), 38),
    "tema sma": (bt.tema(CLOSE, 20, seed="sma"), 57),
    "wma": (bt.wma(CLOSE, 20), 19),
    "hma": (bt.hma(CLOSE, 20), 22),
    "rsi": (bt.rsi(CLOSE), 1),
    "rsi sma": (bt.rsi(CLOSE, seed="sma"), 14),
    "stoch k": (bt.stoch(*PRICES, 14).k, 15),
    "stoch d": (bt.stoch(*PRICES, 14).d, 17),
    "stoch_rsi k": (bt.stoch_rsi(CLOSE, 14, 9).k, 9),
    "stoch_rsi d": (bt.stoch_rsi(CLOSE, 14, 9, smooth_k=2, seed="sma").d, 9 + 2 - 1 + 13 + 2),
    "cci": (bt.cci(*PRICES, 20), 19),
    "roc": (bt.roc(CLOSE, 9), 9),
    "momentum": (bt.momentum(CLOSE, 9), 9),
    "atr sma": (bt.atr(*PRICES, 14, seed="sma"), 14),
    "atr by sma": (bt.atr(*PRICES, 14, smoothing="sma"), 13),
    "bollinger": (bt.bollinger(CLOSE).upper, 19),
    "keltner": (bt.keltner(*PRICES, 20).upper, 0),
    "keltner sma": (bt.keltner(*PRICES, 20, seed="sma").upper, 19),
    "keltner sma range": (bt.keltner(*PRICES, 5, seed="sma").upper, 10),
    "obv": (bt.obv(CLOSE, VOLUME), 0),
    "vwap": (bt.vwap(*PRICES, VOLUME), 0),
    "vwap window": (bt.vwap(*PRICES, VOLUME, window=9), 8),
    "macd": (bt.macd(CLOSE).histogram, 0),
    "macd sma": (bt.macd(CLOSE, seed="sma").macd, 25),
    "signal sma": (bt.macd(CLOSE, seed="sma").signal, 33),
    "di": (bt.adx(*PRICES, 14).plus_di, 1),
    # the first candle that moves is number 2
    "adx": (bt.adx(*PRICES, 14).adx, 2),
    "adx sma": (bt.adx(*PRICES, 14, seed="sma").adx, 27),
    "di sma": (bt.adx(*PRICES, 14, seed="sma").minus_di, 14),
    "supertrend": (bt.supertrend(*PRICES, 10).line, 0),
    "supertrend sma": (bt.supertrend(*PRICES, 10, seed="sma").direction, 10),
    "psar": (bt.psar(HIGH, LOW), 1),
}


@pytest.mark.parametrize("name", FIRST)
def test_first_values(name: str) -> None:
    found, first = FIRST[name]
    same(np.isnan(found), np.arange(len(CLOSE)) < first)


LAZY = {
    "adx": lambda: bt.adx(5, seed="sma"),
    "cci": lambda: bt.cci(5),
    "ema": lambda: bt.ema(close, 5, seed="sma"),
    "adjusted": lambda: bt.ema(close, 5, adjust=True),
    "hma": lambda: bt.hma(close, 9),
    "keltner": lambda: bt.keltner(5),
    "macd": lambda: bt.macd(close, seed="sma"),
    "obv": bt.obv,
    "psar": bt.psar,
    "rsi": lambda: bt.rsi(close, seed="sma"),
    "stoch_rsi": lambda: bt.stoch_rsi(close),
    "supertrend": lambda: bt.supertrend(5),
    "vwap": lambda: bt.vwap(anchor=close > bt.open),
}


@pytest.mark.parametrize("name", LAZY)
def test_streams_give_the_bits_of_arrays(name: str) -> None:
    made = LAZY[name]()
    exprs = made if isinstance(made, tuple) else (made,)
    columns = {column: getattr(CANDLES, column) for column in ("open", "high", "low", "close", "volume")}
    whole = evaluate(*exprs, columns=columns, length=len(CANDLES))
    stream = bt.Stream(tuple(exprs))
    times = CANDLES.timestamp.astype("datetime64[ns]").astype(np.int64).tolist()
    rows = zip(times, *(values.tolist() for values in columns.values()), strict=True)
    pushed = np.array([stream.push(*row) for row in rows])
    for k, expected in enumerate(whole):
        same(pushed[:, k], expected)
