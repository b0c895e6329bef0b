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


class Feed:
    """Times and closes of candles that never stop: the next ``PUSHES`` of them each time it is asked."""

    def __init__(self):
        self.closes = bt.synthetic_candles(PUSHES, seed=1).close.tolist()
        self.start = 0

    def __iter__(self):
        self.start += PUSHES
        return zip(range(self.start, self.start + PUSHES), self.closes, strict=True)


def measured(benchmark, group, contender, function):
    benchmark.group = group
    benchmark.extra_info.update(contender=contender, values=PUSHES)
    benchmark.pedantic(function, rounds=15, warmup_rounds=2)


@pytest.mark.parametrize("name", EXPRESSIONS)
def bench_push(benchmark, name):
    push, feed = bt.Stream(EXPRESSIONS[name]()).push, Feed()

    def pushes():
        for time, close in feed:
            push(time, close, close, close, close, 1.0)

    measured(benchmark, f"push {name}", "btcore", pushes)


@pytest.mark.skipif(importlib.util.find_spec("screamer") is None, reason="screamer is not installed")
@pytest.mark.parametrize("name", SCREAMER)
def bench_push_screamer(benchmark, name):
    import screamer

    function, options = SCREAMER[name]
    push, feed = getattr(screamer, function)(**options), Feed()

    def pushes():
        for _, close in feed:
            push(close)

    measured(benchmark, f"push {name}", "screamer", pushes)


def bench_empty_loop(benchmark):
    """The loop of ``bench_push`` without the push."""
    feed = Feed()

    def loop():
        for _time, _close in feed:
            pass

    measured(benchmark, "push: the loop alone", "python", loop)
