"""Other engines on one workload, each in an environment of its own, as ``bench.peers.run`` measures them."""

from __future__ import annotations

import pytest

from bench.peers.environments import find_python
from bench.peers.run import BTCORE, PEERS, SLOW, WAYS, measured
from bench.peers.workload import prepare
from bench.sizes import CANDLES

RUNS = 3


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Reports of engines by name, each measured when it is first asked for."""
    folder, made = tmp_path_factory.mktemp("workload"), {}
    prepare(folder, CANDLES)

    def of(name):
        if name not in made:
            made[name] = measured(name, folder, RUNS, find_python())
        return made[name]

    return of


class Replay:
    """A timer that gives the times that another process measured."""

    def __init__(self, seconds):
        self.marks = [0.0]
        for taken in seconds:
            self.marks += [self.marks[-1] + taken] * 2
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return self.marks[self.calls - 1]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", [name for name in PEERS if name not in SLOW])
def bench_peer(benchmark, reports, name, way):
    report = reports(name)
    if report is None or way not in report:
        pytest.skip(f"{name} does not run here, or not {way}")
    seconds = report[way]["seconds"]
    benchmark.group = f"workload, {way.replace('_', ' ')}"
    benchmark.extra_info.update(contender="btcore" if name == BTCORE else name, candles=CANDLES)
    benchmark.extra_info |= {"version": report["version"], "trades": report[way]["trades"]}
    benchmark._timer = Replay(seconds)
    benchmark.pedantic(lambda: None, rounds=len(seconds))
