"""Experiments as trials: daily returns against the equity, figures against the functions on arrays, refusals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import btcore as bt
from batch.builders import breakout, cross, failing
from btcore.batch.daily import daily_equity, simple_returns
from btcore.batch.trials import _mean_correlation, daily_returns

DAY = 86_400_000_000_000
QUIET = {"executor": "serial", "progress": False}


@pytest.fixture(scope="module")
def candles() -> bt.Candles:
    return bt.synthetic_candles(60_000, seed=3, symbol="EURUSD").resample("1h")


@pytest.fixture(scope="module")
def experiment(candles: bt.Candles) -> bt.Experiment:
    grid = {"fast": [2, 3, 5], "slow": [8, 13, 21, 500]}
    return bt.sweep(cross, candles, grid, size=100_000, start=30, end=950, **QUIET)


def days_of(simulation: bt.Simulation) -> np.ndarray:
    """Daily returns of a simulation, one close after the other."""
    last: dict[int, float] = {}
    conditions = simulation.conditions
    for t, value in zip(range(conditions.start, conditions.end), simulation.result.equity(), strict=True):
        last[int(simulation.candles.timestamp[t]) // DAY] = float(value)
    returns, before = [], conditions.cash
    for value in last.values():
        returns.append((value - before) / before)
        before = value
    return np.array(returns)


def test_daily_returns(experiment: bt.Experiment) -> None:
    table = daily_returns(experiment.simulations, workers=2)
    assert table.shape == (len(days_of(experiment.simulations[0])), 12)
    for column, simulation in zip(table.T, experiment.simulations, strict=True):
        assert np.array_equal(column, days_of(simulation))
        sharpe = simulation.result.stats["sharpe"]
        if math.isnan(sharpe):
            assert len(np.unique(column)) == 1
        else:
            assert column.mean() / column.std(ddof=1) * math.sqrt(252) == pytest.approx(sharpe, rel=1e-9)


def test_figures_are_those_of_the_functions_on_arrays(experiment: bt.Experiment) -> None:
    found = experiment.overfitting(blocks=6)
    table = np.column_stack([days_of(s) for s in experiment.simulations])
    sharpes = np.array([s.result.stats["sharpe"] for s in experiment.simulations]) / math.sqrt(252)
    traded = ~np.isnan(sharpes)
    best = int(np.nanargmax(sharpes))
    assert found.best is experiment.simulations[best]
    assert found.best is experiment.best("sharpe")
    assert (found.trials, found.days) == (traded.sum(), len(table))
    assert found.sharpe == pytest.approx(experiment.best("sharpe").result.stats["sharpe"])
    assert found.probabilistic_sharpe == pytest.approx(bt.probabilistic_sharpe(table[:, best]))
    assert found.deflated_sharpe == pytest.approx(bt.deflated_sharpe(table[:, best], sharpes))
    highest = bt.expected_maximum_sharpe(np.nanvar(sharpes, ddof=1), traded.sum()) * math.sqrt(252)
    assert found.expected_maximum == pytest.approx(highest)
    pairs = np.corrcoef(table[:, traded].T)[np.triu_indices(traded.sum(), 1)]
    assert found.correlation == pytest.approx(pairs.mean())
    assert found.effective_trials == pytest.approx(max(1.0, pairs.mean() + (1 - pairs.mean()) * traded.sum()))
    effective = bt.deflated_sharpe(table[:, best], sharpes, trials=found.effective_trials)
    assert found.deflated_sharpe_effective == pytest.approx(effective)
    assert found.probability == bt.probability_of_overfitting(table, 6)
    assert len(found.logits) == 20
    assert 0.0 <= found.probability_of_loss <= 1.0
    assert repr(found).startswith(f"Overfitting({found.trials} trials, about ")
    more = experiment.overfitting(blocks=6, trials=1_000)
    assert more.deflated_sharpe == pytest.approx(bt.deflated_sharpe(table[:, best], sharpes, trials=1_000))
    assert more.deflated_sharpe < found.deflated_sharpe


def test_the_mean_correlation() -> None:
    column = np.random.default_rng(0).normal(size=50)
    assert _mean_correlation(np.column_stack([column, column * 3, column + 1])) == pytest.approx(1.0)
    assert _mean_correlation(np.column_stack([column, -column])) == pytest.approx(-1.0)


def test_days_of_a_window_that_begins_and_ends_within_one() -> None:
    times = np.arange(20, 80) * 3_600_000_000_000
    price = np.full(60, 1.0)
    candles = bt.Candles(times, price, price, price, price, tick=0.5)
    days, values = daily_equity(candles, 2, 50, np.arange(2.0, 50.0))
    assert days.tolist() == [0, 1, 2]  # hours 22 and 23, all of the next day, hours 48 to 69
    assert values.tolist() == [3.0, 27.0, 49.0]
    one_day = daily_equity(candles, 5, 8, np.arange(5.0, 8.0))
    assert [part.tolist() for part in one_day] == [[1], [7.0]]


def test_returns_after_ruin_are_nothing() -> None:
    assert simple_returns(np.array([50.0, -10.0, -20.0]), 100.0).tolist() == [-0.5, -1.2, 0.0]


def test_failed_simulations_are_no_trials(candles: bt.Candles) -> None:
    found = bt.sweep(failing, candles, {"number": [3, 5, 8, 13], "bad": [8]}, size=1_000, **QUIET).overfitting(blocks=4)
    assert found.trials == 3


def test_what_is_refused(candles: bt.Candles, experiment: bt.Experiment, tmp_path: Any) -> None:
    many = {"EURUSD": candles, "USDJPY": bt.synthetic_candles(60_000, seed=5, symbol="USDJPY").resample("1h")}
    both = bt.sweep(breakout, many, {"window": [4, 8]}, size=1_000, store=tmp_path, **QUIET)
    with pytest.raises(bt.ParameterError, match="give instrument=, one of EURUSD, USDJPY"):
        both.overfitting()
    assert both.overfitting(instrument="USDJPY", blocks=4).best.instrument == "USDJPY"
    with pytest.raises(bt.ParameterError, match="but 0 completed simulations are there"):
        both.overfitting(instrument="GBPUSD")
    with pytest.raises(bt.DataError, match="a ledger keeps no equity"):
        bt.Experiment.open(tmp_path).overfitting(instrument="EURUSD")
    with pytest.raises(bt.ParameterError, match="blocks is an even"):
        experiment.overfitting(blocks=5)
    silent = bt.sweep(lambda n: [], candles, {"n": [1, 2]}, **QUIET)
    with pytest.raises(bt.ParameterError, match="0 of 2 have a Sharpe ratio"):
        silent.overfitting(blocks=4)
    walk = bt.walk_forward(breakout, candles, {"window": [4, 8]}, train=400, test=200, by="net", **QUIET)
    with pytest.raises(bt.ParameterError, match="evaluation windows differ"):
        walk.training.overfitting()


def test_the_best_by_a_function(experiment: bt.Experiment) -> None:
    table = experiment.table()
    busy = table["trades"].median()
    best = experiment.best(lambda stats: stats["net"] if stats["trades"] < busy else None)
    assert best.result.stats["net"] == table.filter(table["trades"] < busy)["net"].max()
    assert experiment.best("seconds").execution_time == table["seconds"].min()
    with pytest.raises(bt.ParameterError, match="has a number for '<lambda>'"):
        experiment.best(lambda stats: math.nan)
