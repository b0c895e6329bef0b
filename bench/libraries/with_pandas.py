"""pandas: one Series each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from bench.libraries.common import QUANTILE, Call, Library, Prices, bands, channel, score

_WINDOWS = ("sum", "mean", "var", "std", "min", "max", "median", "rank", "skew", "kurt")


def _rolling(name: str) -> Call:
    return lambda p, n: getattr(p.close.rolling(n), name)()


def _rma(x: Any, n: int) -> Any:
    return x.ewm(alpha=1 / n, adjust=False).mean()


def _rsi(p: Prices, n: int) -> Any:
    change = p.close.diff()
    up, down = _rma(change.clip(lower=0), n), _rma((-change).clip(lower=0), n)
    return 100 * up / (up + down)


def _stoch_rsi(p: Prices, n: int) -> Any:
    rsi = _rsi(p, n)
    low = rsi.rolling(n).min()
    k = 100 * (rsi - low) / (rsi.rolling(n).max() - low)
    return k, k.rolling(3).mean()


def _atr(p: Prices, n: int) -> Any:
    before = p.close.shift()
    return _rma(np.maximum(p.high - p.low, np.maximum((p.high - before).abs(), (p.low - before).abs())), n)


def _slope(p: Prices, n: int) -> Any:
    place = pd.Series(np.arange(len(p.close), dtype=np.float64))
    return p.close.rolling(n).cov(place) / (n * (n + 1) / 12)


def _wma(p: Prices, n: int) -> Any:
    """A mean of means: the sum of the last n sums of what is left of the window."""
    weights, place = n * (n + 1) / 2, pd.Series(np.arange(len(p.close), dtype=np.float64))
    total, moment = p.close.rolling(n).sum(), (p.close * place).rolling(n).sum()
    return (moment - (place - n) * total) / weights


def _mean(x: Any, n: int) -> Any:
    return x.rolling(n).mean()


def library() -> Library:
    calls = {f"rolling_{name}": _rolling(name) for name in _WINDOWS}
    calls["rolling_quantile"] = lambda p, n: p.close.rolling(n).quantile(QUANTILE)
    calls["rolling_cov"] = lambda p, n: p.close.rolling(n).cov(p.volume)
    calls["rolling_corr"] = lambda p, n: p.close.rolling(n).corr(p.volume)
    calls |= {"rolling_slope": _slope, "wma": _wma, "rsi": _rsi, "stoch_rsi": _stoch_rsi, "atr": _atr}
    calls["ema"] = lambda p, n: p.close.ewm(span=n, adjust=False).mean()
    calls["8 spans of ema"] = lambda p, n: [p.close.ewm(span=n + k, adjust=False).mean() for k in range(8)]
    calls["rma"] = lambda p, n: _rma(p.close, n)
    calls["donchian"] = channel(lambda x, n: x.rolling(n).max(), lambda x, n: x.rolling(n).min())
    calls["zscore"] = score(_mean, lambda x, n: x.rolling(n).std())
    calls["bollinger"] = bands(_mean, lambda x, n: x.rolling(n).std(ddof=0))
    return Library(pd.Series, calls)
