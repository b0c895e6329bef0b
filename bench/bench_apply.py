"""The caller's own function per window: what a call costs beyond the function itself, and what pandas takes for it."""

from __future__ import annotations

import importlib.util

import pytest

from bench.sizes import CANDLES

WINDOW = 100
COUNT = min(CANDLES, 1_000_000)


def nothing(window):
    return 0.0


def btcore_apply(closes, function):
    import btcore as bt

    return lambda: bt.rolling_apply(closes, WINDOW, function)


def pandas_apply(closes, function):
    import pandas as pd

    rolling = pd.Series(closes).rolling(WINDOW)
    return lambda: rolling.apply(function, raw=True)


def bare_calls(closes, function):
    return lambda: [function(closes) for _ in range(len(closes))]


CONTENDERS = {"btcore": btcore_apply, "pandas": pandas_apply, "calls alone": bare_calls}
GROUPS = {"calls alone": "calls of an empty Python function, without windows"}


@pytest.mark.parametrize(
    "contender", [name for name in CONTENDERS if name != "pandas" or importlib.util.find_spec(name)]
)
def bench_python(benchmark, candles, contender):
    benchmark.group = GROUPS.get(contender, f"rolling_apply of an empty Python function, {WINDOW}")
    benchmark.extra_info.update(contender=contender, values=COUNT)
    benchmark.pedantic(CONTENDERS[contender](candles.close[:COUNT], nothing), rounds=5, warmup_rounds=1)


def bench_compiled(benchmark, candles):
    numba = pytest.importorskip("numba")
    last = numba.cfunc("float64(CPointer(float64), intp)")(lambda values, count: values[count - 1])
    benchmark.group = f"rolling_apply of a compiled function, {WINDOW}"
    benchmark.extra_info.update(contender="btcore", values=COUNT)
    benchmark.pedantic(btcore_apply(candles.close[:COUNT], last), rounds=25, warmup_rounds=1)
