"""Candles pushed one at a time give the bytes of a simulation over all of them (rule P3)."""

from __future__ import annotations

import random
from typing import Any

import pytest

import btcore as bt
from properties.generator import random_group
from properties.live import check_case, moved, pushed

SEEDS = range(10)
CASES = 60


@pytest.mark.parametrize("seed", SEEDS)
def test_a_session_gives_the_bytes_of_a_simulation(seed: int) -> None:
    group = random_group(seed + 500, CASES, (2, 40))
    rng = random.Random(seed)
    trades = sum(check_case(group, case, rng, (seed, number)) for number, case in enumerate(group.cases))
    assert trades > CASES / 2


@pytest.mark.parametrize("seed", SEEDS)
def test_nights_ends_and_rates_come_with_the_candles(seed: int) -> None:
    group = random_group(seed + 900, CASES, (2, 40))
    rng = random.Random(seed)
    for number, case in enumerate(group.cases):
        check_case(group, moved(case, group.candles, rng), rng, (seed, number))


def test_long_sessions_cross_their_memory() -> None:
    """A function's candles are kept in pieces; views and aggregates do not notice."""
    candles = bt.synthetic_candles(5_000, seed=8)

    class Looking(bt.WindowStrategy):
        window = 40

        def __init__(self) -> None:
            self.seen: list[Any] = []

        def on_candle(self, window: Any) -> Any:
            view = window.close
            self.seen.append((view, window.mean(), window.std("high", 33) if window.index % 500 == 0 else None))
            return window.buy(stop=0.001, target=0.001) if view[-1] < window.mean() - 2 * window.std() else None

    live, batch = Looking(), Looking()
    whole = bt.simulate(batch, candles)
    session = bt.Session(live, candles.instrument)
    for t in range(len(candles)):
        pushed(session, candles, t)
        if t in (100, 2_345):
            state = session.state
            session = bt.Session(live, candles.instrument)
            session.state = state
    assert session.finish().trades.to_numpy().tobytes() == whole.trades.to_numpy().tobytes()
    assert len(whole.trades) > 30
    for mine, theirs in zip(live.seen, batch.seen, strict=True):
        assert mine[1:] == theirs[1:]
        assert mine[0].tolist() == theirs[0].tolist()
