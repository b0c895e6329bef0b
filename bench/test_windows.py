"""Windowed and recursive operators against the libraries that have them: one thread, output allocated by the call."""

from __future__ import annotations

import pytest

from bench.libraries import Prices, available
from bench.sizes import CANDLES

WINDOWS = (20, 100, 1000)
WINDOWED = [
    *(f"rolling_{name}" for name in ("sum", "mean", "var", "std", "min", "max", "argmin", "argmax", "median")),
    *(f"rolling_{name}" for name in ("quantile", "rank", "skew", "kurt", "cov", "corr", "slope")),
    "wma",
]
CASES = [(name, n) for name in WINDOWED for n in WINDOWS]
CASES += [
    ("ema", 20),
    ("8 spans of ema", 20),
    ("rma", 14),
    ("rsi", 14),
    ("atr", 14),
    ("stoch_rsi", 14),
    ("bollinger", 20),
    ("donchian", 100),
    ("zscore", 100),
]
LIBRARIES = available()


@pytest.fixture(scope="module")
def prices(candles):
    arrays = Prices(candles.high, candles.low, candles.close, candles.volume)
    kept: dict[str, Prices] = {}

    def of(library: str) -> Prices:
        if library not in kept:
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


def bench_bank_inside_a_plan(benchmark, candles):
    """Eight exponential means as a batch computes them: in blocks, no array of values is written."""
    import btcore as bt
    from btcore.program import Program

    program = Program()
    for span in range(20, 28):
        program.slot(bt.ema(bt.close, span))

    def pipeline():
        return (program.pipeline({"close": candles.close}, CANDLES),), {}

    benchmark.pedantic(lambda made: made.evaluate([], []), setup=pipeline, rounds=9)
    benchmark.extra_info["values"] = 8 * CANDLES
