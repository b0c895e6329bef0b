"""Indicators against TA-Lib: with ``seed="sma"`` equal from the first value on, else once seeds have died out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import talib

import btcore as bt

CANDLES = bt.synthetic_candles(6000, seed=5)
HIGH, LOW, CLOSE, VOLUME = (getattr(CANDLES, name) for name in ("high", "low", "close", "volume"))
PRICES = HIGH, LOW, CLOSE

# name -> (ours, TA-Lib's); a tuple is compared part by part
SAME: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    **{f"ema {n}": (lambda n=n: bt.ema(CLOSE, n, seed="sma"), lambda n=n: talib.EMA(CLOSE, n)) for n in (2, 20, 2500)},
    "dema": (lambda: bt.dema(CLOSE, 15, seed="sma"), lambda: talib.DEMA(CLOSE, 15)),
    "tema": (lambda: bt.tema(CLOSE, 15, seed="sma"), lambda: talib.TEMA(CLOSE, 15)),
    **{f"wma {n}": (lambda n=n: bt.wma(CLOSE, n), lambda n=n: talib.WMA(CLOSE, n)) for n in (2, 30, 300)},
    "sma": (lambda: bt.sma(CLOSE, 30), lambda: talib.SMA(CLOSE, 30)),
    "rsi": (lambda: bt.rsi(CLOSE, 14, seed="sma"), lambda: talib.RSI(CLOSE, 14)),
    **{f"atr {n}": (lambda n=n: bt.atr(*PRICES, n, seed="sma"), lambda n=n: talib.ATR(*PRICES, n)) for n in (2, 14)},
    **{
        f"adx {n}": (
            lambda n=n: bt.adx(*PRICES, n, seed="sma"),
            lambda n=n: (talib.ADX(*PRICES, n), talib.PLUS_DI(*PRICES, n), talib.MINUS_DI(*PRICES, n)),
        )
        for n in (2, 14, 50)
    },
    "bollinger": (lambda: bt.bollinger(CLOSE, 20, 2.5), lambda: talib.BBANDS(CLOSE, 20, 2.5, 2.5)),
    **{f"cci {n}": (lambda n=n: bt.cci(*PRICES, n), lambda n=n: talib.CCI(*PRICES, n)) for n in (3, 20, 101)},
    "roc": (lambda: bt.roc(CLOSE, 10), lambda: talib.ROC(CLOSE, 10)),
    "momentum": (lambda: bt.momentum(CLOSE, 10), lambda: talib.MOM(CLOSE, 10)),
    "obv": (lambda: bt.obv(CLOSE, VOLUME), lambda: talib.OBV(CLOSE, VOLUME)),
    "psar": (lambda: bt.psar(HIGH, LOW), lambda: talib.SAR(HIGH, LOW, 0.02, 0.2)),
    "psar fast": (lambda: bt.psar(HIGH, LOW, step=0.3, max_step=0.5), lambda: talib.SAR(HIGH, LOW, 0.3, 0.5)),
    "psar short first": (lambda: bt.psar(HIGH[7:], LOW[7:]), lambda: talib.SAR(HIGH[7:], LOW[7:], 0.02, 0.2)),
    "true_range": (lambda: bt.true_range(*PRICES)[1:], lambda: talib.TRANGE(*PRICES)[1:]),
}
# TA-Lib hides all parts until the last of them has a value.
SAME_LATER: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "macd": (lambda: bt.macd(CLOSE, seed="sma"), lambda: talib.MACD(CLOSE)),
    "macd spans": (lambda: bt.macd(CLOSE, 3, 10, 16, seed="sma"), lambda: talib.MACD(CLOSE, 3, 10, 16)),
    "slow stoch": (lambda: bt.stoch(*PRICES, 14), lambda: talib.STOCH(*PRICES, 14, 3, 0, 3, 0)),
    "fast stoch": (lambda: bt.stoch(*PRICES, 9, smooth_k=1, smooth_d=5), lambda: talib.STOCHF(*PRICES, 9, 5, 0)),
    "stoch_rsi": (lambda: bt.stoch_rsi(CLOSE, 14, 5, seed="sma"), lambda: talib.STOCHRSI(CLOSE, 14, 5, 3, 0)),
}
# Seeded by the first value: the difference has died out after a few thousand candles.
SAME_IN_THE_END: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "ema": (lambda: bt.ema(CLOSE, 20), lambda: talib.EMA(CLOSE, 20)),
    "rsi": (lambda: bt.rsi(CLOSE, 14), lambda: talib.RSI(CLOSE, 14)),
    "atr": (lambda: bt.atr(*PRICES, 14), lambda: talib.ATR(*PRICES, 14)),
    "adx": (
        lambda: bt.adx(*PRICES, 14),
        lambda: (talib.ADX(*PRICES, 14), talib.PLUS_DI(*PRICES, 14), talib.MINUS_DI(*PRICES, 14)),
    ),
    "macd": (lambda: bt.macd(CLOSE), lambda: talib.MACD(CLOSE)),
    "tema": (lambda: bt.tema(CLOSE, 15), lambda: talib.TEMA(CLOSE, 15)),
    "stoch_rsi": (lambda: bt.stoch_rsi(CLOSE, 14, 14), lambda: talib.STOCHRSI(CLOSE, 14, 14, 3, 0)),
}


def parts(value: Any) -> list[np.ndarray]:
    """The arrays of a result."""
    return list(value) if isinstance(value, tuple) else [value]


def assert_near(found: np.ndarray, expected: np.ndarray) -> None:
    """Equal to rounding, which TA-Lib's running sums add up over the series."""
    size = np.nanmax(np.abs(expected))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * size)


@pytest.mark.parametrize("name", SAME)
def test_equal_everywhere(name: str) -> None:
    ours, theirs = (parts(make()) for make in SAME[name])
    for found, expected in zip(ours, theirs, strict=True):
        assert_near(found, expected)


@pytest.mark.parametrize("name", SAME_LATER)
def test_equal_where_talib_has_values(name: str) -> None:
    ours, theirs = (parts(make()) for make in SAME_LATER[name])
    for found, expected in zip(ours, theirs, strict=True):
        there = np.isfinite(expected)
        assert there[100:].all()
        assert_near(found[there], expected[there])
    assert np.isfinite(ours[1]).tolist() == np.isfinite(theirs[1]).tolist()


@pytest.mark.parametrize("name", SAME_IN_THE_END)
def test_equal_in_the_end(name: str) -> None:
    ours, theirs = (parts(make()) for make in SAME_IN_THE_END[name])
    for found, expected in zip(ours, theirs, strict=True):
        assert_near(found[5000:], expected[5000:])


def test_psar_starts_both_ways() -> None:
    """The comparison above covers a long and a short start."""
    starts = {bool(bt.psar(HIGH[k:], LOW[k:])[1] < LOW[k + 1]) for k in (0, 7)}
    assert len(starts) == 2


def test_degenerate_windows() -> None:
    """Where the formula divides 0 by 0 there is no value here and a 0 in TA-Lib."""
    flat = np.full(60, 5.0)
    for found, expected in [
        (bt.cci(flat, flat, flat, 5), talib.CCI(flat, flat, flat, 5)),
        (bt.rsi(flat, 5), talib.RSI(flat, 5)),
        (bt.stoch(flat, flat, flat, 5).k, talib.STOCH(flat, flat, flat, 5)[0]),
    ]:
        assert np.isnan(found).all()
        assert (expected[30:] == 0.0).all()
