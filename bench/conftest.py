"""What the benchmarks share: the candles, one thread for everyone, and the tables at the end of a run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from bench import calibration, machine
from bench.report import live_rows, tables
from bench.sizes import CANDLES, SMALL

sys.path.append(
    str(Path(__file__).parents[1])
)  # worker processes import bench by name; an installed btcore comes first


def pytest_configure():
    for variable in ("POLARS_MAX_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(variable, "1")  # read when the libraries are imported


def pytest_benchmark_update_machine_info(machine_info):
    machine_info["load"] = machine.load()
    machine_info |= {"numpy": np.__version__, "candles": CANDLES}


@pytest.fixture(autouse=True)
def calibrated(request):
    """Every benchmark notes how fast the machine was before and after it, by the same timer."""
    if "benchmark" not in request.fixturenames:
        yield
        return
    benchmark = request.getfixturevalue("benchmark")
    timer = benchmark._timer
    before = calibration.seconds(timer)
    yield
    benchmark.extra_info["calibration"] = min(before, calibration.seconds(timer))


@pytest.fixture(scope="session")
def candles():
    """Checked candles of the full size, on which nothing has been simulated yet."""
    import btcore as bt

    return bt.synthetic_candles(CANDLES, seed=1)


def pytest_terminal_summary(terminalreporter, config):
    session = getattr(config, "_benchmarksession", None)
    for title, lines in tables(live_rows(session.benchmarks if session else [])):
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with the candles of bench.baseline, few of them."""
    from bench.baseline.workload import prepare

    made = tmp_path_factory.mktemp("candles")
    prepare(made, SMALL)
    return made


@pytest.fixture(scope="module")
def prices(folder):
    """Those candles as bench.baseline loads them."""
    from bench.baseline.workload import load

    return load(folder)
