"""Cross-validated halves: by hand, against the definition written out, and where the answer is known."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import btcore as bt
from btcore.metrics import overfitting
from btcore.metrics.overfitting import compared_halves


def ratio(returns: Any) -> float:
    deviation = np.std(returns, ddof=1)
    return float(np.mean(returns) / deviation) if deviation > 1e-15 else 0.0


def by_definition(returns: np.ndarray, blocks: int) -> list[float]:
    """A logit for each choice of half of the blocks, straight from the paper; equals share their ranks."""
    rows = len(returns) // blocks
    parts = np.split(returns[len(returns) - rows * blocks :], blocks)
    logits = []
    for chosen in itertools.combinations(range(blocks), blocks // 2):
        inside = np.concatenate([parts[k] for k in chosen])
        outside = np.concatenate([parts[k] for k in range(blocks) if k not in chosen])
        best = int(np.argmax([ratio(column) for column in inside.T]))
        there = [ratio(column) for column in outside.T]
        rank = sum(value < there[best] for value in there) + (there.count(there[best]) + 1) / 2
        share = rank / (len(there) + 1)
        logits.append(math.log(share / (1 - share)))
    return logits


def test_by_hand() -> None:
    """Two trials, two blocks of two days: ratios by block (1.5/0.7071, 0.5/0.7071) and (-1.5/0.7071, 1.5/0.7071).

    Whichever block is chosen: the first trial is best in block 1 and the worse one in block 2 (rank 1 of 2); the second
    is best in block 2 and the worse one in block 1.
    """
    returns = np.array([[1.0, 0.0], [2.0, 1.0], [-1.0, 1.0], [-2.0, 2.0]])
    halves = compared_halves(returns, 2)
    assert halves.logits.tolist() == pytest.approx([math.log(0.5)] * 2)
    assert halves.chosen.tolist() == pytest.approx([1.5 / math.sqrt(0.5)] * 2)
    assert halves.other.tolist() == pytest.approx([-1.5 / math.sqrt(0.5), 0.5 / math.sqrt(0.5)])
    assert bt.probability_of_overfitting(returns, 2) == 1.0


@pytest.mark.parametrize(("rows", "trials", "blocks"), [(60, 5, 4), (67, 12, 6), (203, 30, 8)])
def test_against_the_definition(rows: int, trials: int, blocks: int) -> None:
    rng = np.random.default_rng(rows)
    returns = rng.standard_t(4, (rows, trials)) * 0.01 + rng.normal(0, 0.002, trials)
    returns[:, 1] = 0.0  # a trial that never traded
    returns[: rows // 2, 2] = 0.0  # one that traded late
    returns[:, 4] = returns[:, 3]  # two that are the same
    expected = by_definition(returns, blocks)
    assert compared_halves(returns, blocks).logits.tolist() == pytest.approx(expected)
    assert bt.probability_of_overfitting(returns, blocks) == np.mean(np.array(expected) <= 0)


def test_many_halves_are_worked_out_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    returns = np.random.default_rng(0).normal(0.0, 0.01, (80, 6))
    whole = compared_halves(returns, 8)
    monkeypatch.setattr(overfitting, "AT_ONCE", 50)
    parts = compared_halves(returns, 8)
    assert len(whole.logits) == math.comb(8, 4)
    for name in ("logits", "chosen", "other"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name))


def test_merit_and_luck() -> None:
    """One good trial among many is found again; without merit the best half is nothing in the other, on average."""
    rng = np.random.default_rng(5)
    noise = rng.normal(0.0, 0.01, (600, 40))
    good = noise.copy()
    good[:, 7] += 0.004
    assert bt.probability_of_overfitting(good) < 0.001
    drawn = [bt.probability_of_overfitting(rng.normal(0.0, 0.01, (240, 20)), 8) for _ in range(60)]
    assert np.mean(drawn) == pytest.approx(0.5, abs=0.08)
    turned = noise.copy()
    turned[:300] += np.linspace(-0.01, 0.01, 40)
    turned[300:] -= np.linspace(-0.01, 0.01, 40)
    assert bt.probability_of_overfitting(turned, 2) == 1.0


@pytest.mark.parametrize(
    ("returns", "blocks", "message"),
    [
        (np.zeros(10), 2, "returns is a table"),
        (np.zeros((10, 1)), 2, "at least 2 trials"),
        (np.zeros((10, 3)), 3, "blocks is an even whole number from 2 to 24"),
        (np.zeros((10, 3)), 26, "blocks is an even"),
        (np.zeros((10, 3)), True, "blocks is an even"),
        (np.zeros((10, 3)), 16, "16 blocks need at least 16 periods, got 10"),
        (np.zeros((3, 3)), 2, "2 blocks need at least 4 periods, got 3"),
        (np.array([[0.0, 0.1]] * 3 + [[0.2, math.nan]]), 2, "returns holds nan in period 3 of trial 1"),
    ],
)
def test_what_is_refused(returns: Any, blocks: Any, message: str) -> None:
    with pytest.raises(bt.ParameterError, match=message):
        bt.probability_of_overfitting(returns, blocks)
