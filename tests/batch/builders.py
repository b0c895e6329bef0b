"""Strategies for batches, and functions that do to a worker what can go wrong."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

import btcore as bt

LEFT_OUT = ("seconds",)
HOUR = 3_600_000_000_000


def cross(fast: int, slow: int) -> bt.Strategy:
    quick, calm = bt.ema(bt.close, fast), bt.ema(bt.close, slow)
    return bt.Strategy(bt.crosses_above(quick, calm), stop=2 * bt.atr(14), target=4 * bt.atr(14))


def breakout(window: int, long: bool = True) -> bt.Strategy:
    if long:
        return bt.Strategy(bt.close > bt.rolling_max(bt.high, window).shift(1), max_bars=window, name="breakout")
    return bt.Strategy(enter_short=bt.close < bt.rolling_min(bt.low, window).shift(1), trail=0.0010, name="breakdown")


def failing(number: int, bad: int) -> bt.Strategy:
    if number == bad:
        raise LookupError(f"number {number} is not to be had")
    return breakout(number)


class Unpicklable(Exception):
    """An exception that cannot be made again from its arguments."""

    def __init__(self, a: int, b: int) -> None:
        super().__init__("a and b do not match")
        self.handle = lambda: None
        self.values = a, b


def raising_unpicklable(number: int) -> bt.Strategy:
    if number == 3:
        raise Unpicklable(1, 2)
    return breakout(number)


def killed(number: int, bad: int, once: str = "") -> bt.Strategy:
    """Kill the worker like the out-of-memory killer does; with `once`, only if that file is not there yet."""
    if number == bad and not (once and Path(once).exists()):
        if once:
            Path(once).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return breakout(number)


def hungry(number: int, megabytes: int) -> bt.Strategy:
    if number == 5:
        np.ones(megabytes * 131_072)
    return breakout(number)


def slow(number: int, seconds: float) -> bt.Strategy:
    time.sleep(seconds)
    return breakout(number)


def telling(number: int, folder: str) -> bt.Strategy:
    """Write down what the worker is like."""
    a = np.random.default_rng(0).random((600, 600))
    for _ in range(3):
        a = a @ a / np.linalg.norm(a)
    threads = len(os.listdir("/proc/self/task"))
    (Path(folder) / f"{os.getpid()}").write_text(f"{threads} {os.environ.get('POLARS_MAX_THREADS')} {number}")
    return breakout(number)


def comparable(experiment: bt.Experiment) -> Any:
    """The table but for the times."""
    return experiment.table().drop(LEFT_OUT)


def hourly(hours: list[int]) -> bt.Candles:
    """Candles that open at these hours after 1970-01-05, a Monday."""
    times = (np.array(hours) + 4 * 24) * HOUR
    price = np.full(len(hours), 1.0)
    return bt.Candles(times, price, price, price, price, tick=0.01, period="1h")
