"""Simulations of random cases against the twin, live against whole, and at the ends of what numbers can hold."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from properties.differential import describe, differences, run_compiled
from properties.generator import random_group
from properties.live import check_case

import btcore as bt
from btcore.rules import AMBIGUITY_MODES
from fuzzing.candles import random_candles

FAR = (
    0.0,
    -0.0,
    1e-300,
    5e-324,
    1e-9,
    1.0,
    1e9,
    2.0**31,
    2.0**52,
    2.0**53,
    2.0**63,
    1e19,
    1e100,
    1e300,
    np.inf,
    np.nan,
)


def play(rng: random.Random) -> int:
    """Cases of one group on both engines."""
    seed = rng.randrange(2**40, 2**41)
    group = random_group(seed, 60)
    for number, (case, compiled) in enumerate(zip(group.cases, run_compiled(group), strict=True)):
        found = differences(group, case, compiled)
        assert not found, "\n".join([describe(seed, number, group, case), *found])
    return len(group.cases)


def play_live(rng: random.Random) -> int:
    """Cases of one group, candle by candle."""
    group = random_group(rng.randrange(2**40, 2**41), 12, (2, 40))
    for number, case in enumerate(group.cases):
        check_case(group, case, rng, number)
    return len(group.cases)


def far(rng: random.Random, usual: float) -> float:
    """A number that is usual, or far from it."""
    return rng.choice([usual, usual, usual, rng.choice(FAR), -rng.choice(FAR)])


def attempt(make: Any) -> Any:
    """What it gives; None where btcore refuses it."""
    try:
        return make()
    except bt.BtcoreError:
        return None


def far_costs(rng: random.Random, tick: float) -> Any:
    """Costs of which some are beyond all measure."""
    return attempt(
        lambda: bt.Costs(
            spread=far(rng, tick),
            slippage=rng.choice([far(rng, tick), attempt(lambda: bt.TickSlippage(far(rng, 1.0)))]),
            commission=attempt(lambda: bt.Commission(*(far(rng, 0.1) for _ in range(5)))),
            financing=attempt(
                lambda: bt.Financing(far(rng, 3.0), far(rng, 3.0), unit=rng.choice(["percent", "points"]))
            ),
            margin=attempt(lambda: bt.Margin(far(rng, 10.0), far(rng, 0.5))) if rng.random() < 0.5 else None,
        )
    )


def far_strategy(rng: random.Random, n: int, tick: float) -> Any:
    """A strategy of arrays with numbers of any size."""
    draw = np.random.default_rng(rng.randrange(2**32))

    def array(usual: float) -> Any:
        return draw.choice([usual, usual, 2 * usual, far(rng, usual)], n)

    fields: dict[str, Any] = {"enter_long": draw.random(n) < 0.4, "enter_short": draw.random(n) < 0.3}
    for name in ("stop", "target", "trail", "breakeven"):
        if rng.random() < 0.5:
            fields[name] = rng.choice([array(4 * tick), far(rng, 4 * tick), (array(tick), far(rng, tick))])
    fields["entry"] = rng.choice(["market", "close", "stop", "limit"])
    if fields["entry"] in ("stop", "limit"):
        fields |= {"price": array(1000 * tick), "expiry": rng.choice([1, 5, 2**31, 2**62, 2**63 - 1])}
    fields |= {"max_bars": rng.choice([1, 2**31 - 1, 2**31, 2**62, 2**63 - 1])} if rng.random() < 0.5 else {}
    fields |= {"size": array(1.0)} if rng.random() < 0.3 else {}
    fields |= {"max_positions": rng.choice([2, 5])} if rng.random() < 0.3 else {}
    return attempt(lambda: bt.Strategy(**fields))


def far_case(rng: random.Random) -> bool:
    """Whether one could be made and was simulated."""
    base = rng.choice([25, 1000, 2**30, 2**31 - 40, 2**31 + 40, 2**40, 2**50, 2**51])
    candles = attempt(lambda: random_candles(rng, rng.choice([1, 2, 30, 200]), base))
    strategy = None if candles is None else far_strategy(rng, len(candles), candles.tick)
    if strategy is None:
        return False
    size = rng.choice([None, far(rng, 1.0), attempt(lambda: bt.PercentEquity(far(rng, 10.0)))])
    mode, through = rng.choice(["worst", *AMBIGUITY_MODES]), rng.choice([0, 1, 2**31, 2**62])
    rules = attempt(lambda: bt.Rules(ambiguity=mode, limit_through_ticks=through))
    costs, cash = far_costs(rng, candles.tick), far(rng, 10_000.0)
    result = attempt(lambda: bt.simulate(strategy, candles, costs=costs, size=size, cash=cash, rules=rules))
    if result is not None:
        result.equity()
    return result is not None


def play_extremes(rng: random.Random) -> int:
    """Prices of very many ticks, costs, sizes and distances that no number of ticks can hold: no crash, no overflow."""
    return sum(far_case(rng) for _ in range(20))
