"""Parameters of indicators that have no meaning are refused with a message that names them."""

from __future__ import annotations

from typing import Any

import pytest

import btcore as bt
from btcore.errors import ExpressionError
from btcore.errors import ParameterError as PARAMETER
from btcore.expr import close, high

NAN = float("nan")

WRONG: list[tuple[Any, type[Exception], str]] = [
    *[(lambda s=span, f=function: f(close, s), PARAMETER, "span must be a number >= 1, got ")
      for function in (bt.dema, bt.tema) for span in (0, NAN, True, "20")],
    *[(lambda f=function: f(close, 14, seed="mean"), PARAMETER, "seed must be one of 'first', 'sma', got 'me")
      for function in (bt.ema, bt.rma, bt.dema, bt.tema, bt.rsi, bt.stoch_rsi)],
    *[(lambda f=function: f(14, seed=None), PARAMETER, "seed must be one of 'first', 'sma', got None")
      for function in (bt.atr, bt.adx, bt.keltner, bt.supertrend)],
    (lambda: bt.ema(close, 2.5, seed="sma"), PARAMETER, "span must be a whole number where seed='sma', got"),
    (lambda: bt.ema(close, 9, seed="sma", adjust=True), PARAMETER, "adjust=True has no seed, got seed='sma'"),
    (lambda: bt.atr(9, seed="sma", smoothing="sma"), PARAMETER, "smoothing='sma' has no seed, got seed='s"),
    *[(lambda w=w, f=function: f(close, w), PARAMETER, "window must be a whole number >= 1, got ")
      for function in (bt.wma, bt.hma, bt.bollinger) for w in (0, 2.0, True)],
    *[(lambda f=function: f(close, 0), PARAMETER, "n must be a whole number >= 1, got 0")
      for function in (bt.momentum, bt.roc, bt.stoch_rsi)],
    *[(lambda f=function: f(0), PARAMETER, "n must be a whole number >= 1, got 0")
      for function in (bt.adx, bt.cci, bt.keltner, bt.stoch, bt.supertrend)],
    *[(lambda f=function: f(high, 14), PARAMETER, f"{function.__name__} takes n alone or high, low, close and")
      for function in (bt.adx, bt.cci, bt.keltner, bt.stoch, bt.supertrend)],
    *[(lambda f=function, w=width: f(14, width=w), PARAMETER, "width must be a number > 0, got ")
      for function in (bt.keltner, bt.supertrend) for width in (0, -1.0, NAN, float("inf"), True, "2")],
    (lambda: bt.bollinger(close, 20, 0), PARAMETER, "width must be a number > 0, got 0"),
    (lambda: bt.bollinger(close, 20, ddof=-1), PARAMETER, "ddof must be a whole number >= 0, got -1"),
    (lambda: bt.keltner(20, atr_n=0), PARAMETER, "atr_n must be a whole number >= 1, got 0"),
    (lambda: bt.keltner(20, price="open"), PARAMETER, "price must be one of 'close', 'typical', got 'open'"),
    (lambda: bt.keltner(20, smoothing="wma"), PARAMETER, "smoothing must be one of 'ema', 'sma', got 'wma'"),
    (lambda: bt.stoch(14, smooth_k=0), PARAMETER, "smooth_k must be a whole number >= 1, got 0"),
    (lambda: bt.stoch_rsi(close, smooth_d=1.5), PARAMETER, "smooth_d must be a whole number >= 1, got 1.5"),
    (lambda: bt.stoch_rsi(close, 14, 0), PARAMETER, "window must be a whole number >= 1, got 0"),
    (lambda: bt.macd(close, 0), PARAMETER, "fast must be a number >= 1, got 0"),
    (lambda: bt.macd(close, 12, 26, 0.5), PARAMETER, "signal must be a number >= 1, got 0.5"),
    (lambda: bt.macd(close, 26, 12), PARAMETER, "fast must be below slow, got fast=26 and slow=12"),
    (lambda: bt.macd(close, 2, 6.5, seed="sma"), PARAMETER, "slow must be a whole number where seed='sma'"),
    (lambda: bt.obv(close), PARAMETER, "obv takes nothing or close, volume; got 1 series"),
    (lambda: bt.psar(close), PARAMETER, "psar takes nothing or high, low; got 1 series"),
    (lambda: bt.psar(step=0), PARAMETER, "step must be a number > 0, got 0"),
    (lambda: bt.psar(step=0.3), PARAMETER, "max_step must be at least the step 0.3, got 0.2"),
    (lambda: bt.vwap(high), PARAMETER, "vwap takes nothing or high, low, close, volume; got 1 series"),
    (lambda: bt.vwap(anchor=close > 1, window=5), PARAMETER, "vwap takes an anchor or a window, not both"),
    (lambda: bt.vwap(window=0), PARAMETER, "window must be a whole number >= 1, got 0"),
    (lambda: bt.vwap(anchor=close), ExpressionError, "close is a number where a condition is needed"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "error", "message"), WRONG, ids=range(len(WRONG)))
def test_parameters_that_have_no_meaning(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize("n", [2**63 - 1, 2**63, 2**70])
def test_a_seed_beyond_all_candles(n: int) -> None:
    """Never complete; no overflow."""
    for values in (
        bt.ema([1.0, 2.0], n, seed="sma"),
        bt.rma([1.0, 2.0], n, seed="sma"),
        bt.rsi([1.0, 2.0], n, seed="sma"),
    ):
        assert [str(v) for v in values] == ["nan", "nan"]
