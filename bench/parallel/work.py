"""The tasks: simulations over mapped candles as a batch cuts them, next to nothing, and what goes wrong.

Functions are in this module and take plain arguments, so that every tool can send them by name.
"""

from __future__ import annotations

import functools
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

FULL = 6_922_364
PARTS = 20  # instruments that the candles are divided into
LARGE, SMALL = 50, 1_000  # tasks
PAIRS = 14  # simulations in a large task, some 30 ms; a small one has a single simulation, some 1.5 ms
SMALLER = 8  # a small task has an eighth of a part's candles
COLUMNS = ("timestamp", "open", "high", "low", "close", "volume")

Task = tuple[str, int, int]  # folder of mapped candles, first pair, number of pairs


def prepare(folder: Path, candles: int) -> None:
    """Write the instruments of both kinds of tasks, and all candles in one piece."""
    import btcore as bt

    whole = bt.synthetic_candles(candles, seed=1)
    whole.save(folder / "whole")
    size = candles // PARTS
    for part in range(PARTS):
        piece = whole[part * size : (part + 1) * size]
        for kind, count in (("large", size), ("small", size // SMALLER)):
            saved = piece[:count].save(folder / f"{kind}{part}")
            bt.simulate([bt.Order(0, "long", max_bars=1)], saved)


def tasks(folder: str, kind: str, count: int) -> list[Task]:
    """So many tasks: one instrument after the other, other pairs each round."""
    per = PAIRS if kind == "large" else 1
    return [(f"{folder}/{kind}{k % PARTS}", k // PARTS * per, per) for k in range(count)]


def simulations(items: list[Task]) -> list[Any]:
    """The simulations of these tasks as a batch takes them."""
    import btcore as bt
    from bench.batches import cross, pairs

    sets = pairs(1_000)
    return [
        bt.Simulation(cross(**chosen), mapped(folder), parameters=chosen)
        for folder, first, count in items
        for chosen in sets[first : first + count]
    ]


@functools.cache
def mapped(folder: str) -> Any:
    """Candles of a folder, mapped once per process."""
    import btcore as bt

    return bt.Candles.load(folder)


def simulated(task: Task) -> float:
    """Net of all simulations of a task."""
    import btcore as bt
    from bench.batches import cross, pairs

    folder, first, count = task
    chosen = pairs(1_000)[first : first + count]
    experiment = bt.sweep(cross, mapped(folder), chosen, executor="serial", progress=False)
    return float(sum(s.result.stats["net"] for s in experiment.simulations))


def nothing(number: int) -> int:
    """An empty task."""
    return number


def first_use(number: int) -> int:
    """btcore is loaded and simulates a hundred candles. It waits a little, so that every worker gets such a task."""
    import btcore as bt

    bt.simulate([bt.Order(0, "long", max_bars=1)], bt.synthetic_candles(100))
    time.sleep(0.02)
    return number


def total(columns: Any) -> float:
    """Every value of these arrays is read."""
    return float(sum(np.add.reduce(column, dtype=np.float64) for column in columns))


def total_of_folder(folder: str) -> float:
    """The same of mapped candles."""
    candles = mapped(folder)
    return total([getattr(candles, name) for name in COLUMNS])


class Stubborn(Exception):
    """It can be pickled and cannot be made again: its arguments are not those of ``__init__``."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"{number}: {reason}")


CULPRIT = 7  # of 20 tasks


def raising(number: int) -> int:
    time.sleep(0.01)
    if number == CULPRIT:
        raise ValueError("the task failed")
    return number


def raising_stubborn(number: int) -> int:
    time.sleep(0.01)
    if number == CULPRIT:
        raise Stubborn(number, "the task failed")
    return number


def dying(number: int) -> int:
    """One task kills its process, as the system does where memory runs out."""
    time.sleep(0.01)
    if number == CULPRIT:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def sleeping(folder: str) -> None:
    """Leaves a sign that it has begun."""
    Path(folder, "begun").touch()
    time.sleep(1.0)
