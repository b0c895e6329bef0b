"""Walk-forward runs: equal to a plain loop over ``simulate``, window by window; windows by hand; what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import btcore as bt
from batch.builders import breakout, cross, hourly
from btcore.batch.stitching import Account, _longest_run

HOUR = 3_600_000_000_000
DAY = 24 * HOUR
GRID = {"fast": [3, 8], "slow": [20, 40]}
QUIET = {"executor": "serial", "progress": False}


@pytest.fixture(scope="module")
def candles() -> bt.Candles:
    return bt.synthetic_candles(9_000, seed=4, symbol="EURUSD")


def loop(candles: bt.Candles, sets: list[dict[str, int]], windows: list[Any], by: Any, **terms: Any) -> Any:
    """What a walk-forward run is, from its definition."""
    cash, results, chosen, curve = terms.pop("cash", 10_000.0), [], [], []
    for (a, b), (c, d) in windows:
        trained = [bt.simulate(cross(**one), candles, start=a, end=b, cash=10_000.0, **terms).stats for one in sets]
        values = [by(stats) for stats in trained]
        best = max((v, -k) for k, v in enumerate(values) if not math.isnan(v))
        chosen.append((sets[-best[1]], best[0]))
        results.append(bt.simulate(cross(**chosen[-1][0]), candles, start=c, end=d, cash=cash, **terms))
        cash = results[-1].stats["final_equity"]
        curve.append(results[-1].equity())
    return results, chosen, np.concatenate(curve)


@pytest.mark.parametrize(
    ("lengths", "windows"),
    [
        ({"train": 3_000, "test": 1_500}, [((k, k + 3_000), (k + 3_000, k + 4_500)) for k in (0, 1_500, 3_000, 4_500)]),
        (
            {"train": 2_000, "test": 1_000, "gap": 500, "anchored": True, "step": 2_500},
            [((0, k + 2_000), (k + 2_500, k + 3_500)) for k in (0, 2_500, 5_000)],
        ),
    ],
)
@pytest.mark.parametrize("size", [10_000, bt.RiskPercent(1.0)])
def test_equal_to_a_plain_loop(candles: bt.Candles, lengths: Any, windows: Any, size: Any) -> None:
    sets = [{"fast": f, "slow": s} for f in (3, 8) for s in (20, 40)]
    costs = bt.Costs(spread=0.00002)
    walk = bt.walk_forward(cross, candles, GRID, by="net", size=size, costs=costs, **lengths, **QUIET)
    results, chosen, curve = loop(candles, sets, windows, lambda s: s["net"], size=size, costs=costs)
    assert [(fold.train, fold.test) for fold in walk.folds] == windows
    assert [(fold.parameters, fold.value) for fold in walk.folds] == chosen
    for fold, result in zip(walk.folds, results, strict=True):
        assert fold.out_of_sample == pytest.approx(result.stats, rel=0, abs=0, nan_ok=True)
        assert fold.result.trades.to_numpy().tobytes() == result.trades.to_numpy().tobytes()
        assert fold.result.content_hash == result.content_hash
        assert not fold.note
    assert walk.equity().tobytes() == curve.tobytes()
    assert len(walk.trades) == sum(len(result.trades) for result in results) == walk.stats["trades"]
    assert walk.stats["net"] == pytest.approx(walk.trades["net"].sum())
    assert walk.stats["final_equity"] == curve[-1]
    assert len(np.unique(walk.trades["parent"])) == sum(len(np.unique(r.trades["parent"])) for r in results)
    assert np.array_equal(walk.timestamp, np.concatenate([candles.timestamp[c:d] for _, (c, d) in windows]))


def test_windows_of_one_strategy_that_are_flat_between_them_join_to_its_own_run(candles: bt.Candles) -> None:
    """Orders that begin and end within test windows: the stitched statistics are those of one simulation."""
    orders = [bt.Order(k, "long" if k % 3 else "short", max_bars=20, stop=0.0004) for k in range(2_015, 8_900, 100)]
    walk = bt.walk_forward(
        lambda which: orders, candles, {"which": [1]}, train=2_000, test=1_000, by="trades", size=50_000, **QUIET
    )
    whole = bt.simulate(orders, candles, start=2_000, end=9_000, size=50_000)
    assert not [t for t in whole.trades if t["entry_index"] // 1_000 != t["exit_index"] // 1_000]
    assert walk.stats == pytest.approx(dict(whole.stats), rel=1e-9, nan_ok=True)
    assert np.allclose(walk.equity(), whole.equity(), rtol=1e-12)
    assert walk.trades.to_polars().drop("parent").equals(whole.trades.to_polars().drop("parent"))


def test_a_shared_day_counts_once(candles: bt.Candles) -> None:
    """Six windows of 1,000 minutes are 4.2 days: days that two of them share end with the later one."""
    walk = bt.walk_forward(cross, candles, GRID, train=2_000, test=1_000, by="net", size=10_000, **QUIET)
    days, last = walk.timestamp // DAY, {}
    for day, value in zip(days, walk.equity(), strict=True):
        last[int(day)] = value
    values = np.array(list(last.values()))
    returns = np.diff(values, prepend=10_000.0) / np.append(10_000.0, values[:-1])
    assert len(returns) < 7 * 2
    assert walk.stats["sharpe"] == pytest.approx(returns.mean() / returns.std(ddof=1) * math.sqrt(252))
    curve = np.append(10_000.0, walk.equity())
    assert walk.stats["max_drawdown"] == (np.maximum.accumulate(curve) - curve).max()


def test_table(candles: bt.Candles) -> None:
    walk = bt.walk_forward(cross, candles, GRID, train=3_000, test=2_000, by="max_drawdown", **QUIET)
    table = walk.table()
    shown = ["fold", "instrument", "train_first", "train_last", "test_first", "test_last", "fast", "slow", "value"]
    assert table.columns[:9] == shown
    assert table.columns[-1] == "note"
    assert table["instrument"].to_list() == ["EURUSD"] * 3
    edges = table.row(1, named=True)
    indices = {"train_first": 2_000, "train_last": 4_999, "test_first": 5_000, "test_last": 6_999}
    for name, index in indices.items():
        assert edges[name].timestamp() * 1e9 == candles.timestamp[index]
    assert table["value"].to_list() == table["in_max_drawdown"].to_list()
    assert table["out_net"].to_list() == [fold.out_of_sample["net"] for fold in walk.folds]
    training = walk.training.table()
    for k, value in enumerate(table["value"]):
        assert value == training.filter(training["fold"] == k)["max_drawdown"].min()
    assert repr(walk).startswith("WalkForward(3 folds: ")


def test_parameters_that_are_named_like_columns(candles: bt.Candles) -> None:
    def build(value: int, note: int) -> bt.Strategy:
        return breakout(value)

    table = bt.walk_forward(
        build, candles, {"value": [20], "note": [1]}, train=5_000, test=4_000, by="net", **QUIET
    ).table()
    assert (table["parameter_value"].to_list(), table["parameter_note"].to_list()) == ([20], [1])


def test_efficiency_is_profit_per_candle_out_of_sample_by_that_in_sample() -> None:
    """Up by 1 a candle in training, by 0.25 in the first test window and 0.75 in the second: 0.5 on the whole."""
    steps = np.concatenate([np.full(100, 1.0), np.full(40, 0.25), np.full(60, 1.0), np.full(40, 0.75)])
    close = 1_000.0 + np.cumsum(steps)
    opens = np.append(1_000.0, close[:-1])
    candles = bt.Candles(np.arange(240) * HOUR, opens, close, opens, close, tick=0.25)

    def always(bars: int) -> bt.Strategy:
        return bt.Strategy(bt.close > 0, max_bars=bars)

    walk = bt.walk_forward(always, candles, {"bars": [1]}, train=100, test=40, step=100, by="net", **QUIET)
    inside = [bt.simulate(always(1), candles, start=a, end=a + 100).stats["net"] for a in (0, 100)]
    outside = [bt.simulate(always(1), candles, start=a, end=a + 40).stats["net"] for a in (100, 200)]
    assert walk.efficiency == pytest.approx(sum(outside) / 80 / (sum(inside) / 200), rel=1e-14)
    losing = bt.walk_forward(lambda bars: bt.Strategy(enter_short=bt.close > 0, max_bars=bars), candles, {"bars": [1]},
                             train=100, test=40, by="net", **QUIET)  # fmt: skip
    assert math.isnan(losing.efficiency)


def test_efficiency_does_not_depend_on_what_was_won_before(candles: bt.Candles) -> None:
    rich = bt.walk_forward(cross, candles, {"fast": [3], "slow": [20]}, train=3_000, test=3_000, by="trades",
                           size=bt.PercentEquity(100), **QUIET)  # fmt: skip
    nets = [bt.simulate(cross(3, 20), candles, start=a, end=a + 3_000, size=bt.PercentEquity(100)).stats["net"]
            for a in (0, 3_000, 6_000)]  # fmt: skip
    expected = (nets[1] + nets[2]) / (nets[0] + nets[1])
    assert rich.efficiency == pytest.approx(expected) if nets[0] + nets[1] > 0 else math.isnan(rich.efficiency)


# --- folds without a choice -------------------------------------------------------------------------------------------


def test_folds_without_a_number_stay_flat_and_say_so(candles: bt.Candles) -> None:
    def by(stats: Any) -> float | None:
        return stats["net"] if stats["trades"] >= 10_000 else None

    walk = bt.walk_forward(cross, candles, GRID, train=3_000, test=3_000, by=by, cash=500.0, **QUIET)
    assert [fold.note for fold in walk.folds] == ["no training simulation has a number for 'by'"] * 2
    assert [fold.parameters for fold in walk.folds] == [None, None]
    assert (walk.equity() == 500.0).all()
    assert walk.stats["trades"] == len(walk.trades) == 0
    assert walk.stats["final_equity"] == 500.0
    assert math.isnan(walk.efficiency)
    assert walk.table()["value"].to_list() == [None, None]
    assert "2 of them flat" in repr(walk)


def test_failures_in_training_and_in_the_test(candles: bt.Candles) -> None:
    def broken(kind: int) -> bt.Strategy:
        raise LookupError(f"no strategy of kind {kind}")

    walk = bt.walk_forward(broken, candles, {"kind": [1, 2]}, train=3_000, test=3_000, by="net", **QUIET)
    said = "all 2 training simulations failed, the first with LookupError: no strategy of kind 1"
    assert [fold.note for fold in walk.folds] == [said] * 2

    calls = []

    def fails_later(window: int) -> bt.Strategy:
        calls.append(window)
        if len(calls) == 3:  # after two trainings: the first test
            raise ValueError("not today")
        return breakout(window)

    walk = bt.walk_forward(fails_later, candles, {"window": [20]}, train=3_000, test=3_000, by="net", **QUIET)
    first, second = walk.folds
    assert first.note == "the chosen set failed in the test window: ValueError: not today"
    assert (first.parameters, first.out_of_sample["trades"], second.note) == ({"window": 20}, 0, "")
    assert second.out_of_sample["trades"] > 0


def test_one_failing_set_does_not_matter(candles: bt.Candles) -> None:
    def build(window: int) -> bt.Strategy:
        return breakout(window if window > 0 else "none")

    walk = bt.walk_forward(build, candles, {"window": [0, 20]}, train=3_000, test=3_000, by="net", **QUIET)
    assert [(fold.parameters, fold.note) for fold in walk.folds] == [({"window": 20}, "")] * 2


def test_after_ruin_nothing_is_traded() -> None:
    """1,000 units bought at 100 and gone at 50 with 10,000 in cash: -40,000 in the first test window."""
    close = np.concatenate([np.full(20, 100.0), np.full(20, 100.0), np.full(20, 50.0), np.full(20, 50.0)])
    opens = np.append(100.0, close[:-1])
    candles = bt.Candles(np.arange(80) * HOUR, opens, np.maximum(opens, close), np.minimum(opens, close), close, tick=1)
    walk = bt.walk_forward(
        lambda n: [bt.Order(k, "long", size=n) for k in (5, 25, 39, 45)], candles, {"n": [1_000]},
        train=20, test=20, step=20, by="trades", start=10, **QUIET,
    )  # fmt: skip
    assert [fold.test for fold in walk.folds] == [(30, 50), (50, 70)]
    first, second = walk.folds
    assert first.out_of_sample["final_equity"] == 10_000 - 50_000
    assert (second.note, second.result, second.out_of_sample) == ("no equity is left", None, {})
    assert (walk.equity()[20:] == -40_000.0).all()
    assert walk.stats["final_equity"] == -40_000
    assert walk.stats["max_drawdown"] == 50_000
    assert walk.table()["out_net"].to_list() == [-50_000.0, None]


# --- several instruments, stores, executors ---------------------------------------------------------------------------


def test_instruments_are_walked_each_for_itself(candles: bt.Candles) -> None:
    other = bt.synthetic_candles(7_000, seed=9, symbol="USDJPY")
    many = {"EURUSD": candles, "USDJPY": other}
    walks = bt.walk_forward(cross, many, GRID, train=3_000, test=2_000, by="net", **QUIET)
    assert list(walks) == ["EURUSD", "USDJPY"]
    assert walks["EURUSD"].training is walks["USDJPY"].training
    for symbol, walk in walks.items():
        alone = bt.walk_forward(cross, many[symbol], GRID, train=3_000, test=2_000, by="net", **QUIET)
        assert walk.table().equals(alone.table())
        assert walk.equity().tobytes() == alone.equity().tobytes()
    assert [len(walk.folds) for walk in walks.values()] == [3, 2]


def test_a_store_keeps_the_training(candles: bt.Candles, tmp_path: Any) -> None:
    ran: list[Any] = []
    for _ in range(2):
        walk = bt.walk_forward(cross, candles, GRID, train=3_000, test=2_000, by="net", executor="threads", workers=2,
                               store=tmp_path, name="walk", progress=lambda now: ran.extend(now.finished))  # fmt: skip
    assert len(ran) == len(walk.training.simulations) == 12
    assert walk.training.path == tmp_path / "walk.sqlite"
    quiet = bt.walk_forward(cross, candles, GRID, train=3_000, test=2_000, by="net", **QUIET)
    assert walk.table().equals(quiet.table())


def test_a_fold_without_candles_to_train_on_is_flat() -> None:
    gappy = hourly([0, 1, 2, 3, 9, 10, 11, 12, 13])
    walk = bt.walk_forward(lambda n: [bt.Order(3, "long")], gappy, {"n": [1]}, train="3h", test="2h", by="trades",
                           **QUIET)  # fmt: skip
    assert walk.folds[1].note == "the training window holds no candle"
    assert walk.table()["train_first"][1] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"train": 0}, "train is a number of candles >= 1"),
        ({"test": "soon"}, "test is a number of candles >= 1 or a duration"),
        ({"train": True}, "train is a number"),
        ({"gap": -1}, "gap is a number of candles >= 0"),
        ({"train": "2d"}, "all numbers of candles or all durations"),
        ({"gap": "1h"}, "all numbers of candles or all durations"),
        ({"step": 999}, "test windows would overlap"),
        ({"train": 8_500}, "take 9,500 candles together, but there are only 9,000 candles"),
        ({"train": "8d", "test": "2d"}, "take 10 days together"),
        ({"train": "1h", "test": "1s", "by": "net", "step": "1s"}, "step makes .* windows, at most 100,000"),
        ({"by": "sharp"}, "by is a statistic or a function of all of them, got 'sharp'"),
        ({"by": 5}, "by is a statistic"),
        ({"by": lambda s: s["nothing"]}, "by=<lambda> raised KeyError: 'nothing'"),
        ({"by": lambda s: "much"}, "gives a number, None or NaN for the statistics, got 'much'"),
        ({"grid": []}, "grid holds no set"),
        ({"grid": {"fold": [1]}}, "'fold' is the name of a column"),
        ({"build": 5}, "build is a function"),
        ({"start": 9_000}, "evaluation window"),
        ({"cash": 0}, "cash must be"),
        ({"workers": 0}, "workers is a whole number"),
    ],
)
def test_what_is_refused(candles: bt.Candles, arguments: Any, message: str) -> None:
    usual = {"build": cross, "candles": candles, "grid": GRID, "train": 2_000, "test": 1_000, "by": "net", **QUIET}
    with pytest.raises(bt.ParameterError, match=message):
        bt.walk_forward(**(usual | arguments))


def test_losing_streaks_across_windows() -> None:
    assert _longest_run(np.array([], dtype=bool)) == 0
    assert _longest_run(np.array([True, True, False, True])) == 2
    assert _longest_run(np.array([False])) == 0
    assert Account(hourly([0]), 5.0).equity == 5.0
