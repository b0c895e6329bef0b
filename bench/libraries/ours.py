"""btcore itself."""

from __future__ import annotations

from typing import Any

import btcore as bt
from bench.libraries.common import QUANTILE, Call, Library, Prices, on_close
from btcore.expr import array
from btcore.program import evaluate

_WINDOWS = ("sum", "mean", "var", "std", "min", "max", "argmin", "argmax", "median", "rank", "skew", "kurt", "slope")


def _bank(p: Prices, n: int) -> list[Any]:
    return evaluate(*(bt.ema(array(p.close, copy=False), n + k) for k in range(8)))


def library() -> Library:
    calls: dict[str, Call] = {f"rolling_{name}": on_close(getattr(bt, f"rolling_{name}")) for name in _WINDOWS}
    calls |= {name: on_close(getattr(bt, name)) for name in ("ema", "rma", "wma", "rsi", "zscore", "bollinger")}
    calls["rolling_quantile"] = lambda p, n: bt.rolling_quantile(p.close, n, QUANTILE)
    calls["rolling_cov"] = lambda p, n: bt.rolling_cov(p.close, p.volume, n)
    calls["rolling_corr"] = lambda p, n: bt.rolling_corr(p.close, p.volume, n)
    calls["atr"] = lambda p, n: bt.atr(p.high, p.low, p.close, n)
    calls["donchian"] = lambda p, n: bt.donchian(p.high, p.low, n)
    calls["stoch_rsi"] = on_close(bt.stoch_rsi)
    calls["8 spans of ema"] = _bank
    return Library(lambda x: x, calls)
