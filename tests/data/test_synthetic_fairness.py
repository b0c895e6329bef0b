"""Synthetic candles are a fair game: no stop, target, trail or resting order earns or loses in expectation."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from reference import candles as twin

import btcore as bt

LENGTH = 1_000_000
SEEDS = (0, 1, 2)
ATR = bt.atr(14)
# Distances in ticks far inside a candle (12 ticks of deviation) and in average true ranges.
EXITS = {
    "stop of 3 ticks": {"stop": 3e-5, "max_bars": 30},
    "target of 3 ticks": {"target": 3e-5, "max_bars": 30},
    "stop of 10 ticks": {"stop": 1e-4, "max_bars": 30},
    "target of 10 ticks": {"target": 1e-4, "max_bars": 30},
    "stop of 2 ranges": {"stop": 2 * ATR, "max_bars": 100},
    "target of 2 ranges": {"target": 2 * ATR, "max_bars": 100},
    "trail of 2 ranges": {"trail": 2 * ATR},
    "bracket of 2 and 2 ranges": {"stop": 2 * ATR, "target": 2 * ATR},
    "bracket of 2 and 4 ranges": {"stop": 2 * ATR, "target": 4 * ATR},
    "bracket of 4 and 2 ranges": {"stop": 4 * ATR, "target": 2 * ATR},
}
ENTRIES = {
    "stop entry": {"entry": "stop", "price": (bt.close + 5e-5, bt.close - 5e-5), "max_bars": 5, "expiry": 5},
    "limit entry": {"entry": "limit", "price": (bt.close - 5e-5, bt.close + 5e-5), "max_bars": 5, "expiry": 5},
}
CASES = EXITS | ENTRIES


@functools.cache
def candles(seed: int) -> bt.Candles:
    """A history of nearly three years."""
    return bt.synthetic_candles(LENGTH, seed=seed)


def gains(seed: int, rules: dict[str, object]) -> np.ndarray:
    """Gain of each trade in ticks, entered at random on random sides without costs."""
    dice = np.random.default_rng(100 + seed).random(LENGTH)
    strategy = bt.Strategy(dice < 0.04, dice > 0.96, **rules)
    trades = bt.simulate(strategy, candles(seed)).trades.to_numpy()
    assert len(trades) > 10_000
    assert trades["ambiguous"].mean() < 1e-3
    return trades["net"] * 1e5


@pytest.mark.parametrize("case", CASES)
def test_no_fill_earns_or_loses(case: str) -> None:
    each = [gains(seed, CASES[case]) for seed in SEEDS]
    for seed, ticks in zip(SEEDS, each, strict=True):
        error = ticks.std() / np.sqrt(len(ticks))
        assert abs(ticks.mean()) < 3.5 * error, f"seed {seed}: {ticks.mean():.3f} ticks a trade, error {error:.3f}"
    ticks = np.concatenate(each)
    assert abs(ticks.mean()) < 3 * ticks.std() / np.sqrt(len(ticks))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_trend_strategy_with_a_tight_bracket_earns_nothing(seed: int) -> None:
    fast, slow = bt.ema(bt.close, 5), bt.ema(bt.close, 20)
    up, down = bt.crosses_above(fast, slow), bt.crosses_below(fast, slow)
    result = bt.simulate(bt.Strategy(up, down, stop=2 * ATR, target=4 * ATR), candles(seed))
    ticks = result.trades.to_numpy()["net"] * 1e5
    assert abs(ticks.mean()) < 3 * ticks.std() / np.sqrt(len(ticks))
    # The error of a yearly Sharpe ratio is 1 / sqrt(years).
    assert abs(result.stats["sharpe"]) < 3 / np.sqrt(LENGTH / 374_400)


@pytest.mark.parametrize("seed", SEEDS)
def test_ranges_are_those_of_brownian_motion(seed: int) -> None:
    open_, high, low, close = (ticks.astype(float) for ticks in candles(seed).ticks)
    change, spread = close - open_, high - low
    # A path's highest whole tick lies half a tick under its highest point on average, and its lowest above.
    assert (spread.mean() + 1) / np.abs(change).mean() == pytest.approx(2.0, rel=0.01)
    size = np.sqrt((change**2).mean())
    scaled = _by_volatility(change, spread + 1)
    assert scaled == pytest.approx(np.sqrt(8 / np.pi), rel=0.01)
    assert 11 < size < 14
    assert (high - open_).mean() == pytest.approx((open_ - low).mean(), rel=0.01)
    assert np.corrcoef(change[:-1], change[1:])[0, 1] == pytest.approx(0.0, abs=0.005)


def _by_volatility(change: np.ndarray, spread: np.ndarray) -> float:
    """Mean range over the deviation of changes, where volatility is that of the twin's recursion."""
    level, levels = 12.0, np.empty(20_000)
    times = candles(0).timestamp
    for i in range(len(levels)):
        levels[i] = level
        usual = 12.0 * twin.HOURS[times[i + 1] % twin.DAY_NS // (60 * twin.MINUTE_NS)] / 100.0
        level += (abs(change[i]) - 0.8 * level) / 16.0 + (usual - level) / 64.0
        level = min(max(level, 1.5), 96.0)
    return float(np.mean(spread[: len(levels)] / levels))


def test_the_logarithm_of_the_twin_is_one() -> None:
    for x in (1e-300, 2.0**-53, 0.1, 0.5, 0.7071067811865475, 0.99, 1.0, 1.5, 1e10):
        assert twin.ln(x) == pytest.approx(np.log(x), rel=1e-13, abs=1e-15)
