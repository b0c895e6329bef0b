"""Experiments as their users see them: tables, best, heat maps, progress, what is refused."""

from __future__ import annotations

import io
import math
from datetime import datetime

import pytest

import btcore as bt
from batch.builders import breakout, cross, failing
from btcore.batch.chunks import Queue, Sizes
from btcore.batch.executors.choice import checked_limit
from btcore.batch.grids import parameter_sets
from btcore.batch.progress import Bars, Lines
from btcore.batch.work import Job
from btcore.plan import Conditions


@pytest.fixture(scope="module")
def instruments():
    return {name: bt.synthetic_candles(3_000, seed=k, symbol=name) for k, name in enumerate(["EURUSD", "USDJPY"])}


@pytest.fixture(scope="module")
def experiment(instruments):
    grid = {"fast": [3, 5], "slow": [20, 30, 40]}
    return bt.sweep(cross, instruments, grid, executor="serial", progress=False, name="crosses")


def test_rows_are_in_the_order_of_the_grid(experiment):
    table = experiment.table()
    assert table.columns[:6] == ["strategy", "instrument", "fast", "slow", "status", "seconds"]
    assert table.columns[-1] == "error"
    expected = [(s, f, w) for s in ("EURUSD", "USDJPY") for f in (3, 5) for w in (20, 30, 40)]
    assert table.select("instrument", "fast", "slow").rows() == expected
    assert table["strategy"].unique().to_list() == ["cross"]
    alone = bt.simulate(cross(5, 30), experiment.simulations[4].candles)
    assert table.row(4, named=True)["net"] == alone.stats["net"]


def test_states_and_times(experiment):
    simulation = experiment.simulations[0]
    assert (simulation.id, simulation.status, simulation.instrument) == (0, bt.Status.COMPLETED, "EURUSD")
    assert isinstance(simulation.start_time, datetime)
    assert simulation.start_time <= simulation.end_time
    assert 0 < simulation.execution_time < 60
    assert sum(s.execution_time for s in experiment.simulations) < 60
    fresh = bt.Simulation(breakout(5), simulation.candles)
    assert (fresh.id, fresh.status, fresh.result, fresh.error) == (-1, "pending", None, None)
    assert math.isnan(fresh.execution_time)


def test_best_and_heatmap(experiment):
    table = experiment.table()
    assert experiment.best("net").result.stats["net"] == table["net"].max()
    assert experiment.best("max_drawdown").result.stats["max_drawdown"] == table["max_drawdown"].min()
    assert experiment.best("net", lowest=True).result.stats["net"] == table["net"].min()
    heat = experiment.heatmap("fast", "slow", "net")
    assert heat.columns == ["slow", "3", "5"]
    assert heat["slow"].to_list() == [20, 30, 40]
    cell = table.filter((table["fast"] == 5) & (table["slow"] == 30))["net"].mean()
    assert heat["5"][1] == pytest.approx(cell, rel=1e-15)
    with pytest.raises(bt.ParameterError, match="no completed simulation has a number for 'sharp'"):
        experiment.best("sharp")
    with pytest.raises(bt.ParameterError, match="there is no column 'speed'"):
        experiment.heatmap("fast", "speed", "net")


def test_explain_counts_what_is_shared(experiment):
    text = experiment.explain()
    assert text.count("6 simulations") == 2
    assert "ewm                            6          18" in text  # 2 + 3 spans and the range, instead of 3 for each
    assert "true_range                     1           6" in text


def test_explain_estimates_the_time(instruments, monkeypatch):
    from btcore.batch import explaining

    candles = instruments["EURUSD"]
    simulations = [bt.Simulation(breakout(5), candles)] * 6
    assert "worker" not in bt.Experiment("short candles", simulations).explain()
    monkeypatch.setattr(explaining, "TRIED", 2)
    monkeypatch.setattr(explaining, "SHORT", 100)
    monkeypatch.setattr(explaining, "LONG", 600)
    monkeypatch.setattr(explaining.time, "thread_time", iter([5.0, 5.25, 6.0, 6.5]).__next__)
    expected = 0.25 / 500 * len(candles) * 3
    assert f"  about {expected:.2g} s on one worker" in bt.Experiment("compiled", simulations).explain().splitlines()
    python = bt.Simulation(bt.Strategy(bt.rolling_apply(bt.close, 5, max) > 0), candles)
    assert "no estimate of the time" in bt.Experiment("python", [python]).explain()


