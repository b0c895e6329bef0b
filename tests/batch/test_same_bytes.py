"""The same bytes whoever computes: executors, workers, order, grouping, alone or together, kept or read again."""

from __future__ import annotations

import random
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from reference.engine import simulate as twin

import btcore as bt
from batch.builders import breakout, comparable, cross

FIELDS = bt.simulate([], bt.synthetic_candles(10)).trades.to_numpy().dtype.names


@pytest.fixture(scope="module")
def instruments():
    return {f"S{seed}": bt.synthetic_candles(6_000, seed=seed, symbol=f"S{seed}") for seed in range(2)}


@pytest.fixture(scope="module")
def simulations(instruments):
    """Strategies of different kinds on two instruments, under two sorts of costs."""

    def made():
        dear = bt.Costs(spread=0.0001, commission=0.01)
        listed = []
        for candles in instruments.values():
            for costs in (None, dear):
                listed += [
                    bt.Simulation(cross(f, 50), candles, costs=costs, parameters={"fast": f}) for f in (5, 9, 20)
                ]
                listed += [bt.Simulation(breakout(20, long), candles, costs=costs, start=500) for long in (True, False)]
        return listed

    return made


@pytest.fixture(scope="module")
def expected(simulations):
    return comparable(bt.run_batch(simulations(), executor="serial", progress=False))


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_executors_and_workers(simulations, expected, executor, workers):
    experiment = bt.run_batch(simulations(), executor=executor, workers=workers, progress=False)
    assert comparable(experiment).equals(expected)


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_whatever_has_submit(simulations, expected, pool):
    import multiprocessing

    extra = {} if pool is ThreadPoolExecutor else {"mp_context": multiprocessing.get_context("spawn")}
    with pool(2, **extra) as executor:
        experiment = bt.run_batch(simulations(), executor=executor, workers=2, progress=False)
    assert comparable(experiment).equals(expected)


def test_dask(simulations, expected):
    pytest.importorskip("distributed")
    experiment = bt.run_batch(simulations(), executor="dask", workers=2, progress=False)
    assert comparable(experiment).equals(expected)


def test_ray(simulations, expected):
    pytest.importorskip("ray")
    experiment = bt.run_batch(simulations(), executor="ray", workers=2, progress=False)
    assert comparable(experiment).equals(expected)


def test_any_order(simulations, expected):
    listed = simulations()
    order = random.Random(1).sample(range(len(listed)), len(listed))
    table = comparable(bt.run_batch([listed[k] for k in order], executor="threads", workers=2, progress=False))
    assert table.equals(expected[order])


def test_alone_and_on_the_twin(simulations):
    """A sample of a batch: statistics, rejections and every trade equal those of a run of its own, and the twin's."""
    experiment = bt.run_batch(simulations(), executor="threads", trades=True, progress=False)
    for simulation in random.Random(2).sample(experiment.simulations, 6):
        c = simulation.conditions
        given = {"costs": c.costs, "size": c.size, "cash": c.cash, "rules": c.rules, "start": c.start, "end": c.end}
        alone = bt.simulate(simulation.strategy, simulation.candles, **given)
        together = simulation.result
        assert together.stats == pytest.approx(alone.stats, rel=0, abs=0, nan_ok=True)
        assert together.rejected == alone.rejected
        assert together.content_hash == alone.content_hash == simulation.content_hash
        assert together.trades.to_numpy().tobytes() == alone.trades.to_numpy().tobytes()
        assert together.equity().tobytes() == alone.equity().tobytes()
        slow = twin(simulation.strategy, simulation.candles, **given)
        assert len(slow.trades) == len(together.trades) > 0
        for ours, theirs in zip(together.trades, slow.trades, strict=True):
            assert all(ours[name] == theirs[name] or ours[name] != ours[name] for name in FIELDS)


class FiveMinutes(bt.WindowStrategy):
    """Looks at the time of its entry, which a batch without trades writes down for functions alone."""

    window = 2

    def on_candle(self, window):
        if window.position is None:
            return window.buy()
        held = window.timestamp[-1] - window.position.entry_time
        return window.exit() if held >= 5 * 60 * 10**9 else None


def test_a_function_sees_when_it_entered_though_trades_are_not_kept(instruments):
    candles = instruments["S0"]
    alone = bt.simulate(FiveMinutes(), candles)
    assert 500 < len(alone.trades) < 1_500
    together = bt.run_batch([bt.Simulation(FiveMinutes(), candles)], executor="serial", progress=False)
    assert together.simulations[0].result.stats == pytest.approx(alone.stats, rel=0, abs=0, nan_ok=True)


def test_trades_that_were_not_kept_are_worked_out_when_asked_for(simulations):
    kept = bt.run_batch(simulations()[:3], executor="processes", workers=1, trades=True, progress=False)
    late = bt.run_batch(simulations()[:3], executor="processes", workers=1, progress=False)
    for one, other in zip(kept.simulations, late.simulations, strict=True):
        assert one.result.trades.to_numpy().tobytes() == other.result.trades.to_numpy().tobytes()


def test_interrupted_and_resumed_in_any_grouping(simulations, expected, tmp_path):
    first = bt.run_batch(simulations()[3:9], executor="serial", store=tmp_path, progress=False)
    assert first.status == {"completed": 6}
    ran = []
    again = bt.run_batch(
        simulations(), executor="processes", workers=2, store=tmp_path, progress=lambda now: ran.extend(now.finished)
    )
    assert len(ran) == len(expected) - 6
    assert comparable(again).equals(expected)
    assert comparable(bt.run_batch(simulations(), store=tmp_path, progress=False)).equals(expected)
