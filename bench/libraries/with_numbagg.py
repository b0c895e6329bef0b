"""numbagg: moving windows by numba."""

from __future__ import annotations

from typing import Any

import numbagg
import numpy as np

from bench.libraries.common import Library, Prices, on_close, score


def _move(name: str) -> Any:
    function = getattr(numbagg, f"move_{name}")
    return lambda x, n: function(x, window=n)


def _ema(x: Any, n: int) -> Any:
    return numbagg.move_exp_nanmean(x, alpha=2 / (n + 1))


def _slope(p: Prices, n: int) -> Any:
    place = np.arange(len(p.close), dtype=np.float64)
    return numbagg.move_cov(p.close, place, window=n) / (n * (n + 1) / 12)


def library() -> Library:
    calls = {f"rolling_{name}": on_close(_move(name)) for name in ("sum", "mean", "var", "std")}
    calls["rolling_cov"] = lambda p, n: numbagg.move_cov(p.close, p.volume, window=n)
    calls["rolling_corr"] = lambda p, n: numbagg.move_corr(p.close, p.volume, window=n)
    calls["rolling_slope"] = _slope
    calls["ema"] = on_close(_ema)
    calls["8 spans of ema"] = lambda p, n: [_ema(p.close, n + k) for k in range(8)]
    calls["rma"] = lambda p, n: numbagg.move_exp_nanmean(p.close, alpha=1 / n)
    calls["zscore"] = score(_move("mean"), _move("std"))
    return Library(lambda x: x, calls)
