"""What a push costs from Python: one operator, a candle at a time; the loop around it is measured as well."""

from __future__ import annotations

import importlib.util

import pytest

import btcore as bt

PUSHES = 100_000
EXPRESSIONS = {
    "ema 20": lambda: bt.ema(bt.close, 20),
    "rsi 14": lambda: bt.rsi(bt.close, 14),
    "rolling_mean 100": lambda: bt.rolling_mean(bt.close, 100),
    "rolling_std 100": lambda: bt.rolling_std(bt.close, 100),
    "rolling_max 100": lambda: bt.rolling_max(bt.close, 100),
    "rolling_median 100": lambda: bt.rolling_median(bt.close, 100),
}
SCREAMER = {"ema 20": ("EwMean", {"span": 20}), "rolling_mean 100": ("RollingMean", {"window_size": 100})}


@pytest.mark.parametrize("name", EXPRESSIONS)
def bench_push(benchmark, name):
    push, closes = bt.Stream(EXPRESSIONS[name]()).push, bt.synthetic_candles(PUSHES, seed=1).close.tolist()
    clock = iter(range(10**12))

    def pushes():
        for close in closes:
            push(next(clock), close, close, close, close, 1.0)

    benchmark.group, benchmark.extra_info["contender"] = f"push {name}", "btcore"
    benchmark.extra_info["values"] = PUSHES
    benchmark.pedantic(pushes, rounds=9, warmup_rounds=1)


@pytest.mark.skipif(importlib.util.find_spec("screamer") is None, reason="screamer is not installed")
@pytest.mark.parametrize("name", SCREAMER)
def bench_push_screamer(benchmark, name):
    import screamer

    function, options = SCREAMER[name]
    push, closes = getattr(screamer, function)(**options), bt.synthetic_candles(PUSHES, seed=1).close.tolist()

    def pushes():
        for close in closes:
            push(close)

    benchmark.group, benchmark.extra_info["contender"] = f"push {name}", "screamer"
    benchmark.extra_info["values"] = PUSHES
    benchmark.pedantic(pushes, rounds=9, warmup_rounds=1)


def bench_empty_loop(benchmark):
    """The loop of ``bench_push`` without the push."""
    closes, clock = [1.0] * PUSHES, iter(range(10**12))

    def loop():
        for close in closes:
            _ = (next(clock), close, close, close, close, 1.0)

    benchmark.group, benchmark.extra_info["contender"] = "push: the loop alone", "python"
    benchmark.extra_info["values"] = PUSHES
    benchmark.pedantic(loop, rounds=9, warmup_rounds=1)