def test_parameters_that_are_named_like_columns_or_hold_anything(instruments):
    def build(net, levels):
        return breakout(net)

    grid = {"net": [5], "levels": [(1, 2), None]}
    table = bt.sweep(build, instruments["EURUSD"], grid, executor="serial", progress=False).table()
    assert table["parameter_net"].to_list() == [5, 5]
    assert table["levels"].to_list() == ["(1, 2)", None]


def test_progress_calls_a_function(instruments):
    told = []
    bt.sweep(failing, instruments["EURUSD"], {"number": range(2, 22), "bad": [3]}, executor="threads", workers=2,
             progress=told.append, name="told")  # fmt: skip
    assert [now.done for now in told] == sorted(now.done for now in told)
    assert (told[0].done, told[-1].done, told[-1].total, told[-1].failed, told[-1].running) == (0, 20, 20, 1, 0)
    assert sum(len(now.finished) for now in told) == 20
    assert told[-1].rate > 0
    assert told[-1].remaining == 0


def test_progress_in_lines(instruments, capfd):
    bt.sweep(
        failing, instruments["EURUSD"], {"number": [4, 5], "bad": [5]}, executor="serial", progress="lines", name="log"
    )
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == "log: 2 simulations on 1 worker"
    assert lines[-1].startswith("log: 2 of 2 (1 failed), ")


def test_progress_in_bars(instruments):
    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100)
    experiment = bt.sweep(breakout, instruments["EURUSD"], {"window": [4, 5]}, executor="serial", progress=False)
    from btcore.batch.progress import Tally

    bars, tally = Bars(console), Tally("bars", experiment.simulations)
    bars.prepare("bars", 2)
    bars.begin(1, tally.now())
    bars.started(0, experiment.simulations)
    bars.finished(0, tally.now(experiment.simulations))
    bars.close()
    assert "bars" in out.getvalue()
    assert "looking up what is known" in out.getvalue()
    assert "2/2" in out.getvalue()


def test_progress_in_a_notebook(instruments):
    from btcore.batch.notebook import Cell
    from btcore.batch.progress import Tally

    said = []

    class Handle:
        def update(self, data, raw):
            said.append(data)

    def show(data, display_id, raw):
        said.append(data)
        return Handle()

    experiment = bt.sweep(breakout, instruments["EURUSD"], {"window": [4, 5]}, executor="serial", progress=False)
    cell, tally = Cell(show), Tally("<night>", experiment.simulations)
    cell.prepare("<night>", 2)
    cell.begin(2, tally.now())
    cell.finished(0, tally.now(experiment.simulations))
    cell.close()
    assert said[0]["text/plain"] == "<night>: looking up what is known"
    assert said[1]["text/plain"] == "<night>: 2 of 2 on 2 workers"
    assert said[2]["text/plain"].startswith("<night>: 2 of 2, ")
    assert said[2]["text/html"].startswith('&lt;night&gt; <progress value="2" max="2"')


def test_what_cannot_be_made_is_not_called_known(instruments, tmp_path, capfd):
    grid = {"number": [4, 5], "bad": [5]}
    for _ in range(2):
        bt.sweep(failing, instruments["EURUSD"], grid, executor="serial", progress="lines", name="log", store=tmp_path)
    heads = [line for line in capfd.readouterr().err.splitlines() if "worker" in line]
    assert heads == ["log: 2 simulations on 1 worker", "log: 2 simulations on 1 worker, 1 of them known already"]


def test_lines_keep_silent_for_a_while(capfd):
    from btcore.batch.progress import Tally

    lines, tally = Lines(seconds=1_000), Tally("quiet", [None] * 0)
    lines.begin(2, tally.now())
    assert capfd.readouterr().err.splitlines() == ["quiet: 0 simulations on 2 workers"]


def test_grids():
    assert parameter_sets({"a": [1, 2], "b": ["x", "y"]}) == [
        {"a": 1, "b": "x"}, {"a": 1, "b": "y"}, {"a": 2, "b": "x"}, {"a": 2, "b": "y"},
    ]  # fmt: skip
    assert parameter_sets([{"a": 1}]) == [{"a": 1}]
    grid = {"fast": range(1, 50), "slow": range(1, 50), "k": (0.5, 2.0)}
    sets = bt.random_sets(grid, 100, seed=1, where=lambda fast, slow, k: fast < slow)
    assert len({tuple(s.values()) for s in sets}) == 100
    assert all(s["fast"] < s["slow"] and 0.5 <= s["k"] < 2.0 for s in sets)
    assert sets == bt.random_sets(grid, 100, seed=1, where=lambda fast, slow, k: fast < slow)
    assert sets != bt.random_sets(grid, 100, seed=2, where=lambda fast, slow, k: fast < slow)


