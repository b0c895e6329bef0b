"""Candles pushed one at a time give the bytes of a simulation over all of them (rule P3)."""

from __future__ import annotations

import math
import pickle
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import btcore as bt
from properties.differential import same
from properties.functions import Whimsical, equal, random_function
from properties.generator import Case, Group, random_group

SEEDS = range(10)
CASES = 60


def expression(name: str, tick: float) -> bt.Expr:
    """What stands for an array of the generator: an expression that is as often true, as near, as odd."""
    kind, k = name[:-1], int(name[-1])
    change = bt.close - bt.close.shift(k % 3 + 1)
    if kind == "condition":
        return [bt.close > bt.open, change > 0, bt.close < bt.rolling_mean(bt.close, 4), bt.new_day(),
                bt.crosses_above(bt.ema(bt.close, 3), bt.close), change > 2 * tick][k]  # fmt: skip
    if kind == "distance":
        return [abs(change) + 0.4 * tick, bt.rolling_std(bt.close, 3) * 2, 3 * bt.atr(3), change, 2 * tick + 0 * change,
                bt.high - bt.low][k]  # fmt: skip
    if kind == "level":
        return [bt.high, bt.low, bt.close + tick / 2, bt.open, bt.rolling_max(bt.high, 3), bt.close - 3 * tick][k]
    return [1 + abs(change) / tick, 2.5 + 0 * bt.close, bt.rolling_mean(bt.close, 2) / bt.close, change / tick,
            0.4 + 0 * bt.close, 3 + 0 * bt.close][k]  # fmt: skip


def resolved(value: Any, tick: float) -> Any:
    if isinstance(value, tuple) and value[0] == "percent":
        return bt.percent(value[1])
    if isinstance(value, tuple) and value[0] == "volatility":
        return bt.VolatilityTarget(value[1], resolved(value[2], tick))
    if isinstance(value, tuple):
        return tuple(resolved(part, tick) for part in value)
    if isinstance(value, list):
        return [resolved(part, tick) for part in value]
    named = isinstance(value, str) and value[-1].isdigit()
    return expression(value, tick) if named else value


def strategy_of(case: Case, tick: float, rng: random.Random) -> Any:
    """The case's strategy of expressions; in place of a list of orders a function."""
    if isinstance(case.recipe, list):
        when = rng.choice([None, bt.close > bt.open])
        return Whimsical(**random_function(rng, when, tick))
    return bt.Strategy(**{n: resolved(v, tick) for n, v in case.recipe.items() if n != "session"})


def live_arguments(case: Case, candles: bt.Candles) -> dict[str, Any]:
    costs = case.arguments["costs"]
    conversion = costs.conversion if isinstance(costs.conversion, float) else None
    currency = costs.account_currency if conversion is not None else None
    costs = replace(costs, financing=None, conversion=conversion, account_currency=currency)
    if candles.ask is not None:
        costs = replace(costs, spread=None)
    return {**case.arguments, "costs": costs, "rules": replace(case.arguments["rules"], magnify=None)}


def session_for(strategy: Any, candles: bt.Candles, arguments: dict[str, Any]) -> bt.Session:
    two = candles.ask is not None
    quote = {} if two else {"quote": candles.quote, "spread": 0.0 if np.ndim(candles.spread) else candles.spread}
    return bt.Session(strategy, candles.instrument, two_sided=two, **quote, **arguments)


def pushed(session: bt.Session, candles: bt.Candles, t: int) -> list[bt.Event]:
    row = [getattr(candles, name)[t].item() for name in ("open", "high", "low", "close", "volume")]
    extra: dict[str, Any] = {}
    if candles.ask is not None:
        extra["ask"] = tuple(getattr(candles.ask, name)[t].item() for name in ("open", "high", "low", "close"))
    elif np.ndim(candles.spread) and session._given["costs"].spread is None:
        extra["spread"] = candles.spread[t].item()
    return session.push(int(candles.timestamp[t]), *row, **extra)


def counted(events: list[bt.Event], kind: str) -> int:
    return sum(event.kind == kind for event in events)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_session_gives_the_bytes_of_a_simulation(seed: int) -> None:
    group: Group = random_group(seed + 500, CASES, (2, 40))
    rng = random.Random(seed)
    trades = 0
    for number, case in enumerate(group.cases):
        candles = group.candles[case.start : case.end]
        strategy = strategy_of(case, candles.tick, rng)
        arguments = live_arguments(case, candles)
        twin = pickle.loads(pickle.dumps(strategy))
        whole = bt.simulate(twin, candles, **arguments)
        curve = whole.equity()
        session = session_for(strategy, candles, arguments)
        events: list[bt.Event] = []
        saved_at = rng.randrange(len(candles))
        for t in range(len(candles)):
            if t == saved_at:
                session = pickle.loads(pickle.dumps(session))
            events += pushed(session, candles, t)
            if t < len(candles) - 1:
                assert session.equity == curve[t], (seed, number, t)
        where = (seed, number)
        for _ in range(2):  # it changes nothing
            result = session.finish()
            assert result.trades.to_numpy().tobytes() == whole.trades.to_numpy().tobytes(), where
            assert result.rejected == whole.rejected, where
            assert result.stats.keys() == whole.stats.keys()
            assert all(same(result.stats[name], whole.stats[name]) for name in whole.stats), where
        if isinstance(strategy, Whimsical):
            assert equal(
                session.strategy.log[:-1], twin.log[:-1] if len(twin.log) == len(session.strategy.log) else twin.log
            ), where
        check_events(session, events, where)
        trades += len(whole.trades)
    assert trades > CASES / 2


def check_events(session: bt.Session, events: list[bt.Event], where: Any) -> None:
    """Every order that was placed has one end, or waits; every position that was opened is closed, or open."""
    assert counted(events, "closed") == len(session.trades), where
    opened = {p.parent for p in session.positions} | set(session.trades["parent"].tolist())
    assert counted(events, "filled") == len(opened), where
    waiting = {order.order for order in session.orders}
    placed = {event.order for event in events if event.kind == "placed"}
    ended = [e.order for e in events if e.kind in ("filled", "replaced", "expired", "rejected") and e.order >= 0]
    assert len(ended) == len(set(ended)), where
    assert placed == (set(ended) & placed) | waiting, where
    assert all(math.isfinite(event.time) for event in events)


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
