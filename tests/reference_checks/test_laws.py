"""What must hold for the twin on any input: rules P1, P2, P4 and P5 on seeded random series and orders."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from reference.engine import simulate

from btcore.costs import Commission, Costs
from btcore.orders import Exit, Order
from btcore.rules import Rules
from reference_checks.worked import MIRROR, Row, candles

SEEDS = range(150)
COUNT = 30


def random_rows(rng: random.Random) -> list[Row]:
    """A walk on whole prices around 100 with gaps now and then."""
    rows, last = [], 100
    for _ in range(COUNT):
        first = last + (rng.randint(-4, 4) if rng.random() < 0.2 else 0)
        last = min(max(first + rng.randint(-3, 3), 60), 140)
        rows.append((first, max(first, last) + rng.randint(0, 3), min(first, last) - rng.randint(0, 3), last))
    return rows


def random_plan(rng: random.Random) -> list[tuple[int, Any]]:
    """(side, arguments of an order) as written for a long, or (0, index of an exit)."""
    plan: list[tuple[int, Any]] = []
    for at in range(COUNT):
        if rng.random() < 0.1:
            plan.append((0, at))
        if rng.random() < 0.4:
            kind = rng.choice(["market", "stop", "limit"])
            levels = {n: rng.randint(1, 6) for n in ("stop", "target", "trail", "breakeven") if rng.random() < 0.5}
            levels |= {"activate": rng.randint(1, 5)} if "trail" in levels and rng.random() < 0.4 else {}
            levels |= {"max_bars": rng.randint(1, 6)} if rng.random() < 0.3 else {}
            levels |= {"expiry": rng.randint(1, 6)} if kind != "market" and rng.random() < 0.5 else {}
            price = None if kind == "market" else 100 + rng.randint(-12, 12)
            plan.append((rng.choice([1, -1]), (at, kind, price, levels)))
    return plan


def orders(plan: list[tuple[int, Any]], mirror: int) -> list[Order | Exit]:
    """The plan as written (+1) or mirrored (-1); prices of orders are mirrored with their candles."""
    made: list[Order | Exit] = []
    for side, what in plan:
        if side == 0:
            made.append(Exit(what))
            continue
        at, kind, price, levels = what
        flipped = price if price is None or mirror > 0 else MIRROR - price
        made.append(Order(at, side * mirror, kind, flipped, **levels))
    return made


@pytest.mark.parametrize("seed", SEEDS)
def test_mirror(seed: int) -> None:
    """P2: mirrored candles and sides give the mirrored trades; with bid and ask exchanged also with a spread."""
    rng = random.Random(seed)
    rows, plan, spread = random_rows(rng), random_plan(rng), rng.choice([0, 1, 2])
    plain = simulate(orders(plan, 1), candles(rows, 1, spread=spread), costs=Costs(slippage=1))
    flipped = simulate(orders(plan, -1), candles(rows, -1, spread=spread), costs=Costs(slippage=1))
    prices = ("entry_price", "exit_price", "stop_price", "target_price", "exit_stop_price")
    for one, other in zip(plain.trades, flipped.trades, strict=True):
        for name, value in one.items():
            expected = MIRROR - value if name in prices else -value if name == "side" else value
            assert other[name] == expected or (math.isnan(other[name]) and math.isnan(expected)), name
    assert (plain.rejected, plain.equity) == (flipped.rejected, flipped.equity)


@pytest.mark.parametrize("seed", SEEDS)
def test_prefix(seed: int) -> None:
    """P1: what a run over the first candles closed before their end, the full run closed too."""
    rng = random.Random(seed)
    rows, plan = random_rows(rng), orders(random_plan(rng), 1)
    full = [repr(trade) for trade in simulate(plan, candles(rows)).trades]
    for end in range(1, COUNT, 4):
        some = [t for t in simulate(plan, candles(rows), end=end).trades if t["exit_index"] < end - 1]
        assert [repr(trade) for trade in some] == full[: len(some)]


@pytest.mark.parametrize("seed", SEEDS)
def test_fills_lie_inside_their_candles(seed: int) -> None:
    """P4: without slippage each fill lies between the low and the high of its side."""
    rng = random.Random(seed)
    rows, plan, spread = random_rows(rng), orders(random_plan(rng), 1), rng.choice([0, 2])
    rules = Rules(limit_through_ticks=rng.choice([0, 1]))
    for trade in simulate(plan, candles(rows, spread=spread), rules=rules).trades:
        for moment, at_ask in (("entry", trade["side"] > 0), ("exit", trade["side"] < 0)):
            _, high, low, _ = rows[trade[f"{moment}_index"]]
            assert low <= trade[f"{moment}_price"] - spread * at_ask <= high


@pytest.mark.parametrize("seed", SEEDS)
def test_money_adds_up(seed: int) -> None:
    """P5: costs are not negative, explain gross - net, and the nets are the change of equity."""
    rng = random.Random(seed)
    rows, plan = random_rows(rng), orders(random_plan(rng), 1)
    costs = Costs(spread=1, slippage=1, commission=Commission(per_unit=0.5, minimum=0.75))
    result = simulate(plan, candles(rows), costs=costs)
    for trade in result.trades:
        parts = [trade[name] for name in ("spread_cost", "slippage_cost", "commission", "financing")]
        assert min(parts) >= 0
        assert trade["gross"] - trade["net"] == sum(parts)
        assert trade["mae"] >= 0
        assert trade["mfe"] >= 0
    assert result.equity[-1] == 10_000 + sum(trade["net"] for trade in result.trades)


def test_the_series_are_lively() -> None:
    """The laws above would prove little on series in which nothing happens."""
    reasons, rejected = set(), set()
    for seed in SEEDS:
        rng = random.Random(seed)
        rows, plan = random_rows(rng), orders(random_plan(rng), 1)
        result = simulate(plan, candles(rows, spread=rng.choice([0, 1, 2])))
        reasons |= {trade["exit_reason"].name for trade in result.trades}
        rejected |= result.rejected.keys()
    assert reasons == {
        "SL", "SL_GAP", "SL_AT_ENTRY", "TP", "TP_GAP", "TRAIL", "TRAIL_GAP", "SIGNAL", "TIME", "END_OF_DATA",
    }  # fmt: skip
    assert rejected == {"NO_NEXT_BAR", "IN_POSITION", "REPLACED", "EXPIRED", "UNFILLED"}
