"""Profiles do the work of a simulation, and say what each part of it took."""

from __future__ import annotations

import pytest

import btcore as bt
from btcore.plan import ARRAYS, Conditions, Plan
from btcore.profiling import OWN_FUNCTION, Profile, Stage, profile, timed_candles

N = 5_000


def trend() -> bt.Strategy:
    fast, slow = bt.ema(bt.close, 20), bt.ema(bt.close, 50)
    return bt.Strategy(bt.crosses_above(fast, slow), stop=2 * bt.atr(14), target=4 * bt.atr(14))


class Rising(bt.WindowStrategy):
    window = 3

    def on_candle(self, window):
        return window.buy(max_bars=4) if window.close[-1] > window.close[0] else None


class Broken(bt.WindowStrategy):
    window = 3

    def on_candle(self, window):
        raise RuntimeError("broken")


@pytest.fixture
def candles() -> bt.Candles:
    return bt.synthetic_candles(N, seed=4)


def stages_of(found: Profile) -> dict[str, Stage]:
    return {stage.name: stage for stage in found.stages}


def test_operators_have_the_names_of_their_expressions(candles: bt.Candles) -> None:
    found = profile(trend(), candles, Conditions(end=N), repeat=3)
    operators = stages_of(found)["operators"].parts
    assert [stage.name for stage in operators] == [
        "true_range(high, low, close)",
        "ema(close, 20), ema(close, 50), atr(14)",
        "crosses_above(ema(close, 20), ema(close, 50))",
        ARRAYS,
    ]
    assert all(stage.seconds > 0 for stage in operators[:-1])
    assert found.seconds == sum(stage.seconds for stage in found.stages)
    assert [stage.name for stage in found.once] == ["ends of days", "zone map"]


def test_the_trades_are_those_of_a_simulation(candles: bt.Candles) -> None:
    expected = bt.simulate(trend(), candles)
    found = profile(trend(), candles, Conditions(end=N), repeat=1)
    assert (found.trades, found.candles) == (len(expected.trades), N)
    assert found.trades <= found.steps < N


def test_a_timed_run_gives_the_same_bits(candles: bt.Candles) -> None:
    wide = bt.timeframe("15min", bt.sma(bt.close, 5))
    strategy = bt.Strategy(bt.close > wide, bt.close < wide, stop=0.001, target=bt.rolling_std(bt.close, 20))
    results = []
    for run in (Plan.run, Plan.run_timed):
        plan = Plan(candles)
        driver = plan.add(strategy, Conditions(end=N))
        timing = run(plan)
        results.append(driver.trades().tobytes())
    assert results[0] == results[1] != b""
    assert len(timing.operators) == sum(plan.operators().values()) + 1


def test_functions_and_orders(candles: bt.Candles) -> None:
    found = profile(Rising(), candles, Conditions(end=N), repeat=2)
    assert found.trades == len(bt.simulate(Rising(), candles).trades) > 100
    assert OWN_FUNCTION in stages_of(found)
    found = profile([bt.Order(5, "long", max_bars=3)], candles, Conditions(end=N))
    assert [stage.name for stage in stages_of(found)["operators"].parts] == [ARRAYS]


def test_what_a_function_raises(candles: bt.Candles) -> None:
    with pytest.raises(bt.CallbackError, match="RuntimeError: broken"):
        profile(Broken(), candles, Conditions(end=N))


def test_the_time_of_candles(tmp_path, monkeypatch: pytest.MonkeyPatch, candles: bt.Candles) -> None:
    monkeypatch.setenv("BTCORE_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "candles.parquet"
    candles.to_polars().write_parquet(file)
    read, stages = timed_candles(lambda: bt.read_candles(file, cache=False))
    assert [stage.name for stage in stages] == ["reading", "checks and ticks"]
    assert len(read) == N
    bt.read_candles(file)
    _, stages = timed_candles(lambda: bt.read_candles(file))
    assert [stage.name for stage in stages] == ["candles from the cache"]
