"""screamer: streaming indicators in C++, called with whole arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import screamer

from bench.libraries.common import QUANTILE, Library, Prices, on_close

_NAMES = {
    "rolling_sum": "RollingSum", "rolling_mean": "RollingMean", "rolling_var": "RollingVar",
    "rolling_std": "RollingStd", "rolling_min": "RollingMin", "rolling_max": "RollingMax",
    "rolling_argmin": "RollingArgmin", "rolling_argmax": "RollingArgmax", "rolling_median": "RollingMedian",
    "rolling_rank": "RollingRank", "rolling_skew": "RollingSkew", "rolling_kurt": "RollingKurt", "wma": "WMA",
    "rsi": "RollingRSI", "zscore": "RollingZscore", "bollinger": "BollingerBands",
}  # fmt: skip


def _slope(p: Prices, n: int) -> Any:
    return screamer.RollingLinearRegression(n)(np.arange(len(p.close), dtype=np.float64), p.close)


def library() -> Library:
    def call(name: str) -> object:
        made = getattr(screamer, name)
        return on_close(lambda x, n: made(n)(x))

    calls = {ours: call(theirs) for ours, theirs in _NAMES.items()}
    calls["rolling_quantile"] = lambda p, n: screamer.RollingQuantile(n, QUANTILE)(p.close)
    calls["rolling_cov"] = lambda p, n: screamer.RollingCov(n)(p.close, p.volume)
    calls["rolling_corr"] = lambda p, n: screamer.RollingCorr(n)(p.close, p.volume)
    calls["rolling_slope"] = lambda p, n: screamer.RollingLinearRegression(n)(
        np.arange(len(p.close), dtype=float), p.close
    )
    calls["ema"] = lambda p, n: screamer.EwMean(span=n)(p.close)
    calls["8 spans of ema"] = lambda p, n: [screamer.EwMean(span=n + k)(p.close) for k in range(8)]
    calls["rma"] = lambda p, n: screamer.EwMean(alpha=1 / n)(p.close)
    calls["atr"] = lambda p, n: screamer.ATR(n)(p.high, p.low, p.close)
    calls["stoch_rsi"] = lambda p, n: screamer.StochRSI(n, n)(p.close)
    calls["donchian"] = lambda p, n: screamer.DonchianChannels(n)(p.high, p.low)
    return Library(lambda x: x, calls)
