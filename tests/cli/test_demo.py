"""`btcore demo`: the table holds what the library computes."""

from __future__ import annotations

import btcore as bt
from btcore.cli.demo import PAIRS, SPREAD, trend


def test_rows_are_the_results(btcore):
    ended = btcore("demo", "--candles", 30_000, "--seed", 5)
    candles = bt.synthetic_candles(30_000, seed=5)
    rows = {words[0]: words for words in map(str.split, ended.out.splitlines()) if words and "/" in words[0]}
    assert len(rows) == len(PAIRS)
    for fast, slow in PAIRS:
        stats = bt.simulate(trend(fast, slow), candles, costs=bt.Costs(spread=SPREAD)).stats
        assert rows[f"{fast}/{slow}"][1:3] == [f"{stats['trades']:,}", f"{stats['net']:,.2f}"]


def test_it_says_what_to_do_next(btcore):
    ended = btcore("demo", "--candles", 2_000)
    assert "btcore run examples/trend.py:trend" in ended.out and "(1.4 days)" in ended.out


def test_one_candle_is_enough(btcore):
    assert btcore("demo", "--candles", 1).code == 0
