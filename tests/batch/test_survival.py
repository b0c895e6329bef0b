"""A batch survives what happens to its workers; a simulation that cannot be computed fails alone."""

from __future__ import annotations

import sys

import pytest

import btcore as bt
from batch.builders import breakout, comparable, failing, hungry, killed, raising_unpicklable, telling
from btcore.batch.executors.processes import Processes, usual_method

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux")


@pytest.fixture(scope="module")
def candles():
    return bt.synthetic_candles(3_000)


def plain(candles, numbers):
    """What an undisturbed batch gives."""
    return comparable(bt.sweep(breakout, candles, {"window": numbers}, executor="serial", progress=False))


@pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
def test_a_simulation_that_raises_fails_alone(candles, executor):
    grid = {"number": range(2, 12), "bad": [7]}
    experiment = bt.sweep(failing, candles, grid, executor=executor, workers=2, progress=False)
    assert experiment.status == {"completed": 9, "failed": 1}
    (bad,) = experiment.failures
    assert bad.parameters["number"] == 7
    assert (bad.error.kind, bad.error.message) == ("LookupError", "number 7 is not to be had")
    assert "in failing" in bad.error.traceback
    nets = [s.result.stats["net"] for s in experiment.simulations if s.result]
    assert nets == plain(candles, [n for n in range(2, 12) if n != 7])["net"].to_list()


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_an_exception_that_cannot_be_pickled_is_told_as_text(candles, executor):
    experiment = bt.sweep(
        raising_unpicklable, candles, {"number": range(2, 7)}, executor=executor, workers=2, progress=False
    )
    assert experiment.status == {"completed": 4, "failed": 1}
    assert str(experiment.failures[0].error) == "Unpicklable: a and b do not match"


def test_a_function_of_the_caller_that_raises_in_the_run_fails_its_simulation_alone(candles):
    def average(values):
        return values.mean()

    def broken(values):
        raise ZeroDivisionError("nothing to divide by")

    strategies = [bt.Strategy(bt.close > bt.rolling_apply(bt.close, 10, f), max_bars=5) for f in (average, broken)]
    simulations = [bt.Simulation(s, candles) for s in [strategies[0], strategies[1], strategies[0]]]
    experiment = bt.run_batch(simulations, executor="processes", workers=1, progress=False)
    assert [str(s.status) for s in experiment.simulations] == ["completed", "failed", "completed"]
    assert experiment.simulations[1].error.kind == "ZeroDivisionError"


def test_a_strategy_that_cannot_be_sent_fails_alone(candles):
    def build(handle):
        return breakout(5)

    grid = [{"handle": 1}, {"handle": sys._getframe()}, {"handle": 2}]
    experiment = bt.sweep(build, candles, grid, executor="processes", workers=1, progress=False)
    assert [str(s.status) for s in experiment.simulations] == ["completed", "failed", "completed"]
    assert "frame" in str(experiment.failures[0].error)


def test_a_killed_worker_costs_its_simulation_and_no_other(candles):
    grid = {"number": range(2, 42), "bad": [23]}
    experiment = bt.sweep(killed, candles, grid, executor="processes", workers=2, progress=False)
    assert experiment.status == {"completed": 39, "failed": 1}
    (bad,) = experiment.failures
    assert (bad.parameters["number"], bad.error.kind) == (23, "WorkerDied")
    nets = [s.result.stats["net"] for s in experiment.simulations if s.result]
    assert nets == plain(candles, [n for n in range(2, 42) if n != 23])["net"].to_list()


def test_a_thousand_simulations_and_one_kill_give_a_thousand_results(candles, tmp_path):
    grid = {"number": range(2, 1_002), "bad": [500], "once": [str(tmp_path / "killed")]}
    experiment = bt.sweep(killed, candles[:1_500], grid, executor="processes", workers=2, progress=False)
    assert (tmp_path / "killed").exists()
    assert experiment.status == {"completed": 1_000}


@linux
def test_a_simulation_over_the_memory_limit_fails_with_memory_error(candles):
    grid = {"number": range(2, 9), "megabytes": [2_000]}
    experiment = bt.sweep(hungry, candles, grid, executor="processes", workers=2, progress=False, memory_limit="500MB")
    assert experiment.status == {"completed": 6, "failed": 1}
    assert experiment.failures[0].error.kind == "MemoryError"


@linux
def test_numeric_libraries_have_one_thread_in_a_worker(candles, tmp_path):
    bt.sweep(
        telling, candles, {"number": range(2, 6), "folder": [str(tmp_path)]}, executor="processes", workers=2,
        progress=False,
    )  # fmt: skip
    told = [path.read_text().split() for path in tmp_path.iterdir()]
    assert told
    # the main thread and the one that watches the parent
    assert all((int(threads), polars) == (2, "1") for threads, polars, _ in told)


def test_spawned_workers_do_as_well_as_those_of_a_fork_server(candles):
    simulations = [bt.Simulation(breakout(n), candles) for n in range(2, 6)]
    experiment = bt.run_batch(simulations, executor=Processes(2, start_method="spawn"), progress=False)
    assert comparable(experiment)["net"].to_list() == plain(candles, range(2, 6))["net"].to_list()


def test_a_temporary_folder_with_a_long_name_has_no_fork_server(candles, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", "/tmp/" + "long" * 20)
    assert usual_method() == "spawn"
    monkeypatch.setattr("tempfile.tempdir", "/tmp")
    assert usual_method() == ("spawn" if sys.platform == "win32" else "forkserver")


def test_workers_are_gone_after_a_batch(candles):
    import multiprocess

    bt.sweep(breakout, candles, {"window": range(2, 8)}, executor="processes", workers=2, progress=False)
    assert multiprocess.active_children() == []
