"""Batches in one process: what simulations cost together, and what an executor adds."""

from __future__ import annotations

import pytest

import btcore as bt
from bench.batches import cross, mixed, pairs
from bench.sizes import CANDLES


@pytest.fixture(scope="module")
def other(candles):
    made = bt.synthetic_candles(CANDLES, seed=2)
    bt.simulate([bt.Order(0, "long", max_bars=1)], made)
    return made


@pytest.mark.parametrize("count", [1, 10, 50])
def bench_pairs(benchmark, candles, count):
    """EMA crosses with brackets, trades counted, all statistics, one plan."""
    bt.simulate([bt.Order(0, "long", max_bars=1)], candles)
    experiment = benchmark.pedantic(
        bt.sweep, (cross, candles, pairs(count)), {"executor": "serial", "progress": False}, rounds=5, warmup_rounds=1
    )
    benchmark.extra_info["trades"] = sum(s.result.stats["trades"] for s in experiment.simulations)


def bench_five_kinds(benchmark, candles, other):
    """50 simulations of five kinds on two instruments."""
    experiment = benchmark.pedantic(
        lambda listed: bt.run_batch(listed, executor="serial", progress=False),
        setup=lambda: ((mixed([candles, other]),), {}), rounds=5, warmup_rounds=1,
    )  # fmt: skip
    assert experiment.status == {"completed": 50}
    benchmark.extra_info["trades"] = sum(s.result.stats["trades"] for s in experiment.simulations)


@pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
def bench_overhead(benchmark, executor):
    """1,000 simulations of 1,000 candles: next to nothing to compute."""
    short = bt.synthetic_candles(1_000)
    options = {"executor": executor, "workers": 2, "progress": False}
    benchmark.pedantic(bt.sweep, (cross, short, pairs(1_000)), options, rounds=3, warmup_rounds=1)
