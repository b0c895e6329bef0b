"""The pandas-window engine gives the trades of btcore, and the scripts around it run at a small size."""

from __future__ import annotations

import json
from collections import Counter

import pytest

import btcore as bt
from bench.sizes import SMALL

pytest.importorskip("pandas")

RAW = """\
run (worker.py:3);signals (bench/baseline/engine.py:70);window_of (bench/baseline/engine.py:27);a (pandas/core/frame.py:1) 3
run (worker.py:3);signals (bench/baseline/engine.py:70);means (bench/baseline/engine.py:35) 1
run (worker.py:3);<module> (bench/baseline/engine.py:9);_load (<frozen importlib._bootstrap>:1) 9
"""  # noqa: E501


def test_the_trades_are_those_of_btcore(prices):
    from bench.baseline import engine, ours

    found = engine.simulate(prices)
    result = bt.simulate(ours.strategy(prices.tie), ours.candles_of(prices))
    assert len(found) > 20
    assert found == ours.trades(prices, result)
    assert ours.agreement(SMALL, found, found[1:])["differing"] == 1


def test_every_kind_of_exit():
    from bench.baseline.engine import exit_of

    opens, highs, lows = [100, 100, 104, 93], [102, 103, 107, 94], [99, 98, 103, 92]
    assert exit_of(opens, highs, lows, 0, 98, 120) == (0, 100, 1, 98, "SL")
    assert exit_of(opens, highs, lows, 0, 90, 103) == (0, 100, 1, 103, "TP")
    assert exit_of(opens, highs, lows, 0, 90, 104) == (0, 100, 2, 104, "TP_GAP")
    assert exit_of(opens, highs, lows, 0, 95, 110) == (0, 100, 3, 93, "SL_GAP")
    assert exit_of(opens, highs, lows, 0, 98, 103) == (0, 100, 1, 98, "SL")  # both in one candle: the stop (X2)
    assert exit_of(opens, highs, lows, 0, 90, 110) is None


def test_samples():
    from bench.baseline.watched import layers, stacks_of, stages

    stacks = stacks_of(RAW)
    assert sum(stacks.values()) == 4
    assert [(row["stage"], row["share"]) for row in stages(stacks, 10)] == [("window_of", 0.75), ("means", 0.25)]
    assert [row["layer"] for row in layers(stacks, 10)] == ["DataFrame", "the engine's own lines"]


def test_pieces_and_profiles(prices):
    from bench.baseline import observe, pieces

    rows = pieces.measured(prices, seconds=0.001, repetitions=1)
    assert {row["piece"] for row in rows} == {piece.name for piece in (*pieces.PIECES, *pieces.PARTS)}
    steps = pieces.in_order(prices, seconds=0.001, repetitions=1)
    found = pieces.bottlenecks(rows, steps, 1_000.0)
    assert {row["bottleneck"] for row in found} == {*steps, "the rest"}
    assert sum(row["share"] for row in found) == pytest.approx(1.0)
    short = prices._replace(**{name: getattr(prices, name)[:300] for name in prices._fields[:-1]})
    functions, totals = observe.profiled(short)
    assert 0 < sum(row["own_share"] for row in functions) <= 1.0
    assert totals["calls_per_candle"] > 100
    assert all(row["mb"] >= 0 for row in observe.traced(short))


def test_rows_of_parts_replace_only_their_own():
    from bench.baseline.__main__ import merged

    old = {"runs": [{"engine": "btcore", "candles": 5, "seconds": 1}, {"engine": "btcore", "candles": 9, "seconds": 2}]}
    new = merged(old, {"runs": [{"engine": "btcore", "candles": 9, "seconds": 3}], "pieces": [{"piece": "a"}]})
    assert Counter(row["seconds"] for row in new["runs"]) == Counter([1, 3])
    assert new["pieces"] == [{"piece": "a"}]


def test_a_worker(folder, tmp_path):
    from bench.baseline.watched import worker

    report = worker("btcore", folder, tmp_path / "out.json")
    assert report["row"]["candles"] == SMALL
    assert report["row"]["trades"] == len(report["trades"]) > 20
    json.dumps(report)
