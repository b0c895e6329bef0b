"""Windowed and recursive operators against the libraries that have them: one thread, output allocated by the call."""

from __future__ import annotations

import pytest

from bench.libraries import Prices, available
from bench.sizes import CANDLES

WINDOWS = (20, 100, 1000)
CASES = [(f"rolling_{name}", n) for name in ("sum", "mean", "var", "std", "min", "max") for n in WINDOWS]
CASES += [
    ("ema", 20),
    ("8 spans of ema", 20),
    ("rma", 14),
    ("rsi", 14),
    ("atr", 14),
    ("donchian", 100),
    ("zscore", 100),
]
LIBRARIES = available()


@pytest.fixture(scope="module")
def prices(candles):
    arrays = Prices(candles.high, candles.low, candles.close)
    kept: dict[str, Prices] = {}

    def of(library: str) -> Prices:
        if library not in kept:
            kept.clear()  # containers of one library at a time
            kept[library] = Prices(*map(LIBRARIES[library].series, arrays))
        return kept[library]

    return of


@pytest.mark.parametrize(
    ("operator", "window", "library"),
    [(op, n, name) for op, n in CASES for name, library in LIBRARIES.items() if op in library.calls],
)
def bench_operator(benchmark, prices, operator, window, library):
    call, own = LIBRARIES[library].calls[operator], prices(library)
    benchmark.group = f"{operator} {window}"
    benchmark.extra_info.update(contender=library, values=CANDLES * (8 if operator.startswith("8 spans") else 1))
    benchmark.pedantic(call, (own, window), rounds=5, warmup_rounds=1)
