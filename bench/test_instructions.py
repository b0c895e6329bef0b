"""The cases that are counted run, and counts are compared with a bound."""

from __future__ import annotations

import pytest

import btcore as bt
from bench import instructions
from bench.counted import cases

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_cases(case):
    case.run(bt.synthetic_candles(1_500))


def test_names_are_different():
    assert len({case.name for case in CASES}) == len(CASES)


def row(name, count):
    return {"name": name, "family": "f", "instructions": count, "per_candle": count / 10}


def test_a_count_above_the_bound(capsys):
    before = [row("a", 100), row("b", 100), row("gone", 1)]
    rows = instructions.compared([row("a", 101), row("b", 103), row("new", 5)], before)
    assert [(found["name"], found["ratio"]) for found in rows] == [("b", 1.03), ("a", 1.01)]
    assert instructions.passes(rows, 1.05, instructions.compiler())
    assert "a: 100 -> 101 (1.0100)" in capsys.readouterr().out
    assert not instructions.passes(rows, 1.02, "another compiler")
    out = capsys.readouterr().out
    assert "b: 100 -> 103 (1.0300) ABOVE THE BOUND" in out
    assert "the file was made with another compiler" in out


def test_an_unknown_case():
    with pytest.raises(SystemExit, match="no case is called nothing"):
        instructions.count(100, ["nothing"])
