"""`btcore demo`: the table holds what the library computes."""

from __future__ import annotations

import btcore as bt
from btcore.cli.demo import BEST, SPREAD
from btcore.cli.kinds import KINDS
from btcore.cli.text import decimal


def test_fifty_simulations_of_five_kinds():
    assert [len(sets) for sets in KINDS.values()] == [10] * 5


def test_rows_are_the_results(btcore):
    ended = btcore("demo", "--candles", 30_000, "--seed", 5)
    candles = bt.synthetic_candles(30_000, seed=5)
    lines = [line.split() for line in ended.out.splitlines()]
    nets, trades = {}, 0
    for kind, sets in KINDS.items():
        stats = [bt.simulate(kind(**one), candles, costs=bt.Costs(spread=SPREAD)).stats for one in sets]
        (row,) = [words for words in lines if words[:2] == [kind.__name__, "10"]]
        own = sum(one["trades"] for one in stats)
        worst, best = (f(one["net"] for one in stats) for f in (min, max))
        assert row[2:5] == [f"{own:,}", decimal(worst), decimal(best)]
        nets |= {(kind.__name__, str(one)): found["net"] for one, found in zip(sets, stats, strict=True)}
        trades += own
    assert f"50 simulations, 1,500,000 candles, {trades:,} trades in " in ended.out
    start = next(k for k, words in enumerate(lines) if words[:2] == ["Strategy", "Parameters"]) + 2
    shown = [line.split()[4] for line in ended.out.splitlines()[start : start + BEST]]
    assert shown == [decimal(net) for net in sorted(nets.values(), reverse=True)[:BEST]]


def test_it_says_what_to_do_next(btcore):
    ended = btcore("demo", "--candles", 2_000)
    assert "btcore batch examples/experiment.toml" in ended.out and "(1.4 days)" in ended.out


def test_one_candle_is_enough(btcore):
    assert btcore("demo", "--candles", 1).code == 0
