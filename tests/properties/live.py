"""A case of the generator followed live: candles pushed one at a time, compared with a simulation over all of them."""

from __future__ import annotations

import math
import pickle
import random
from dataclasses import replace
from typing import Any

import numpy as np

import btcore as bt
from properties.differential import same
from properties.functions import Whimsical, equal, random_function
from properties.generator import Case, Group, random_financing, random_pair, random_session


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
    return bt.Strategy(**{n: resolved(v, tick) for n, v in case.recipe.items()})


def whole_arguments(group: Group, case: Case, candles: bt.Candles) -> dict[str, Any]:
    """The arguments of ``simulate``."""
    costs = case.arguments["costs"]
    if candles.ask is not None:
        costs = replace(costs, spread=None)
    if case.conversion is not None:
        rate = group.resolved(case.conversion, case.start, case.end)
        costs = replace(costs, account_currency="EUR", conversion=rate)
    return {**case.arguments, "costs": costs, "rules": replace(case.arguments["rules"], magnify=None)}


def live_arguments(strategy: Any, arguments: dict[str, Any], candles: bt.Candles) -> dict[str, Any]:
    """The same for a session: rates of each candle come with the pushes."""
    costs = arguments["costs"]
    if isinstance(costs.conversion, np.ndarray):
        costs = replace(costs, conversion=None)
    period = {} if getattr(strategy, "session", None) is None else {"period": candles.duration}
    return {**arguments, **period, "costs": costs}


def session_for(strategy: Any, candles: bt.Candles, arguments: dict[str, Any]) -> bt.Session:
    two = candles.ask is not None
    quote = {} if two else {"quote": candles.quote, "spread": 0.0 if np.ndim(candles.spread) else candles.spread}
    return bt.Session(strategy, candles.instrument, two_sided=two, **quote, **arguments)


def pushed(session: bt.Session, candles: bt.Candles, t: int, **more: Any) -> list[bt.Event]:
    row = [getattr(candles, name)[t].item() for name in ("open", "high", "low", "close", "volume")]
    extra = dict(more)
    if candles.ask is not None:
        extra["ask"] = tuple(getattr(candles.ask, name)[t].item() for name in ("open", "high", "low", "close"))
    elif np.ndim(candles.spread) and session._given["costs"].spread is None:
        extra["spread"] = candles.spread[t].item()
    return session.push(int(candles.timestamp[t]), *row, **extra)


def counted(events: list[bt.Event], kind: str) -> int:
    return sum(event.kind == kind for event in events)


def moved(case: Case, candles: bt.Candles, rng: random.Random) -> Case:
    """The case with nights, an end of sessions and a conversion."""
    recipe = case.recipe if isinstance(case.recipe, list) else {**case.recipe, "session": random_session(rng)}
    costs = replace(case.arguments["costs"], financing=random_financing(rng))
    conversion = rng.choice([None, 125.0, "rate0", "rate1", random_pair(rng, candles)])
    return replace(case, recipe=recipe, arguments={**case.arguments, "costs": costs}, conversion=conversion)


def check_case(group: Group, case: Case, rng: random.Random, where: Any) -> int:
    """Compare bytes, statistics and events of one case; the number of its trades."""
    candles = group.candles[case.start : case.end]
    strategy = strategy_of(case, candles.tick, rng)
    arguments = whole_arguments(group, case, candles)
    twin = pickle.loads(pickle.dumps(strategy))
    whole = bt.simulate(twin, candles, **arguments)
    session, events = followed(strategy, candles, arguments, whole.equity(), rng)
    for _ in range(2):  # it changes nothing
        result = session.finish()
        assert result.trades.to_numpy().tobytes() == whole.trades.to_numpy().tobytes(), where
        assert result.rejected == whole.rejected, where
        assert result.stats.keys() == whole.stats.keys()
        assert all(same(result.stats[name], whole.stats[name]) for name in whole.stats), where
    if isinstance(strategy, Whimsical):
        mine = session.strategy.log
        assert equal(mine[:-1], twin.log[:-1] if len(twin.log) == len(mine) else twin.log), where
    check_events(session, events, where)
    return len(whole.trades)


def followed(
    strategy: Any, candles: bt.Candles, arguments: dict[str, Any], curve: np.ndarray, rng: random.Random
) -> tuple[bt.Session, list[bt.Event]]:
    """The session after all candles, saved and restored on the way, and what happened."""
    session = session_for(strategy, candles, live_arguments(strategy, arguments, candles))
    rates = arguments["costs"].conversion
    events: list[bt.Event] = []
    saved_at = rng.randrange(len(candles))
    for t in range(len(candles)):
        if t == saved_at:
            session = pickle.loads(pickle.dumps(session))
        events += pushed(session, candles, t, **({"rate": rates[t]} if isinstance(rates, np.ndarray) else {}))
        if t < len(candles) - 1:
            assert session.equity == curve[t], t
    return session, events


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
