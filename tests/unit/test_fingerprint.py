"""Digests of functions: equal for equal ones in every process, different for any difference in what they compute."""

from __future__ import annotations

import functools
import os
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from btcore.fingerprint import fingerprint

FACTOR = 3.0


def scaled(window: Any) -> float:
    return float(window[-1] * FACTOR)


def recursive(n: int) -> int:
    return recursive(n - 1) if n else 0


class Weighted:
    """A callable with state."""

    def __init__(self, weight: float) -> None:
        self.weight = weight

    def __call__(self, window: Any) -> float:
        return float(window[-1] * self.weight)

    def method(self, window: Any) -> float:
        return float(window[0])


def holding(value: Any) -> Callable[[Any], Any]:
    """A function with a closure."""
    return lambda window: (window, value)


def executed(text: str) -> Any:
    """The function ``f`` of a text, compiled afresh."""
    names: dict[str, Any] = {"__name__": "made_up"}
    exec(compile(text, __file__, "exec", dont_inherit=True), names)
    return names["f"]


SAME: list[Callable[[], Any]] = [
    lambda: scaled,
    lambda: recursive,
    lambda: np.mean,
    lambda: np.add,
    lambda: max,
    lambda: statistics.median,
    lambda: Weighted(2.0),
    lambda: Weighted(2.0).method,
    lambda: functools.partial(scaled, 1),
    lambda: holding(np.arange(3.0)),
    lambda: holding({"a": [1, (2, {3, 4})], "b": None}),
    lambda: executed("def f(w):\n    def g(): return (1, 2, 'x')\n    return g()"),
]

TEXTS = [
    "f = lambda w: w[0] + 1", "f = lambda w: w[0] + 2", "f = lambda w: w[0] + 1.0", "f = lambda w: w[0] + True",
    "f = lambda w: w[0] - 1", "f = lambda w: w[1] + 1", "f = lambda w: w.max() + 1", "f = lambda w: w.min() + 1",
    "f = lambda w, k=1: w[0]", "f = lambda w, k=2: w[0]", "f = lambda w, *, k=1: w[0]", "f = lambda w: 0.0",
    "f = lambda w: -0.0", "f = lambda w: (lambda: 1)()", "f = lambda w: (lambda: 2)()",
    "k = 1\nf = lambda w: k", "k = 2\nf = lambda w: k", "def h(): return 1\ndef f(w): return h()",
    "def h(): return 2\ndef f(w): return h()", "import math as m\ndef f(w): return m.sin(0)",
    "import cmath as m\ndef f(w): return m.sin(0)", "def f(w):\n  try: return w[0]\n  except KeyError: return 1",
    "def f(w):\n  try: return w[0]\n  except TypeError: return 1", "def g(w): return 0.0\nf = g",
]  # fmt: skip

DIFFERENT: list[Callable[[], Any]] = [
    *[lambda text=text: executed(text) for text in TEXTS],
    *[lambda value=value: holding(value)
      for value in (1, 1.0, True, "1", b"1", None, (1,), [1], {1}, {1: 1}, (1, 2), (2, 1), (), ((1,), 2), (1, (2,)),
                    np.arange(3), np.arange(3.0), np.arange(3)[::-1], np.arange(4), np.float64(1), scaled, np.mean)],
    lambda: Weighted(1.0), lambda: Weighted(2.0), lambda: Weighted(1.0).method, lambda: Weighted,
    lambda: functools.partial(scaled), lambda: functools.partial(scaled, 1), lambda: functools.partial(scaled, k=1),
]  # fmt: skip


@pytest.mark.parametrize("make", SAME, ids=range(len(SAME)))
def test_made_twice(make: Callable[[], Any]) -> None:
    assert fingerprint(make()) == fingerprint(make())
    assert not fingerprint(make()).startswith("local:")


def test_any_difference_counts() -> None:
    found = [fingerprint(make()) for make in DIFFERENT]
    assert len(set(found)) == len(found)


def test_a_global_counts_when_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(scaled)
    monkeypatch.setitem(globals(), "FACTOR", 4.0)
    assert fingerprint(scaled) != before


def test_what_cannot_be_described_is_equal_to_itself_alone() -> None:
    one, other = holding(threading.Lock()), holding(threading.Lock())
    assert fingerprint(one) == fingerprint(one)
    assert fingerprint(one) != fingerprint(other)
    assert fingerprint(one).startswith("local:")
    assert fingerprint(holding({threading.current_thread()})).startswith("local:")


def test_values_that_hold_themselves() -> None:
    ring: list[Any] = [1]
    ring.append(ring)
    assert fingerprint(holding(ring)) == fingerprint(holding(ring))
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert fingerprint(holding(deep)).startswith("local:")
    while deep:  # taken apart by hand: freeing it at once would recurse as deep
        deep = deep[0]


def test_other_processes() -> None:
    text = "f = lambda w: w[0] in {'a', 'b', 'c'} and (1.5, 'x') and h(w)\nh = lambda w: k\nk = ['y', {'p', 'q'}]"
    program = (
        "from btcore.fingerprint import fingerprint\n"
        f"names = {{'__name__': 'made_up'}}\nexec({text!r}, names)\nprint(fingerprint(names['f']))"
    )
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        )
        assert done.stdout.decode().strip() == fingerprint(executed(text))
