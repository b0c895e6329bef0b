"""What one simulation costs, and what comes before it: candles from arrays, from the cache, from a seed."""

from __future__ import annotations

import importlib.util

import pytest

import btcore as bt
from bench.peers.btcore_engine import strategy
from bench.peers.workload import load, prepare
from bench.sizes import CANDLES

COLUMNS = ("timestamp", "open", "high", "low", "close", "volume")
WAYS = ("ready", "end_to_end")


@pytest.fixture(scope="module")
def workload(tmp_path_factory):
    folder = tmp_path_factory.mktemp("workload")
    prepare(folder, CANDLES)
    return load(folder)


@pytest.fixture(scope="module")
def engines(workload):
    """Engines by name, each made at its first use."""
    made = {}

    def of(name):
        if name not in made:
            module = pytest.importorskip(f"bench.peers.{name}_engine", exc_type=ImportError)
            made[name] = module.Engine(workload)
        return made[name]

    return of


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("engine", ["btcore", *(["numba"] if importlib.util.find_spec("numba") else [])])
def bench_workload(benchmark, engines, engine, way):
    """EMA cross with stop and target from checked candles; ``ready``: signals and levels are given as arrays."""
    benchmark.group = f"workload, {way.replace('_', ' ')}"
    benchmark.extra_info.update(contender=engine, candles=CANDLES)
    result = benchmark.pedantic(getattr(engines(engine), way), rounds=9, warmup_rounds=2)
    benchmark.extra_info["trades"] = len(engines(engine).trades(result)["entry_index"])


@pytest.mark.parametrize("length", [100, 1_000])
def bench_fixed_overhead(benchmark, length):
    """A short series: what a simulation costs whatever its candles."""
    short = bt.synthetic_candles(length)
    built = strategy()
    benchmark(bt.simulate, built, short)


def bench_fixed_overhead_of_orders(benchmark):
    short = bt.synthetic_candles(100)
    orders = [bt.Order(10, "long", stop=0.0010, target=0.0020)]
    benchmark(bt.simulate, orders, short)


def bench_candles_from_arrays(benchmark, candles):
    """Checks, tick grid and ticks; the tick is declared."""
    arrays = [getattr(candles, name) for name in COLUMNS]
    benchmark.pedantic(bt.Candles, arrays, {"tick": candles.tick}, rounds=5, warmup_rounds=1)


def bench_candles_from_arrays_with_zones(benchmark, candles):
    """The same and what the first simulation makes once: zones and ends of days."""
    arrays = [getattr(candles, name) for name in COLUMNS]
    order = [bt.Order(0, "long", max_bars=1)]

    def build():
        return bt.simulate(order, bt.Candles(*arrays, tick=candles.tick))

    benchmark.pedantic(build, rounds=5, warmup_rounds=1)


def bench_open_cached(benchmark, candles, tmp_path_factory):
    """`read_candles` of a Parquet file that is in the cache."""
    folder = tmp_path_factory.mktemp("cache")
    file = folder / "candles.parquet"
    candles.to_polars().write_parquet(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BTCORE_CACHE", str(folder / "cache"))
        assert len(bt.read_candles(file)) == len(candles)
        benchmark.pedantic(bt.read_candles, (file,), rounds=20, warmup_rounds=2)


def bench_synthetic_candles(benchmark):
    benchmark.extra_info["candles"] = CANDLES
    benchmark.pedantic(bt.synthetic_candles, (CANDLES,), {"seed": 1}, rounds=3, warmup_rounds=1)
