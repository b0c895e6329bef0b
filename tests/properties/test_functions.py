"""Strategies that are functions: the engine shows and does what the twin does; conditions as functions trade alike."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from reference.engine import simulate as twin

import btcore as bt
from btcore.plan import Conditions, Plan
from properties.differential import same
from properties.functions import Whimsical, equal, random_function
from properties.generator import random_group

SEEDS = range(12)
CASES = 60
FOR_STRATEGIES_ALONE = {"trail_price", "session", "targets"}


def trades_equal(ours: np.ndarray, theirs: list[dict[str, Any]]) -> bool:
    names = theirs[0] if theirs else ()
    return len(ours) == len(theirs) and all(
        same(ours[name][k].item(), trade[name]) for k, trade in enumerate(theirs) for name in names
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_the_engine_shows_and_does_what_the_twin_does(seed: int) -> None:
    group = random_group(seed, CASES, (2, 40))
    rng = random.Random(seed)
    trades = 0
    for number, case in enumerate(group.cases):
        candles = group.candles[case.start : case.end]
        when = group.arrays[f"condition{rng.randrange(6)}"][case.start : case.end]
        given = random_function(rng, when, candles.tick)
        ours, theirs = Whimsical(**given), Whimsical(**given)
        start = rng.choice([0, 0, rng.randrange(len(candles))])
        try:
            fast = bt.simulate(ours, candles, start=start, **case.arguments)
        except bt.DataError:  # finer candles that agree with the whole series may disagree with all of so few
            assert case.arguments["rules"].magnify is not None
            continue
        slow = twin(theirs, candles, start=start, **case.arguments)
        assert equal(ours.log, theirs.log), (seed, number)
        assert trades_equal(fast.trades.to_numpy(), slow.trades), (seed, number)
        assert fast.rejected == slow.rejected, (seed, number)
        assert fast.equity().tolist() == slow.equity, (seed, number)
        trades += len(fast.trades)
    assert trades > CASES


class Conditional(bt.WindowStrategy):
    """The conditions and levels of a Strategy, candle by candle."""

    window = 1

    def __init__(self, values: dict[str, Any], **settings: Any) -> None:
        self.values, self.max_positions, self.size = values, settings["max_positions"], settings["size"]
        self.fixed = {name: settings[name] for name in ("max_bars", "expiry") if settings[name] is not None}
        self.kind = settings["entry"]

    def on_candle(self, window: Any) -> Any:
        t = window.index
        true = {name: bool(self.values[name][t]) for name in self.values if name.startswith(("enter", "exit"))}
        answers = [window.exit(side) for side in ("long", "short") if true.get(f"exit_{side}")]
        if true.get("enter_long") != true.get("enter_short") or not true.get("enter_long"):
            for side, make in (("long", window.buy), ("short", window.sell)):
                if true.get(f"enter_{side}"):
                    levels = {n: v[side == "short"] for n, v in self.values.items() if isinstance(v, tuple)}
                    levels = {n: v[t].item() if isinstance(v, np.ndarray) else v for n, v in levels.items()}
                    answers.append(make(self.kind, **levels, **self.fixed))
        return answers


def as_function(strategy: bt.Strategy) -> Conditional:
    values: dict[str, Any] = {}
    for name, condition in strategy.conditions.items():
        if condition is not None:
            values[name] = condition.data
    for name, pair in strategy.levels.items():
        if pair[0] is not None:
            values[name] = tuple(level.data if isinstance(level, bt.Expr) else level for level in pair)
    settings = {name: getattr(strategy, name) for name in ("max_positions", "size", "max_bars", "expiry", "entry")}
    return Conditional(values, **settings)


@pytest.mark.parametrize("seed", range(4))
def test_conditions_as_a_function_give_the_same_trades(seed: int) -> None:
    group = random_group(seed + 100, 300)
    plan, pairs = Plan(group.candles), []
    for case in group.cases:
        if isinstance(case.recipe, list) or case.recipe.keys() & FOR_STRATEGIES_ALONE:
            continue
        case.recipe = {k: v for k, v in case.recipe.items() if k not in ("trail_source", "reverse", "size")}
        strategy = case.trader(group, 0, len(group.candles))
        conditions = Conditions(start=case.start, end=case.end, **case.arguments)
        pairs.append((plan.add(strategy, conditions), plan.add(as_function(strategy), conditions)))
    plan.run()
    assert len(pairs) > 50
    for number, (conditional, asked) in enumerate(pairs):
        assert conditional.trades().tobytes() == asked.trades().tobytes(), number
        ours, theirs = conditional.rejected(), asked.rejected()
        # with both enter conditions true a strategy rejects two orders, the function above decides none
        for reason in (ours.keys() | theirs.keys()) - {"CONFLICT", "NO_NEXT_BAR", "IN_POSITION"}:
            assert ours.get(reason) == theirs.get(reason), number
