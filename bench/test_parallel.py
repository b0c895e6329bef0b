"""The measurements of ``bench.parallel`` at tiny sizes: they run, and failures are what they are said to be."""

from __future__ import annotations

import json
import os
import sys

import pytest

from bench.parallel.run import Sizes, joined, measured
from bench.parallel.watch import end_all

if not sys.platform.startswith("linux"):
    pytest.skip("the processes of a measurement are found in /proc", allow_module_level=True)

TINY = Sizes(candles=20_000, large=2, small=4, empty=20, rounds=1, starts=1, limit=60.0, patience=4.0, beside=2)
TOOLS = ["serial", "threads", "multiprocessing.Pool, fork", "ProcessPoolExecutor, forkserver", "btcore, processes"]


@pytest.fixture(scope="module")
def found():
    return measured(sys.executable, TINY, TOOLS, ["mapped files", "pickled with each task"], workers=2)


def row(found, tool):
    (one,) = [row for row in found["tools"] if row["tool"] == tool]
    return one


def test_it_is_json(found):
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("tool", TOOLS)
def test_figures(found, tool):
    for name in ("start_s", "empty_us", "empty_chunked_us", "large_s", "large_loop_s", "large_mb", "small_s"):
        assert row(found, tool)[name] > 0
    assert "fails" not in row(found, tool)
    assert row(found, tool)["raises"]["finished"] == 19


def test_a_pool_waits_for_a_dead_worker(found):
    assert row(found, "multiprocessing.Pool, fork")["killed"]["hangs"]


def test_an_executor_breaks(found):
    killed = row(found, "ProcessPoolExecutor, forkserver")["killed"]
    assert killed["lost"] > 0 and not killed["usable"]
    assert killed["error"].startswith("BrokenProcessPool")


def test_a_batch_loses_its_culprit_alone(found):
    own = row(found, "btcore, processes")
    for trouble in ("raises", "stubborn", "killed"):
        assert (own[trouble]["finished"], own[trouble]["lost"], own[trouble]["usable"]) == (19, 0, True)
    assert "WorkerDied" in own["killed"]["error"]
    assert own["anonymous"]["works"]


def test_ctrl_c_ends_programs(found):
    for tool in TOOLS:
        assert row(found, tool)["interrupted"]["left"] == 0


def test_a_killed_program_says_so(found):
    assert row(found, "serial")["killed"]["code"] == -9


def test_ways_of_handing_over(found):
    for way in found["handover"]:
        assert way["seconds"] > 0 and way["candles_mb"] > 0


def test_results_are_joined(found):
    part = found | {"tools": found["tools"][1:3], "handover": []}
    rest = found | {"tools": found["tools"][:1] + found["tools"][3:]}
    assert joined(part, rest) == found
    with pytest.raises(ValueError, match="other sizes"):
        joined(part | {"candles": 1}, rest)


def test_nothing_is_left_behind():
    assert end_all(f"no such mark {os.getpid()}") == 0
