"""polars, one thread: Series, and lazy expressions where it has no method of a Series."""

from __future__ import annotations

from typing import Any

import polars as pl

from bench.libraries.common import QUANTILE, Call, Library, Prices, bands, channel, score

_WINDOWS = ("sum", "mean", "var", "std", "min", "max", "median", "skew", "rank", "kurtosis")


def _rolling(name: str) -> Call:
    return lambda p, n: getattr(p.close, f"rolling_{name}")(n)


def _pair(function: Any) -> Call:
    def call(p: Prices, n: int) -> Any:
        frame = pl.DataFrame({"a": p.close, "b": p.volume})
        return frame.select(function(pl.col("a"), pl.col("b"), window_size=n))

    return call


def _rma(x: Any, n: int) -> Any:
    return x.ewm_mean(alpha=1 / n, adjust=False)


def _rsi(p: Prices, n: int) -> Any:
    change = p.close.diff()
    up, down = _rma(change.clip(lower_bound=0), n), _rma((-change).clip(lower_bound=0), n)
    return 100 * up / (up + down)


def _stoch_rsi(p: Prices, n: int) -> Any:
    rsi = _rsi(p, n)
    low = rsi.rolling_min(n)
    k = 100 * (rsi - low) / (rsi.rolling_max(n) - low)
    return k, k.rolling_mean(3)


def _atr(p: Prices, n: int) -> Any:
    frame = pl.DataFrame({"high": p.high, "low": p.low, "close": p.close})
    high, low, before = pl.col("high"), pl.col("low"), pl.col("close").shift()
    ranges = pl.max_horizontal(high - low, (high - before).abs(), (low - before).abs())
    return frame.select(ranges.ewm_mean(alpha=1 / n, adjust=False))


def _slope(p: Prices, n: int) -> Any:
    place = pl.Series(range(len(p.close)), dtype=pl.Float64)
    total = p.close.rolling_sum(n)
    return ((p.close * place).rolling_sum(n) - (place - (n - 1) / 2) * total) / (n * (n * n - 1) / 12)


def library() -> Library:
    names = [name for name in _WINDOWS if hasattr(pl.Series, f"rolling_{name}")]
    calls = {f"rolling_{'kurt' if name == 'kurtosis' else name}": _rolling(name) for name in names}
    calls["rolling_quantile"] = lambda p, n: p.close.rolling_quantile(QUANTILE, interpolation="linear", window_size=n)
    calls |= {"rolling_cov": _pair(pl.rolling_cov), "rolling_corr": _pair(pl.rolling_corr), "rolling_slope": _slope}
    calls["wma"] = lambda p, n: p.close.rolling_mean(n, weights=list(range(1, n + 1)))
    calls["ema"] = lambda p, n: p.close.ewm_mean(span=n, adjust=False)
    calls["8 spans of ema"] = lambda p, n: [p.close.ewm_mean(span=n + k, adjust=False) for k in range(8)]
    calls["rma"] = lambda p, n: _rma(p.close, n)
    calls |= {"rsi": _rsi, "stoch_rsi": _stoch_rsi, "atr": _atr}
    calls["donchian"] = channel(pl.Series.rolling_max, pl.Series.rolling_min)
    calls["zscore"] = score(pl.Series.rolling_mean, pl.Series.rolling_std)
    calls["bollinger"] = bands(pl.Series.rolling_mean, lambda x, n: x.rolling_std(n, ddof=0))
    return Library(pl.Series, calls)
