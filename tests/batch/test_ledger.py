"""The ledger: what it keeps, who can read it, what it refuses."""

from __future__ import annotations

import json
import math
import sqlite3

import pytest

import btcore as bt
from batch.builders import breakout, cross, failing
from btcore.batch.records import read_trades, write_trades


@pytest.fixture(scope="module")
def candles():
    return bt.synthetic_candles(4_000, symbol="EURUSD")


def run(candles, store, **options):
    grid = {"number": [4, 7, 9], "bad": [7]}
    return bt.sweep(failing, candles, grid, executor="serial", store=store, progress=False, **options)


def test_an_experiment_is_opened_again_from_its_file(candles, tmp_path):
    experiment = run(candles, tmp_path, name="My Experiment")
    assert experiment.path == tmp_path / "My-Experiment.sqlite"
    for path in (experiment.path, str(tmp_path)):
        opened = bt.Experiment.open(path)
        assert (opened.name, opened.status) == ("My Experiment", {"completed": 2, "failed": 1})
        assert opened.table().equals(experiment.table())
        for one, other in zip(opened.simulations[::2], experiment.simulations[::2], strict=True):
            assert one.content_hash == other.content_hash
    assert str(opened.failures[0].error) == "LookupError: number 7 is not to be had"
    assert opened.best("net").parameters == experiment.best("net").parameters
    for ask in (lambda s: s.result.trades, lambda s: s.result.equity(), lambda s: s.strategy):
        with pytest.raises(bt.DataError, match="run"):
            ask(opened.simulations[0])


def test_failed_simulations_are_tried_again_and_finished_ones_are_not(candles, tmp_path):
    run(candles, tmp_path)
    assert run(candles, tmp_path).status == {"completed": 2, "failed": 1}
    ran = []
    bt.sweep(failing, candles, {"number": [4, 7], "bad": [0]}, executor="serial", store=tmp_path,
             progress=lambda now: ran.extend(now.finished))  # fmt: skip
    assert [s.parameters["number"] for s in ran] == [7]  # another `bad` makes no other strategy of 4


def test_a_larger_grid_goes_on_where_a_smaller_one_ended(candles, tmp_path):
    bt.sweep(breakout, candles, {"window": [5, 10]}, executor="serial", store=tmp_path, progress=False)
    ran = []
    bt.sweep(breakout, candles, {"window": [5, 10, 15]}, executor="serial", store=tmp_path,
             progress=lambda now: ran.extend(now.finished))  # fmt: skip
    assert [s.parameters for s in ran] == [{"window": 15}]


def test_other_costs_are_another_simulation(candles, tmp_path):
    for spread in (0.0, 0.0001):
        ran = []
        bt.sweep(breakout, candles, {"window": [5]}, costs=bt.Costs(spread=spread), executor="serial", store=tmp_path,
                 progress=lambda now, ran=ran: ran.extend(now.finished))  # fmt: skip
        assert len(ran) == 1


def test_the_tables_are_what_the_documentation_says(candles, tmp_path):
    experiment = run(candles, tmp_path)
    connection = sqlite3.connect(experiment.path)
    facts = dict(connection.execute("SELECT name, value FROM facts"))
    assert facts.keys() == {"format", "experiment", "code", "rules", "figures"}
    query = (
        "SELECT parameters, status, net, trades, error FROM simulations LEFT JOIN outcomes USING (key) ORDER BY number"
    )
    rows = connection.execute(query).fetchall()
    connection.close()
    assert [json.loads(row[0])["number"] for row in rows] == [4, 7, 9]
    assert [row[1] for row in rows] == ["completed", "failed", "completed"]
    assert rows[0][2:4] == tuple(experiment.simulations[0].result.stats[name] for name in ("net", "trades"))
    assert rows[1][2:] == (None, None, "LookupError")


