"""Searches: what samplers are asked and told, rounds in one experiment and one ledger, Optuna."""

from __future__ import annotations

import math
from typing import Any

import pytest

import btcore as bt
from batch.builders import breakout, comparable, cross, failing

QUIET = {"executor": "serial", "progress": False}


@pytest.fixture(scope="module")
def candles() -> bt.Candles:
    return bt.synthetic_candles(4_000, seed=2, symbol="EURUSD")


class Script:
    """Asks for what it was given, and writes down what it is told."""

    def __init__(self, *rounds: list[dict[str, Any]]) -> None:
        self.rounds, self.counts, self.told = list(rounds), [], []

    def ask(self, count: int) -> list[dict[str, Any]]:
        self.counts.append(count)
        return self.rounds.pop(0) if self.rounds else []

    def tell(self, sets: Any, values: Any) -> None:
        self.told.append((sets, values))


def net(strategy: bt.Strategy, candles: bt.Candles) -> float:
    return bt.simulate(strategy, candles).stats["net"]


def test_values_are_told_in_the_order_of_the_sets(candles: bt.Candles) -> None:
    first, second = [{"window": 5}, {"window": 9}], [{"window": 7}]
    sampler = Script(first, second)
    found = bt.search(breakout, candles, sampler, by="net", rounds=2, per_round=2, **QUIET)
    values = {window: net(breakout(window), candles) for window in (5, 7, 9)}
    assert sampler.counts == [2, 2]
    assert sampler.told == [(first, [values[5], values[9]]), (second, [values[7]])]
    assert [s.parameters["window"] for s in found.simulations] == [5, 9, 7]
    assert [s.id for s in found.simulations] == [0, 1, 2]
    assert found.name == "search"
    assert found.best("net").result.stats["net"] == max(values.values())


def test_a_search_ends_when_nothing_more_is_asked_for(candles: bt.Candles) -> None:
    sampler = Script([{"window": 5}])
    assert bt.search(breakout, candles, sampler, by="net", rounds=9, per_round=4, **QUIET).status == {"completed": 1}
    assert sampler.counts == [4, 4]
    assert bt.search(breakout, candles, Script(), by="net", rounds=9, per_round=4, **QUIET).status == {}


def test_a_set_that_is_asked_for_again_is_not_run_again(candles: bt.Candles) -> None:
    calls = []

    def build(fast: int, slow: int) -> bt.Strategy:
        calls.append((fast, slow))
        return cross(fast, slow)

    sampler = Script([{"fast": 3, "slow": 20}, {"fast": 3, "slow": 20}], [{"slow": 20, "fast": 3}])
    found = bt.search(build, candles, sampler, by="net", rounds=2, per_round=2, **QUIET)
    value = net(cross(3, 20), candles)
    assert (calls, found.status) == ([(3, 20)], {"completed": 1})
    assert [values for _, values in sampler.told] == [[value, value], [value]]


def test_failures_and_missing_numbers_are_told_as_none(candles: bt.Candles) -> None:
    sampler = Script([{"number": 4, "bad": 5}, {"number": 5, "bad": 5}])
    found = bt.search(failing, candles, sampler, by="net", rounds=1, per_round=2, **QUIET)
    assert found.status == {"completed": 1, "failed": 1}
    assert sampler.told[0][1] == [net(breakout(4), candles), None]
    for missing in (None, math.nan):
        sampler = Script([{"window": 5}])
        bt.search(breakout, candles, sampler, by=lambda stats, m=missing: m, rounds=1, per_round=1, **QUIET)
        assert sampler.told[0][1] == [None]


