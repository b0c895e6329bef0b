"""The workloads for other engines: what they are asked, and that the scripts around them run."""

from __future__ import annotations

import json

import numpy as np
import pytest

import btcore as bt
from bench.peers import btcore_engine
from bench.peers.agreement import compare
from bench.peers.more import Sizes, jobs, measured, table
from bench.peers.run import BTCORE
from bench.peers.workload import ENTER, FASTS, LEAVE, SLOWS, WINDOW, decision, load, nothing, prepare

TINY = Sizes(slow=3_000, many=4_000, many_full=4_000, many_slow=3_000, called=3_000, runs=1)


@pytest.fixture(scope="module")
def workload(tmp_path_factory):
    folder = tmp_path_factory.mktemp("workload")
    prepare(folder, 6_000)
    return load(folder)


@pytest.fixture(scope="module")
def found():
    return measured(TINY, None, [BTCORE, "btcore, own aggregates"])


def test_pairs_are_the_crosses_of_their_means(workload):
    pairs = workload.pairs()
    assert len(pairs) == len(FASTS) * len(SLOWS) == 50
    fast, slow = bt.ema(workload.close, FASTS[1]), bt.ema(workload.close, SLOWS[2])
    np.testing.assert_array_equal(pairs[len(SLOWS) + 2].entries, bt.crosses_above(fast, slow))
    signals = workload.entries
    np.testing.assert_allclose(pairs[0].stop_price[signals], workload.stop_price[signals], rtol=0, atol=1e-12)


def test_many_trade_what_single_simulations_trade(workload):
    engine = btcore_engine.Engine(workload)
    singly = [
        bt.simulate(bt.Strategy(w.entries, stop=w.stop / w.scale[0], target=w.target / w.scale[0]), engine.candles)
        for w in workload.pairs()
    ]
    assert engine.many([workload] * 50) == sum(len(result.trades) for result in singly)


def test_the_decision():
    closes = np.r_[np.tile([1.0, 2.0], WINDOW // 2 - 1), 1.5, -9.0]
    score = (closes[-1] - closes.mean()) / closes.std()
    assert score < ENTER < LEAVE
    assert (decision(closes, False), decision(closes, True)) == (1, 0)
    assert (decision(-closes, False), decision(-closes, True)) == (0, -1)
    assert decision(np.ones(WINDOW), False) == 0
    assert nothing(closes, True) == 0


def test_the_callback_is_the_decision_candle_by_candle(workload):
    engine = btcore_engine.Engine(workload)
    trades = engine.trades(engine.callback())
    expected, held = [], False
    for t in range(WINDOW - 1, len(workload) - 1):
        answer = decision(workload.close[t - WINDOW + 1 : t + 1], held)
        if answer:
            held = answer > 0
            expected.append((t + 1, workload.open[t + 1]))
    found = [
        pair
        for row in zip(
            *(trades[name] for name in ("entry_index", "entry_price", "exit_index", "exit_price")), strict=True
        )
        for pair in (row[:2], row[2:])
    ]
    assert len(expected) > 20
    assert [tuple(pair) for pair in found[: len(expected)]] == expected
    native = btcore_engine.Native(workload)
    assert compare(workload, trades, native.trades(native.callback()))["differing"] == 0


def test_every_engine_has_its_jobs():
    assert {job.workload for job in jobs(TINY)} == {"A", "B", "C"}
    assert all(job.halved for job in jobs(TINY) if job.engine in ("backtrader", "akquant") and job.way != "nothing")


def test_rows(found):
    assert json.loads(json.dumps(found)) == found
    by_way = {(row["workload"], row["way"], row["engine"]): row for row in found["rows"]}
    assert by_way["C", "callback", "btcore, own aggregates"]["differing"] == 0
    assert by_way["C", "nothing", BTCORE]["trades"] == 0
    assert by_way["B", "many", BTCORE]["simulations"] == 50
    assert len(table(found).splitlines()) == 2 + len(found["rows"])
