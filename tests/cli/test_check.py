"""`btcore check`: the verdict in words and as exit code."""

from __future__ import annotations

HONEST = "def make(candles, n=20):\n    return bt.Strategy(candles.close > bt.sma(candles.close, n), max_bars=5)\n"
LEAKING = """import numpy as np

def make(candles):
    return bt.Strategy(np.roll(candles.close, -1) > candles.close, max_bars=1)
"""
DATA = ["--data", "synthetic:3000"]


def test_a_strategy_that_does_not_look_ahead(btcore):
    ended = btcore("check", "examples/trend.py:trend", *DATA)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("no look-ahead found (36 other futures from 12 candles on)")


def test_a_function_of_the_candles(btcore, strategy_file):
    file = strategy_file(HONEST)
    ended = btcore(
        "check", f"{file}:make", *DATA, "--set", "n=10", "--cuts", "4", "--seed", "3", "--start", "2000-01-04"
    )
    assert ended.code == 0, ended
    assert "from 4 candles on" in ended.out


def test_a_leak(btcore, strategy_file):
    ended = btcore("check", f"{strategy_file(LEAKING)}:make", *DATA)
    assert (ended.code, ended.err) == (1, "")
    assert ended.out.startswith("look-ahead: decision at candle ")
    assert "depends on later candles: it is" in ended.out


def test_what_cannot_be_checked(btcore, strategy_file):
    text = "ARRAY = bt.synthetic_candles(3000).close > 1.1\nfixed = bt.Strategy(ARRAY, max_bars=3)\n"
    ended = btcore("check", f"{strategy_file(text)}:fixed", *DATA)
    assert ended.code == 1
    assert "not checked: the strategy holds an array computed before" in ended.out


def test_strategies_as_functions(btcore, strategy_file):
    text = """
class Rising(bt.WindowStrategy):
    window = 3
    def __init__(self, bars=5):
        self.bars = bars
    def on_candle(self, window):
        return window.buy(max_bars=self.bars) if window.close[-1] > window.close[0] else None
ready = Rising(4)
"""
    file = strategy_file(text)
    for command in ("check", "run"):
        for name in ("Rising", "ready"):
            assert btcore(command, f"{file}:{name}", *DATA).code == 0
    assert btcore("run", f"{file}:Rising", *DATA, "--set", "bars=7").code == 0
    assert "ready takes no parameters" in btcore("run", f"{file}:ready", *DATA, "--set", "bars=7").err


def test_errors_are_one_line(btcore, strategy_file):
    file = strategy_file("def make(candles, n):\n    raise KeyError(n)\norders = [bt.Order(3, 1)]\n")
    ended = btcore("check", f"{file}:make", *DATA)
    assert (ended.code, ended.out) == (2, "")
    assert "make needs --set n=..." in ended.err
    ended = btcore("check", f"{file}:make", *DATA, "--set", "n=3")
    assert ended.code == 1
    assert "mine.py, line 3: KeyError: 3" in ended.err
    assert "a list of orders was made before the check" in btcore("check", f"{file}:orders", *DATA).err
    assert btcore("check", "examples/trend.py:trend").code == 2