def test_with_several_instruments_the_mean_is_told(candles: bt.Candles) -> None:
    other = bt.synthetic_candles(3_000, seed=8, symbol="USDJPY")
    sampler = Script([{"window": 5}, {"window": 9}], [{"window": 5}])
    found = bt.search(breakout, {"EURUSD": candles, "USDJPY": other}, sampler, by="net", rounds=2, per_round=2, **QUIET)
    means = [(net(breakout(w), candles) + net(breakout(w), other)) / 2 for w in (5, 9)]
    assert sampler.told[0][1] == pytest.approx(means, rel=1e-14)
    assert sampler.told[1][1] == pytest.approx(means[:1], rel=1e-14)
    assert found.table().shape[0] == 4

    trades = bt.simulate(breakout(5), other).stats["trades"]  # the other instrument has another number of them
    sampler = Script([{"window": 5}])
    bt.search(breakout, {"EURUSD": candles, "USDJPY": other}, sampler, rounds=1, per_round=1, **QUIET,
              by=lambda stats: stats["trades"] if stats["trades"] == trades else None)  # fmt: skip
    assert sampler.told[0][1] == [None]


def test_rounds_share_a_ledger_and_what_is_known_is_not_run_again(candles: bt.Candles, tmp_path: Any) -> None:
    ran: list[bt.Simulation] = []
    options = {"executor": "threads", "workers": 2, "store": tmp_path, "progress": lambda now: ran.extend(now.finished)}

    def run(rounds: int) -> bt.Experiment:
        sampler = bt.RandomSampler({"number": range(3, 60), "bad": [7]}, seed=1)
        return bt.search(failing, candles, sampler, by="net", rounds=rounds, per_round=5, **options)

    run(2)
    assert [s.parameters["number"] for s in ran] != [7] * 10
    assert len(ran) == 10
    longer = run(4)
    completed = [s for s in ran[10:] if s.status == "completed"]
    assert len(completed) == longer.status["completed"] - sum(s.status == "completed" for s in ran[:10])
    assert len(longer.simulations) == 20
    opened = bt.Experiment.open(tmp_path)
    assert opened.name == "search"
    assert opened.table().equals(longer.table())
    alone = bt.search(failing, candles, bt.RandomSampler({"number": range(3, 60), "bad": [7]}, seed=1), by="net",
                      rounds=4, per_round=5, **QUIET)  # fmt: skip
    assert comparable(alone).equals(comparable(longer))


def test_an_earlier_round_is_left_alone_by_later_ones(candles: bt.Candles, tmp_path: Any) -> None:
    sampler = Script([{"window": 5}], [{"window": 6}])
    seen: list[Any] = []
    found = bt.search(breakout, candles, sampler, by="net", rounds=2, per_round=1, executor="serial", store=tmp_path,
                      trades=True, progress=lambda now: seen.append((now.done, now.total)))  # fmt: skip
    assert seen == [(0, 1), (1, 1), (1, 2), (2, 2)]
    assert [len(s.result.trades) for s in found.simulations] == [s.result.stats["trades"] for s in found.simulations]


def test_ctrl_c_keeps_all_rounds(candles: bt.Candles) -> None:
    def stop(now: bt.BatchProgress) -> None:
        if now.done == 3:
            raise KeyboardInterrupt

    sampler = Script([{"window": 5}, {"window": 6}], [{"window": 7}, {"window": 8}])
    with pytest.raises(bt.BatchInterrupted) as caught:
        bt.search(breakout, candles, sampler, by="net", rounds=2, per_round=2, executor="serial", progress=stop)
    assert len(caught.value.experiment.simulations) == 4
    assert caught.value.experiment.status["completed"] >= 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rounds": 0}, "rounds is a whole number >= 1"),
        ({"per_round": True}, "per_round is a whole number >= 1"),
        ({"by": "sharp"}, "by is a statistic"),
        ({"sampler": [{"window": 5}]}, r"a sampler has ask\(count\) and tell"),
        ({"sampler": Script([5])}, "ask gives a list of mappings name -> value, got 5"),
        ({"build": 5}, "build is a function"),
    ],
)
def test_what_is_refused(candles: bt.Candles, arguments: Any, message: str) -> None:
    usual = {"build": breakout, "candles": candles, "sampler": Script([{"window": 5}]), "by": "net", "rounds": 1,
             "per_round": 1, **QUIET}  # fmt: skip
    with pytest.raises(bt.ParameterError, match=message):
        bt.search(**(usual | arguments))