def test_another_process_reads_while_a_batch_writes(candles, tmp_path):
    seen = []

    def look(now):
        seen.append(bt.Experiment.open(tmp_path).status)

    bt.sweep(
        cross,
        candles,
        {"fast": [3, 4, 5, 6], "slow": [20]},
        executor="threads",
        workers=2,
        store=tmp_path,
        progress=look,
    )
    assert seen[0] == {"pending": 4}
    assert seen[-1] == {"completed": 4}
    assert any(status.get("completed", 0) not in (0, 4) for status in seen)


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_an_interrupted_batch_leaves_nothing_running(candles, tmp_path, executor):
    def stop(now):
        if now.done >= 4:
            raise KeyboardInterrupt

    grid = {"fast": range(3, 27), "slow": [40]}
    with pytest.raises(bt.BatchInterrupted) as interruption:
        bt.sweep(cross, candles, grid, executor=executor, workers=2, store=tmp_path, progress=stop)
    status = interruption.value.experiment.status
    assert status.keys() == {"completed", "pending"}
    assert bt.Experiment.open(tmp_path).status == status


def test_figures_without_a_value_come_back_as_nan(tmp_path):
    quiet = bt.synthetic_candles(50)
    never = bt.Strategy(bt.close > 1e9)
    experiment = bt.run_batch([bt.Simulation(never, quiet)], executor="serial", store=tmp_path, progress=False)
    (again,) = bt.Experiment.open(tmp_path).simulations
    assert experiment.simulations[0].result.stats["trades"] == again.result.stats["trades"] == 0
    assert type(again.result.stats["trades"]) is int
    assert math.isnan(again.result.stats["win_rate"])


def test_trades_are_written_beside_it(candles, tmp_path):
    experiment = run(candles, tmp_path, name="kept", trades=True)
    plain = run(candles, None, trades=True)
    files = sorted(tmp_path.glob("kept-trades/*.parquet"))
    assert len(files) == 2
    for source in (experiment, bt.Experiment.open(tmp_path), run(candles, tmp_path, name="kept", trades=True)):
        for kept, expected in zip(source.simulations, plain.simulations, strict=True):
            if kept.result is not None:
                assert kept.result.trades.to_numpy().tobytes() == expected.result.trades.to_numpy().tobytes()
    files[0].unlink()
    ran = []
    run_again = {"name": "kept", "trades": True}
    bt.sweep(failing, candles, {"number": [4, 7, 9], "bad": [7]}, executor="serial", store=tmp_path,
             progress=lambda now: ran.extend(now.finished), **run_again)  # fmt: skip
    assert len(ran) == 1  # the one without its file; that of 7 fails before it is run


def test_records_refuse_what_is_no_trades(tmp_path):
    with pytest.raises(bt.DataError, match="does not hold the trades"):
        read_trades(tmp_path / "none.parquet")
    write_trades(bt.simulate([], bt.synthetic_candles(5)).trades.to_numpy(), "X", tmp_path / "empty.parquet")
    assert len(read_trades(tmp_path / "empty.parquet")) == 0


@pytest.mark.parametrize("content", [b"", b"this is no database, but it is long enough to look at" * 40])
def test_a_file_that_is_no_ledger_is_refused_by_name(candles, tmp_path, content):
    (tmp_path / "experiment.sqlite").write_bytes(content)
    with pytest.raises(bt.DataError, match=r"experiment\.sqlite is no ledger"):
        bt.Experiment.open(tmp_path)
    if content:
        with pytest.raises(bt.DataError, match=r"experiment\.sqlite is no ledger"):
            run(candles, tmp_path)
        assert (tmp_path / "experiment.sqlite").read_bytes() == content


def test_folders_with_none_or_several_ledgers_ask_for_one(candles, tmp_path):
    with pytest.raises(bt.DataError, match="holds 0 ledgers"):
        bt.Experiment.open(tmp_path)
    for name in ("a", "b"):
        run(candles, tmp_path, name=name)
    with pytest.raises(bt.DataError, match=r"a\.sqlite, b\.sqlite"):
        bt.Experiment.open(tmp_path)
    with pytest.raises(bt.DataError, match="there is no ledger"):
        bt.Experiment.open(tmp_path / "c.sqlite")
