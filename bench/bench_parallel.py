"""Tools that run Python on several cores, as ``bench.parallel`` has them: next to nothing, and chunks of a batch."""

from __future__ import annotations

import contextlib

import pytest

from bench.parallel import work
from bench.parallel.tools import here, make
from bench.sizes import CANDLES

pytestmark = pytest.mark.filterwarnings("ignore")  # some fork where there are threads, and leave sockets open
WORKERS, EMPTY = 2, 500


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("candles")
    work.prepare(folder, CANDLES)
    return str(folder)


def measured(benchmark, group, name, function, items):
    """The tool has started and its workers have answered."""
    benchmark.group = group
    benchmark.extra_info["contender"] = name
    with contextlib.closing(make(name, WORKERS)) as tool:
        benchmark.pedantic(tool.map, (function, items), rounds=3, warmup_rounds=1)


@pytest.mark.parametrize("name", here())
def bench_empty(benchmark, name):
    measured(benchmark, f"{EMPTY} empty tasks", name, work.nothing, range(EMPTY))


@pytest.mark.parametrize("name", here())
def bench_large(benchmark, folder, name):
    measured(benchmark, f"{work.LARGE} chunks", name, work.simulated, work.tasks(folder, "large", work.LARGE))
