"""Plans: several simulations computed together give what each gives alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import btcore as bt
from btcore import errors
from btcore._core.types import AmbiguityMode
from btcore.expr import close, open_
from btcore.plan import Conditions, Plan, order_table, size_of, terms_of

N = 5000
CANDLES = bt.synthetic_candles(N, seed=9)


def trend(fast: int, slow: int, **changes: Any) -> bt.Strategy:
    """A cross of two means in both directions."""
    quick, calm = bt.ema(close, fast), bt.ema(close, slow)
    up, down = bt.crosses_above(quick, calm), bt.crosses_below(quick, calm)
    return bt.Strategy(up, down, **({"stop": 2 * bt.atr(14), "target": 3 * bt.atr(14)} | changes))


MEAN = bt.zscore(close, 50)
STRATEGIES: list[Any] = [
    *[trend(fast, slow) for fast in (5, 8, 12) for slow in (20, 50)],
    trend(5, 20, trail=bt.atr(14), activate=bt.atr(14)),
    trend(8, 50, stop=bt.percent(0.05), target=None, max_bars=30),
    bt.Strategy(MEAN < -2, MEAN > 2, MEAN > 0, MEAN < 0, entry="limit", price=(close - 1e-4, close + 1e-4), expiry=5),
    bt.Strategy(close > bt.donchian(20).upper.shift(1), entry="stop", price=bt.rolling_max(bt.high, 5), stop=0.0010),
    [bt.Order(at, (-1) ** at, stop=0.0005, target=0.0005) for at in range(0, N, 37)],
    [],
]
CONDITIONS = [
    Conditions(end=N),
    Conditions(start=1000, end=N - 1, cash=500.0, size=bt.PercentEquity(10)),
    Conditions(end=N, costs=bt.Costs(slippage=1e-5, commission=0.1), rules=bt.Rules(limit_through_ticks=1)),
]


def alone(strategy: Any, conditions: Conditions) -> bytes:
    """The trades of one simulation by itself."""
    plan = Plan(CANDLES)
    driver = plan.add(strategy, conditions)
    plan.run()
    return driver.trades().tobytes()


@pytest.mark.parametrize("turned", [False, True])
def test_together_as_alone(turned: bool) -> None:
    pairs = [(strategy, conditions) for strategy in STRATEGIES for conditions in CONDITIONS]
    pairs = pairs[::-1] if turned else pairs
    plan = Plan(CANDLES)
    drivers = [plan.add(strategy, conditions) for strategy, conditions in pairs]
    plan.run()
    for (strategy, conditions), driver in zip(pairs, drivers, strict=True):
        assert driver.trades().tobytes() == alone(strategy, conditions)


def test_alone_is_simulate() -> None:
    for strategy in STRATEGIES:
        assert bt.simulate(strategy, CANDLES).trades.to_numpy().tobytes() == alone(strategy, Conditions(end=N))


def test_trades_need_not_be_kept() -> None:
    plan = Plan(CANDLES)
    kept, dropped = (plan.add(STRATEGIES[0], Conditions(end=N), keep=keep) for keep in (True, False))
    plan.run()
    assert len(dropped.trades()) == 0
    assert kept.totals() == dropped.totals()
    assert kept.totals()["trades"] == len(kept.trades()) > 0
    assert kept.rejected() == dropped.rejected()


def test_an_empty_plan_runs() -> None:
    Plan(CANDLES).run()


def test_simulations_of_a_plan_share_the_spread() -> None:
    plan = Plan(CANDLES)
    spread = np.full(N, 1e-5)
    plan.add([], Conditions(end=N, costs=bt.Costs(spread=spread)))
    plan.add([], Conditions(end=N, costs=bt.Costs(spread=spread.copy(), slippage=1e-5)))
    for other in (None, 1e-5, np.full(N, 2e-5)):
        with pytest.raises(errors.ParameterError, match="simulations of one plan must have the same spread"):
            plan.add([], Conditions(end=N, costs=bt.Costs(spread=other)))


@pytest.mark.parametrize("window", [(0, 0), (-1, 5), (5, 5), (6, 5), (0, N + 1), (N, N)])
def test_windows_outside_the_candles(window: tuple[int, int]) -> None:
    with pytest.raises(errors.ParameterError, match=f"evaluation window .* {N} candles"):
        Plan(CANDLES).add([], Conditions(start=window[0], end=window[1]))


def test_a_window_of_one_candle() -> None:
    plan = Plan(CANDLES)
    driver = plan.add([bt.Order(7, "long")], Conditions(start=7, end=8))
    plan.run()
    assert driver.rejected() == {"NO_NEXT_BAR": 1}
    assert len(driver.trades()) == 0


def test_orders_by_candle_exits_first() -> None:
    orders = [bt.Order(9, "long"), bt.Order(3, "short"), bt.Exit(9), bt.Order(3, "long"), bt.Order(99, "long")]
    table, numbers = order_table(orders, Conditions(start=2, end=50), 100)
    assert table[:, :2].tolist() == [[3, -1], [3, 1], [9, 0], [9, 1]]
    assert (table.dtype, numbers.dtype, len(numbers)) == (np.int64, np.float64, 4)
    empty, none = order_table([], Conditions(end=50), 100)
    assert (empty.shape, none.shape[0]) == ((0, 7), 0)


@pytest.mark.parametrize(
    ("orders", "message"),
    [
        ([5], "a list of orders holds Order and Exit, got 5"),
        ([bt.Order(100, "long", stop=1.0)], r"Order\(at=100.* is decided at candle 100, but there are 100 candles"),
        ([bt.Exit(100)], r"Exit\(at=100\) is decided at candle 100, but there are 100 candles"),
        ([bt.Order(1, "long", size=close)], "order at 1: its size must be a number or a sizing rule, got close"),
    ],
)
def test_lists_that_are_none(orders: list[Any], message: str) -> None:
    with pytest.raises(errors.StrategyError, match=message):
        order_table(orders, Conditions(end=100), 100)


def test_sizes() -> None:
    kinds = [size_of(size)[0] for size in (None, 3, close, bt.FixedCash(1), bt.PercentEquity(1), bt.RiskPercent(1))]
    assert kinds == [0, 0, 0, 1, 2, 3]
    assert repr(size_of(None)[1]) == "1.0"
    assert repr(size_of(bt.RiskPercent(2))[1]) == "2.0"
    assert size_of(close > open_)[1].kind == "number"


def test_terms() -> None:
    instrument = bt.Instrument("X", tick=0.5, contract_size=100, lot_step=10, lot_min=20)
    prices = [[100.0]] * 4
    costs = bt.Costs(slippage=0.6, commission=bt.Commission(1, 2, 3, 4, 5))
    rules = bt.Rules("olhc", limit_gap="limit", limit_through_ticks=3)
    for quote, per_tick in (("bid", 1), ("mid", 2)):
        made = terms_of(bt.Candles([0], *prices, instrument=instrument, quote=quote), costs, rules)
        assert made == {
            "slippage": {"bid": 2, "mid": 3}[quote], "per_trade": 1.0, "per_unit": 2.0, "per_lot": 3.0, "percent": 4.0,
            "minimum": 5.0, "contract_size": 100.0, "lot_step": 10.0, "lot_min": 20.0, "through": 3 * per_tick,
            "gap_at_limit": True, "ambiguity": AmbiguityMode.OLHC,
        }  # fmt: skip
