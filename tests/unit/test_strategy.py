"""Strategies, orders and exits: what they hold, how they print, what they refuse."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import btcore as bt
from btcore import errors
from btcore.entries import ENTRY_KINDS, LEVELS, LIVE_LEVELS, checked_size
from btcore.expr import array, close, open_

UP = close > open_
DISTANCES = ("stop", "target", "trail", "activate", "breakeven")
PRICES = ("price", "limit_price", "stop_price", "target_price", "trail_price")
# What a level does not stand without.
COMPANIONS: dict[str, dict[str, Any]] = {
    "price": {"entry": "limit"},
    "limit_price": {"entry": "stop_limit", "price": 1.0},
    "activate": {"trail": 1.0},
}


def strategy(**changes: Any) -> bt.Strategy:
    """A long strategy with changed arguments."""
    return bt.Strategy(**({"enter_long": UP} | changes))


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (strategy(), "Strategy(enter_long=close > open)"),
        (bt.Strategy(UP, ~UP, ~UP, UP), "Strategy(enter_long=close > open, enter_short=~(close > open), "
         "exit_long=~(close > open), exit_short=close > open)"),
        (strategy(stop=0.001, target=(1, None)), "Strategy(enter_long=close > open, stop=0.001, target=(1.0, None))"),
        (strategy(stop=bt.percent(1), max_bars=5, size=2, name="x"),
         "Strategy(enter_long=close > open, stop=percent(1.0), max_bars=5, size=2.0, name='x')"),
        (strategy(entry="limit", price=close - 1, expiry=3),
         "Strategy(enter_long=close > open, entry='limit', price=close - 1.0, expiry=3)"),
        (strategy(trail=bt.atr(14), trail_source="close"),
         "Strategy(enter_long=close > open, trail=atr(14), trail_source='close')"),
        (strategy(targets=[(0.5, bt.percent(1)), [0.25, (2, None)]]),
         "Strategy(enter_long=close > open, targets=[(0.5, percent(1.0)), (0.25, (2.0, None))])"),
        (strategy(trail_price=close - 1, activate=1, session=bt.SessionEnd("17:00")),
         "Strategy(enter_long=close > open, activate=1.0, trail_price=close - 1.0, "
         "session=SessionEnd(at='17:00', tz='UTC', weekdays=None))"),
        (strategy(size=bt.RiskPercent(1), stop=1),
         "Strategy(enter_long=close > open, stop=1.0, size=RiskPercent(percent=1.0))"),
    ],
)  # fmt: skip
def test_printing(made: bt.Strategy, text: str) -> None:
    assert repr(made) == text


def test_arguments_by_position_are_the_four_conditions() -> None:
    made = bt.Strategy(UP, ~UP, close > 1, close > 2)
    assert [repr(made.conditions[n]) for n in ("enter_long", "enter_short", "exit_long", "exit_short")] == [
        "close > open", "~(close > open)", "close > 1.0", "close > 2.0",
    ]  # fmt: skip


@pytest.mark.parametrize("convert", [list, np.array, pd.Series, pl.Series, lambda v: np.array(v, dtype=float)])
def test_conditions_may_be_columns(convert: Any) -> None:
    made = strategy(enter_long=convert([True, False, True]))
    condition = made.conditions["enter_long"]
    assert condition is not None
    assert condition.equals(array([True, False, True]))


@pytest.mark.parametrize("name", (*LEVELS, *LIVE_LEVELS))
def test_a_level_is_one_for_both_sides_or_a_pair(name: str) -> None:
    extra = COMPANIONS.get(name, {})
    both = strategy(**(extra | {name: close})).levels[name]
    assert both[0] is both[1] is close
    long, short = strategy(**(extra | {name: (1, close)})).levels[name]
    assert repr(long) == "1.0"
    assert short is close
    array_level = strategy(**(extra | {name: [1.0, 2.0]})).levels[name][0]
    assert array_level.equals(array([1.0, 2.0]))


def test_the_side_without_entries_needs_no_level() -> None:
    made = strategy(entry="stop", price=(close, None), stop=(1, None), stop_price=(None, close))
    assert made.levels["price"][1] is None


@pytest.mark.parametrize("name", DISTANCES)
def test_distances_may_be_percent(name: str) -> None:
    extra = {"trail": 1.0} if name == "activate" else {}
    assert repr(strategy(**(extra | {name: bt.percent(2)})).levels[name][0]) == "percent(2.0)"


WRONG_STRATEGIES: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"enter_long": None}, errors.StrategyError, "needs enter_long or enter_short"),
    ({"enter_long": close}, errors.ExpressionError, "enter_long: close is a number where a condition is needed"),
    ({"exit_short": "x"}, errors.ExpressionError, "exit_short: cannot use 'x'"),
    ({"enter_long": True}, errors.ExpressionError, "enter_long: a single True is no condition"),
    ({"entry": "stop-limit"}, errors.StrategyError, "entry must be one of 'market', .*'close', got 'stop-limit'"),
    ({"entry": 1}, errors.StrategyError, "entry must be one of .*, got 1"),
    ({"trail_source": "low"}, errors.StrategyError, "trail_source must be one of 'extreme', 'close', got 'low'"),
    ({"max_bars": 0}, errors.StrategyError, "max_bars is a number of candles, a whole number >= 1, got 0"),
    ({"max_bars": 1.0}, errors.StrategyError, "max_bars is a number of candles.*got 1.0"),
    ({"max_bars": True}, errors.StrategyError, "max_bars is a number of candles.*got True"),
    ({"entry": "limit", "price": 1, "expiry": -1}, errors.StrategyError, "expiry is a number of candles.*got -1"),
    ({"expiry": 3}, errors.StrategyError, "strategy, enter_long: expiry is for entries that rest; a market"),
    ({"entry": "close", "expiry": 3}, errors.StrategyError, "a close entry fills at the close at which it is decided"),
    ({"entry": "close", "price": 1}, errors.StrategyError, "strategy, enter_long: a close entry takes no price"),
    ({"entry": "stop_limit", "price": 1}, errors.StrategyError, "a stop_limit entry needs a limit_price"),
    ({"entry": "stop_limit", "limit_price": 1}, errors.StrategyError, "a stop_limit entry needs a price"),
    ({"entry": "limit", "price": 1, "limit_price": 1}, errors.StrategyError, "a limit entry takes no limit_price"),
    ({"price": 1}, errors.StrategyError, "strategy, enter_long: a market entry takes no price"),
    ({"entry": "stop"}, errors.StrategyError, "strategy, enter_long: a stop entry needs a price"),
    ({"entry": "limit", "price": (None, 1)}, errors.StrategyError, "strategy, enter_long: a limit entry needs a price"),
    ({"entry": "limit", "price": (1, None), "enter_short": UP}, errors.StrategyError, "enter_short: .*needs a price"),
    (
        {"stop": 1, "stop_price": 2},
        errors.StrategyError,
        r"give stop \(a distance\) or stop_price \(a level\), not both",
    ),
    ({"target": 1, "target_price": 2}, errors.StrategyError, r"give target \(a distance\) or target_price"),
    ({"trail": 1, "trail_price": 2}, errors.StrategyError, r"give trail \(a distance\) or trail_price"),
    ({"trail_price": bt.percent(1)}, errors.StrategyError, "trail_price is a price; percent"),
    ({"targets": []}, errors.StrategyError, r"targets is a list of 1 to 8 pairs \(fraction, distance\), got \[\]"),
    ({"targets": 0.5}, errors.StrategyError, "targets is a list of 1 to 8 pairs.*got 0.5"),
    ({"targets": [(0.1, 1)] * 9}, errors.StrategyError, "targets is a list of 1 to 8 pairs"),
    ({"targets": [0.5, 1.0]}, errors.StrategyError, r"targets\[0\] is a pair \(fraction, distance\), got 0.5"),
    ({"targets": [(0.5, 1), (0.5,)]}, errors.StrategyError, r"targets\[1\] is a pair"),
    ({"targets": [(0, 1)]}, errors.StrategyError, r"targets\[0\]: the fraction of the size is above 0 .*, got 0"),
    ({"targets": [(float("nan"), 1)]}, errors.StrategyError, r"targets\[0\]: the fraction .*, got nan"),
    ({"targets": [(True, 1)]}, errors.StrategyError, r"targets\[0\]: the fraction .*, got True"),
    ({"targets": [("half", 1)]}, errors.StrategyError, r"targets\[0\]: the fraction .*, got 'half'"),
    ({"targets": [(1.5, 1)]}, errors.StrategyError, r"targets\[0\]: the fraction .*, got 1.5"),
    ({"targets": [(0.6, 1), (0.6, 2)]}, errors.StrategyError, "targets: the fractions add up to 1.2"),
    ({"targets": [(0.5, None)]}, errors.StrategyError, r"targets\[0\] needs a distance"),
    ({"targets": [(0.5, UP)]}, errors.StrategyError, r"targets\[0\]: close > open is a condition"),
    ({"targets": [(0.5, (1, 2, 3))]}, errors.StrategyError, r"targets\[0\]: a pair is \(long, short\), got 3"),
    ({"targets": [(0.5, 1)], "target": 2}, errors.StrategyError, "give target, target_price or targets, not two"),
    ({"targets": [(0.5, 1)], "target_price": 2}, errors.StrategyError, "give target, target_price or targets"),
    ({"session": "16:30"}, errors.StrategyError, r"session takes SessionEnd\('16:30', tz=...\) or between"),
    ({"session": UP}, errors.StrategyError, "session takes SessionEnd.*got close > open"),
    ({"session": 16}, errors.StrategyError, "session takes SessionEnd.*got 16"),
    ({"activate": 1}, errors.StrategyError, "activate starts a trail, but no trail is given"),
    ({"stop": (1, 2, 3)}, errors.StrategyError, r"stop: a pair is \(long, short\), got 3 values"),
    ({"stop": "1"}, errors.ExpressionError, "stop: cannot use '1'"),
    ({"target": (1, object())}, errors.ExpressionError, "target: cannot use <object"),
    ({"stop_price": bt.percent(1)}, errors.StrategyError, r"stop_price is a price; percent\(...\) is a distance"),
    ({"entry": "limit", "price": bt.percent(1)}, errors.StrategyError, "price is a price; percent"),
    ({"size": 0}, errors.StrategyError, "size must be finite and above 0, got 0"),
    ({"size": -1.5}, errors.StrategyError, "size must be finite and above 0, got -1.5"),
    ({"size": float("inf")}, errors.StrategyError, "size must be finite and above 0, got inf"),
    ({"size": True}, errors.ExpressionError, "a single True"),
    ({"size": "all"}, errors.ExpressionError, "cannot use 'all'"),
]


@pytest.mark.parametrize(("changes", "error", "message"), WRONG_STRATEGIES)
def test_strategies_that_contradict_themselves(changes: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        strategy(**changes)


@pytest.mark.parametrize("again", [lambda s: pickle.loads(pickle.dumps(s)), copy.deepcopy])
def test_strategies_can_be_pickled(again: Any) -> None:
    made = strategy(
        stop=bt.percent(close), targets=[(1, (1, array([1.0])))], size=bt.ema(close, 3), max_bars=np.int64(3)
    )
    assert repr(again(made)) == repr(made)
    candles = bt.synthetic_candles(1)
    one = bt.simulate(strategy(target=(1, array([1.0])), size=bt.ema(close, 3)), candles)
    two = bt.simulate(again(strategy(target=(1, array([1.0])), size=bt.ema(close, 3))), candles)
    assert one.content_hash == two.content_hash


@pytest.mark.parametrize(("side", "sign"), [("long", 1), ("short", -1), (1, 1), (-1, -1), (np.int64(-1), -1)])
def test_sides(side: Any, sign: int) -> None:
    assert bt.Order(3, side).side == sign


def test_orders_are_values() -> None:
    make = lambda **k: bt.Order(3, "long", "limit", 1.5, **k)  # noqa: E731
    assert make(stop=0.5) == make(stop=0.5)
    assert hash(make(stop=0.5)) == hash(make(stop=0.5))
    assert make(stop=0.5) != make(stop=0.6)
    assert make(stop=bt.percent(1)) == make(stop=bt.percent(1))
    assert make(stop=bt.percent(1)) != make(stop=bt.percent(2))
    assert bt.Exit(3) == bt.Exit(3) != bt.Exit(4)
    order = make(stop=bt.percent(1), size=bt.RiskPercent(1))
    assert repr(pickle.loads(pickle.dumps(order))) == repr(order)
    with pytest.raises(AttributeError):
        order.at = 5  # type: ignore[misc]


@pytest.mark.parametrize("kind", ENTRY_KINDS)
def test_every_kind_of_order(kind: str) -> None:
    price = None if kind in ("market", "close") else 1.5
    limit_price = 2.0 if kind == "stop_limit" else None
    assert bt.Order(3, "long", kind, price, limit_price=limit_price).kind == kind


def test_a_nan_level_of_an_order_is_left_to_the_simulation() -> None:
    nan = float("nan")
    assert np.isnan(bt.Order(3, "long", "limit", nan, stop=nan, target_price=nan, size=nan).price or 0)


WRONG_ORDERS: list[tuple[dict[str, Any], str]] = [
    ({"at": -1}, "at is the index of a candle, a whole number >= 0, got -1"),
    ({"at": 1.0}, "at is the index of a candle.*got 1.0"),
    ({"at": True}, "at is the index of a candle.*got True"),
    ({"at": "2020-01-01"}, "at is the index of a candle.*got '2020-01-01'"),
    ({"side": "buy"}, r"order at 3: side must be 'long' or 'short' \(or 1, -1\), got 'buy'"),
    ({"side": 0}, "order at 3: side must be .*got 0"),
    ({"side": None}, "order at 3: side must be .*got None"),
    ({"side": ["long"]}, r"order at 3: side must be .*got \['long'\]"),
    ({"kind": "open"}, "order at 3: kind must be one of 'market', .*, got 'open'"),
    ({"max_bars": 0}, "max_bars is a number of candles"),
    ({"kind": "limit", "price": 1.0, "expiry": 1.5}, "expiry is a number of candles.*got 1.5"),
    ({"expiry": 2}, "order at 3: expiry is for entries that rest"),
    ({"kind": "stop_limit", "price": 2.0}, "order at 3: a stop_limit entry needs a limit_price"),
    ({"limit_price": 2.0}, "order at 3: a market entry takes no limit_price"),
    (
        {"kind": "stop_limit", "price": 3.0, "limit_price": 2.0, "stop_price": 2.5},
        "stop_price 2.5 must be below its price 2.0",
    ),
    ({"price": 1.0}, "order at 3: a market entry takes no price"),
    ({"kind": "stop"}, "order at 3: a stop entry needs a price"),
    ({"stop": 1.0, "stop_price": 1.0}, "order at 3: give stop .* or stop_price .*, not both"),
    ({"target": 1.0, "target_price": 1.0}, "order at 3: give target .* or target_price .*, not both"),
    ({"activate": 1.0}, "order at 3: activate starts a trail, but no trail is given"),
    ({"stop": close}, "order at 3: stop must be a number, got close"),
    ({"stop": "1"}, "order at 3: stop must be a number, got '1'"),
    ({"stop": True}, "order at 3: stop must be a number, got True"),
    ({"stop": bt.percent(close)}, "order at 3: stop must be a number, got percent"),
    ({"stop_price": bt.percent(1)}, "order at 3: stop_price must be a number, got percent"),
    ({"kind": "limit", "price": [1.0]}, "order at 3: price must be a number, got"),
    *[({"trail": 1.0, name: value}, f"order at 3: {name} is a distance and must be above 0, got {value}")
      for name in DISTANCES for value in (0, -0.5)],
    ({"stop": bt.percent(-1)}, "order at 3: stop is a distance and must be above 0, got -1.0"),
    ({"kind": "limit", "price": 2.0, "stop_price": 2.0}, "order at 3: stop_price 2.0 must be below its price 2.0"),
    ({"kind": "limit", "price": 2.0, "stop_price": 2.5}, "stop_price 2.5 must be below its price 2.0"),
    ({"kind": "stop", "price": 2.0, "target_price": 2.0}, "target_price 2.0 must be above its price 2.0"),
    ({"kind": "stop", "price": 2.0, "target_price": 1.0, "side": -1, "stop_price": 1.5}, "stop_price 1.5 must be"),
    ({"kind": "stop", "price": 2.0, "target_price": 3.0, "side": "short"}, "target_price 3.0 must be below its price"),
    ({"size": 0}, "size must be finite and above 0, got 0"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), WRONG_ORDERS)
def test_orders_that_contradict_themselves(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.StrategyError, match=message):
        bt.Order(**({"at": 3, "side": "long"} | changes))


@pytest.mark.parametrize("at", [-1, 0.5, "3", False])
def test_exits_at_no_candle(at: Any) -> None:
    with pytest.raises(errors.StrategyError, match="at is the index of a candle, a whole number >= 0, got"):
        bt.Exit(at)


def test_sizes() -> None:
    assert checked_size(None) is None
    assert checked_size(np.int64(3)) == 3.0
    assert type(checked_size(np.float32(3))) is float
    assert np.isnan(checked_size(float("nan")))
    assert checked_size(close) is close
    assert checked_size([1.0, 2.0]).equals(array([1.0, 2.0]))
    rule = bt.PercentEquity(5)
    assert checked_size(rule) is rule
