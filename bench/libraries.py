"""The operators of btcore and what other libraries call them, each on its own kind of series.

A library is listed only where it can be imported. Definitions differ in details that cost no time to speak of: what the
first values are, and that TA-Lib divides by n instead of n - 1.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np


class Prices(NamedTuple):
    high: Any
    low: Any
    close: Any


Call = Callable[[Prices, int], Any]


@dataclass(frozen=True)
class Library:
    series: Callable[[np.ndarray], Any]  # from an array to the library's own container
    calls: dict[str, Call]  # operator: function of prices and window


def _btcore() -> Library:
    import btcore as bt
    from btcore.expr import array
    from btcore.program import evaluate

    def bank(p: Prices, n: int) -> list[np.ndarray]:
        return evaluate(*(bt.ema(array(p.close), n + k) for k in range(8)))

    names = ("sum", "mean", "var", "std", "min", "max")
    calls: dict[str, Call] = {f"rolling_{name}": _on_close(getattr(bt, f"rolling_{name}")) for name in names}
    calls |= {name: _on_close(getattr(bt, name)) for name in ("ema", "rma", "rsi", "zscore")}
    calls["atr"] = lambda p, n: bt.atr(p.high, p.low, p.close, n)
    calls["donchian"] = lambda p, n: bt.donchian(p.high, p.low, n)
    calls["8 spans of ema"] = bank
    return Library(lambda x: x, calls)


def _on_close(function: Callable[..., Any]) -> Call:
    return lambda p, n: function(p.close, n)


def _pandas() -> Library:
    import pandas as pd

    def rolling(name: str) -> Call:
        return lambda p, n: getattr(p.close.rolling(n), name)()

    def rma(x: Any, n: int) -> Any:
        return x.ewm(alpha=1 / n, adjust=False).mean()

    def rsi(p: Prices, n: int) -> Any:
        change = p.close.diff()
        up, down = rma(change.clip(lower=0), n), rma((-change).clip(lower=0), n)
        return 100 * up / (up + down)

    def atr(p: Prices, n: int) -> Any:
        before = p.close.shift()
        return rma(np.maximum(p.high - p.low, np.maximum((p.high - before).abs(), (p.low - before).abs())), n)

    def donchian(p: Prices, n: int) -> Any:
        upper, lower = p.high.rolling(n).max(), p.low.rolling(n).min()
        return upper, (upper + lower) / 2, lower

    def zscore(p: Prices, n: int) -> Any:
        window = p.close.rolling(n)
        return (p.close - window.mean()) / window.std()

    calls = {f"rolling_{name}": rolling(name) for name in ("sum", "mean", "var", "std", "min", "max")}
    calls["ema"] = lambda p, n: p.close.ewm(span=n, adjust=False).mean()
    calls["8 spans of ema"] = lambda p, n: [p.close.ewm(span=n + k, adjust=False).mean() for k in range(8)]
    calls["rma"] = lambda p, n: rma(p.close, n)
    return Library(pd.Series, calls | {"rsi": rsi, "atr": atr, "donchian": donchian, "zscore": zscore})


def _polars() -> Library:
    import polars as pl

    def rolling(name: str) -> Call:
        return lambda p, n: getattr(p.close, f"rolling_{name}")(n)

    def rma(x: Any, n: int) -> Any:
        return x.ewm_mean(alpha=1 / n, adjust=False)

    def rsi(p: Prices, n: int) -> Any:
        change = p.close.diff()
        up, down = rma(change.clip(lower_bound=0), n), rma((-change).clip(lower_bound=0), n)
        return 100 * up / (up + down)

    def atr(p: Prices, n: int) -> Any:
        frame = pl.DataFrame({"high": p.high, "low": p.low, "close": p.close})
        high, low, before = pl.col("high"), pl.col("low"), pl.col("close").shift()
        ranges = pl.max_horizontal(high - low, (high - before).abs(), (low - before).abs())
        return frame.select(ranges.ewm_mean(alpha=1 / n, adjust=False))

    def donchian(p: Prices, n: int) -> Any:
        upper, lower = p.high.rolling_max(n), p.low.rolling_min(n)
        return upper, (upper + lower) / 2, lower

    calls = {f"rolling_{name}": rolling(name) for name in ("sum", "mean", "var", "std", "min", "max")}
    calls["ema"] = lambda p, n: p.close.ewm_mean(span=n, adjust=False)
    calls["8 spans of ema"] = lambda p, n: [p.close.ewm_mean(span=n + k, adjust=False) for k in range(8)]
    calls["rma"] = lambda p, n: rma(p.close, n)
    calls["zscore"] = lambda p, n: (p.close - p.close.rolling_mean(n)) / p.close.rolling_std(n)
    return Library(pl.Series, calls | {"rsi": rsi, "atr": atr, "donchian": donchian})


def _bottleneck() -> Library:
    import bottleneck as bn

    def donchian(p: Prices, n: int) -> Any:
        upper, lower = bn.move_max(p.high, n), bn.move_min(p.low, n)
        return upper, (upper + lower) / 2, lower

    calls = {f"rolling_{name}": _on_close(getattr(bn, f"move_{name}")) for name in ("sum", "mean", "min", "max")}
    calls["rolling_var"] = lambda p, n: bn.move_var(p.close, n, ddof=1)
    calls["rolling_std"] = lambda p, n: bn.move_std(p.close, n, ddof=1)
    calls["zscore"] = lambda p, n: (p.close - bn.move_mean(p.close, n)) / bn.move_std(p.close, n, ddof=1)
    return Library(lambda x: x, calls | {"donchian": donchian})


def _numbagg() -> Library:
    import numbagg

    def move(name: str) -> Call:
        function = getattr(numbagg, f"move_{name}")
        return lambda p, n: function(p.close, window=n)

    def ema(p: Prices, n: int) -> Any:
        return numbagg.move_exp_nanmean(p.close, alpha=2 / (n + 1))

    calls = {f"rolling_{name}": move(name) for name in ("sum", "mean", "var", "std")}
    calls["zscore"] = lambda p, n: (p.close - move("mean")(p, n)) / move("std")(p, n)
    calls["rma"] = lambda p, n: numbagg.move_exp_nanmean(p.close, alpha=1 / n)
    calls["8 spans of ema"] = lambda p, n: [ema(p, n + k) for k in range(8)]
    return Library(lambda x: x, calls | {"ema": ema})


def _talib() -> Library:
    import talib

    def donchian(p: Prices, n: int) -> Any:
        upper, lower = talib.MAX(p.high, n), talib.MIN(p.low, n)
        return upper, (upper + lower) / 2, lower

    names = {"sum": "SUM", "mean": "SMA", "var": "VAR", "std": "STDDEV", "min": "MIN", "max": "MAX"}
    calls = {f"rolling_{ours}": _on_close(getattr(talib, theirs)) for ours, theirs in names.items()}
    calls |= {"ema": _on_close(talib.EMA), "rsi": _on_close(talib.RSI)}
    calls["8 spans of ema"] = lambda p, n: [talib.EMA(p.close, n + k) for k in range(8)]
    calls["atr"] = lambda p, n: talib.ATR(p.high, p.low, p.close, n)
    calls["zscore"] = lambda p, n: (p.close - talib.SMA(p.close, n)) / talib.STDDEV(p.close, n)
    return Library(lambda x: x, calls | {"donchian": donchian})


_ALL = {
    "btcore": _btcore,
    "pandas": _pandas,
    "polars": _polars,
    "bottleneck": _bottleneck,
    "numbagg": _numbagg,
    "talib": _talib,
}


def available() -> dict[str, Library]:
    """The libraries that are installed here, by the name of their module; btcore first."""
    return {name: make() for name, make in _ALL.items() if importlib.util.find_spec(name) is not None}