def test_sobol_sets_are_spread_evenly():
    pytest.importorskip("scipy")
    sets = bt.sobol_sets({"a": (0.0, 1.0), "b": (0.0, 1.0)}, 64)
    boxes = {(int(s["a"] * 8), int(s["b"] * 8)) for s in sets}
    assert len(boxes) == 64  # one in each: what chance does in one of 10^27 cases
    assert bt.sobol_sets({"a": [1, 2, 3, 4]}, 4, seed=3)


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        (5, "grid is a mapping"),
        ([5], "holds mappings"),
        ({"a": 5}, "a needs a list of values"),
        ({"a": "text"}, "a needs a list of values"),
        ({"a": []}, "a has no values"),
    ],
)
def test_wrong_grids(grid, message):
    with pytest.raises(bt.ParameterError, match=message):
        parameter_sets(grid)


def test_sets_that_are_not_there():
    with pytest.raises(bt.ParameterError, match="only 2 different sets"):
        bt.random_sets({"a": [1, 2]}, 3)
    with pytest.raises(bt.ParameterError, match="whole number"):
        bt.random_sets({"a": [1, 2]}, 0)
    with pytest.raises(bt.ParameterError, match="low < high"):
        bt.random_sets({"a": (2.0, 1.0)}, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"executor": "cluster"}, "executor is one of auto, serial"),
        ({"executor": object()}, "has submit"),
        ({"workers": 0}, "workers is a whole number"),
        ({"progress": "loud"}, "progress is True"),
        ({"memory_limit": "much"}, "memory_limit is a number of bytes"),
        ({"memory_limit": 0}, "memory_limit is a number of bytes"),
        ({"executor": "serial", "memory_limit": "1GB"}, "kept by executor='processes' alone"),
        ({"name": ""}, "name is a text"),
    ],
)
def test_wrong_options(instruments, options, message):
    with pytest.raises(bt.ParameterError, match=message):
        bt.sweep(breakout, instruments, {"window": [5]}, **options)


def test_wrong_simulations(instruments):
    one = bt.Simulation(breakout(5), instruments["EURUSD"])
    with pytest.raises(bt.ParameterError, match="stands twice"):
        bt.run_batch([one, one], executor="serial", progress=False)
    with pytest.raises(bt.ParameterError, match="takes Simulation objects"):
        bt.run_batch([breakout(5)], executor="serial", progress=False)
    with pytest.raises(bt.ParameterError, match="build is a function"):
        bt.sweep(breakout(5), instruments, {"window": [5]})
    with pytest.raises(bt.ParameterError, match="candles must be Candles"):
        bt.Simulation(breakout(5), None)


def test_nothing_to_do():
    experiment = bt.run_batch([], progress=False)
    assert (experiment.status, experiment.table().shape[0]) == ({}, 0)


def test_limits_in_words():
    assert [checked_limit(x) for x in (None, 5, "2GB", "1.5 MB", "10b")] == [None, 5, 2 << 30, 3 << 19, 10]


def test_chunks_are_one_first_then_shares_or_larger_where_work_is_short(instruments):
    candles = instruments["EURUSD"]
    jobs = [Job(k, None, Conditions(end=3_000)) for k in range(160)]
    queue = Queue([(candles, list(jobs))], Sizes(160, 2))
    first = queue.take()
    assert len(first.jobs) == 1
    queue.sizes.learn(first, 0.01)  # thousands take four seconds: each worker gets half of what is left
    assert len(queue.take().jobs) == 80
    queue.sizes.learn(first, 10.0)
    assert len(queue.take().jobs) == 10


def test_a_lone_worker_takes_all_that_is_left_where_that_is_not_long(instruments):
    candles = instruments["EURUSD"]
    queue = Queue([(candles, [Job(k, None, Conditions(end=3_000)) for k in range(50)])], Sizes(50, 1))
    queue.sizes.learn(queue.take(), 0.09)  # of 1, which with what it would share is that of 5
    assert len(queue.take().jobs) == 49
    assert queue.take() is None


def test_an_automatic_executor(instruments, monkeypatch):
    from btcore.batch.executors import choice

    monkeypatch.setattr(choice, "AUTO_SERIAL_CANDLES", 1_000)
    compiled = [bt.Simulation(breakout(5), instruments["EURUSD"]) for _ in range(2)]
    python = bt.Simulation(bt.Strategy(bt.rolling_apply(bt.close, 5, max) > 0), instruments["EURUSD"])
    assert choice._automatic(2, compiled) == "threads"
    assert choice._automatic(2, [*compiled, python]) == "processes"
    assert choice._automatic(1, compiled) == "serial"
