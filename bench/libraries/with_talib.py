"""TA-Lib: indicators in C."""

from __future__ import annotations

from typing import Any

import talib

from bench.libraries.common import Library, Prices, channel, on_close, score

_NAMES = {
    "rolling_sum": "SUM", "rolling_mean": "SMA", "rolling_var": "VAR", "rolling_std": "STDDEV", "rolling_min": "MIN",
    "rolling_max": "MAX", "rolling_argmin": "MININDEX", "rolling_argmax": "MAXINDEX",
    "rolling_slope": "LINEARREG_SLOPE", "wma": "WMA", "ema": "EMA", "rsi": "RSI",
}  # fmt: skip


def _stoch_rsi(p: Prices, n: int) -> Any:
    return talib.STOCHRSI(p.close, n, n, 3, 0)


def library() -> Library:
    calls = {ours: on_close(getattr(talib, theirs)) for ours, theirs in _NAMES.items()}
    calls["rolling_corr"] = lambda p, n: talib.CORREL(p.close, p.volume, n)
    calls["8 spans of ema"] = lambda p, n: [talib.EMA(p.close, n + k) for k in range(8)]
    calls["atr"] = lambda p, n: talib.ATR(p.high, p.low, p.close, n)
    calls["stoch_rsi"] = _stoch_rsi
    calls["bollinger"] = lambda p, n: talib.BBANDS(p.close, n)
    calls["zscore"] = score(talib.SMA, talib.STDDEV)
    calls["donchian"] = channel(talib.MAX, talib.MIN)
    return Library(lambda x: x, calls)