# --- random sets ------------------------------------------------------------------------------------------------------


def test_random_sampler_gives_the_sets_of_random_sets() -> None:
    grid = {"fast": range(1, 50), "k": (0.5, 2.0)}
    sampler = bt.RandomSampler(grid, seed=4, where=lambda fast, k: fast * k < 40)
    together = sampler.ask(7) + sampler.ask(5)
    assert together == bt.random_sets(grid, 12, seed=4, where=lambda fast, k: fast * k < 40)


def test_random_sampler_ends_with_its_grid() -> None:
    sampler = bt.RandomSampler({"a": range(30), "b": [1, 1, 2]}, where=lambda a, b: a % 2 == 0)
    assert len(sampler.ask(1_000)) == 30
    assert sampler.ask(1) == []
    assert bt.RandomSampler({"k": (0.0, 1.0)}, where=lambda k: False).ask(1) == []


def test_sobol_sets_under_a_narrow_constraint() -> None:
    pytest.importorskip("scipy")
    sets = bt.sobol_sets({"a": (0.0, 1.0), "b": (0.0, 1.0)}, 5, where=lambda a, b: a < 0.1)
    assert len(sets) == 5
    assert all(one["a"] < 0.1 for one in sets)


# --- Optuna -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def study() -> Any:
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=1))


def test_optuna_is_asked_and_told(candles: bt.Candles, study: Any) -> None:
    space = {"window": range(5, 60, 5), "long": [True, False]}
    found = bt.search(breakout, candles, bt.OptunaSampler(study, space), by="net", rounds=4, per_round=5, **QUIET)
    assert len(study.trials) == 20
    values = {repr(s.parameters): s.result.stats["net"] for s in found.simulations}
    assert [trial.value for trial in study.trials] == [values[repr(trial.params)] for trial in study.trials]
    assert study.best_value == found.best("net").result.stats["net"]
    assert study.best_params == found.best("net").parameters
    assert all(trial.params["window"] in range(5, 60, 5) for trial in study.trials)


def test_optuna_is_told_of_failures(candles: bt.Candles, study: Any) -> None:
    optuna = pytest.importorskip("optuna")
    sampler = bt.OptunaSampler(study, {"number": range(3, 9), "bad": [5]})
    bt.search(failing, candles, sampler, by="net", rounds=3, per_round=6, **QUIET)
    states = {trial.params["number"]: trial.state for trial in study.trials}
    assert states.pop(5) == optuna.trial.TrialState.FAIL
    assert set(states.values()) == {optuna.trial.TrialState.COMPLETE}


def test_optuna_spaces(study: Any) -> None:
    optuna = pytest.importorskip("optuna")
    log = optuna.distributions.FloatDistribution(1e-4, 1e-1, log=True)
    sampler = bt.OptunaSampler(study, {"a": range(2, 11, 4), "b": (0.5, 2.0), "c": [None, "x", 3, True], "d": log})
    sets = sampler.ask(50)
    assert {one["a"] for one in sets} == {2, 6, 10}
    assert all(0.5 <= one["b"] <= 2.0 and 1e-4 <= one["d"] <= 1e-1 for one in sets)
    assert {one["c"] for one in sets} == {None, "x", 3, True}
    for wrong in ([(1, 2)], "text", (1, 2), [], range(0)):
        with pytest.raises(bt.ParameterError, match="space: a is a range"):
            bt.OptunaSampler(study, {"a": wrong})
    with pytest.raises(bt.ParameterError, match="one objective, got one with 2"):
        bt.OptunaSampler(optuna.create_study(directions=["maximize", "minimize"]), {"a": range(3)})
