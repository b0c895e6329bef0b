"""What must hold on any input: rules P1 to P5, and the twin on inputs that hypothesis can shrink."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from golden.loader import UPSIDE_DOWN
from hypothesis import given
from hypothesis import strategies as st
from reference.engine import simulate as twin

import btcore as bt
from btcore.rules import AMBIGUITY_MODES
from properties.differential import Conditions, Plan, same

MINUTE = 60_000_000_000
MIRROR = 2000
PRICES = {"entry_price", "exit_price", "stop_price", "target_price", "exit_stop_price"}


def make_candles(rows, **settings):
    prices = np.array(rows, dtype=np.float64).T
    return bt.Candles(np.arange(len(rows), dtype=np.int64) * MINUTE, *prices, tick=1.0, **settings)


@st.composite
def rows(draw, least=2, most=30):
    """Candles around 1,000 whole ticks."""
    last, made = 1000, []
    for _ in range(draw(st.integers(least, most))):
        opened = last + draw(st.integers(-5, 5))
        last = opened + draw(st.integers(-4, 4))
        high = max(opened, last) + draw(st.integers(0, 3))
        made.append((opened, high, min(opened, last) - draw(st.integers(0, 3)), last))
    return made


distances = st.none() | st.integers(1, 9).map(float)


@st.composite
def orders(draw, count):
    """Explicit orders and exits within `count` candles."""
    made = []
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, count - 1))
        if draw(st.integers(0, 5)) == 0:
            made.append(bt.Exit(at))
            continue
        kind = draw(st.sampled_from(["market", "stop", "limit"]))
        trail = draw(distances)
        made.append(
            bt.Order(
                at,
                draw(st.sampled_from([1, -1])),
                kind,
                None if kind == "market" else 1000.0 + draw(st.integers(-12, 12)),
                stop=draw(distances),
                target=draw(distances),
                trail=trail,
                activate=draw(distances) if trail else None,
                breakeven=draw(distances),
                max_bars=draw(st.none() | st.integers(1, 6)),
                expiry=None if kind == "market" else draw(st.none() | st.integers(1, 6)),
            )
        )
    return made


@st.composite
def cases(draw):
    series = draw(rows())
    return series, draw(orders(len(series)))


spreads = st.sampled_from([0.0, 1.0, 2.0])
costs = st.builds(
    bt.Costs,
    slippage=st.sampled_from(
        [0.0, 1.0, 2.4, bt.TickSlippage(2), bt.PercentSlippage(0.15), bt.RangeSlippage(0.3), bt.RandomSlippage(3, 5)]
    ),
    commission=st.sampled_from([0.0, 0.5, bt.Commission(per_unit=0.25, percent=0.01, minimum=0.6)]),
    margin=st.sampled_from([None, None, bt.Margin(0.1, 0.9985)]),  # of 10,000, a unit from 1,000 may lose some 15
)


def table(result):
    return [tuple(row) for row in result.trades.to_numpy().tolist()]


def equal(a, b):
    return len(a) == len(b) and all(
        same(x, y) for row, other in zip(a, b, strict=True) for x, y in zip(row, other, strict=True)
    )


modes = st.sampled_from(AMBIGUITY_MODES)


@given(cases(), spreads, costs, st.sampled_from(["bid", "ask", "mid"]), modes)
def test_twin(case, spread, cost, quote, mode):
    series, listed = case
    candles, settings = make_candles(series, spread=spread, quote=quote), {"costs": cost, "rules": bt.Rules(mode)}
    fast, slow = bt.simulate(listed, candles, **settings), twin(listed, candles, **settings)
    assert equal(table(fast), [tuple(trade.values()) for trade in slow.trades])
    assert fast.rejected == slow.rejected
    assert fast.equity().tolist() == slow.equity


@given(cases(), spreads, costs, modes, st.data())
def test_p1_the_past_does_not_depend_on_the_future(case, spread, cost, mode, data):
    series, listed = case
    k = data.draw(st.integers(1, len(series)))
    settings = {"costs": cost, "rules": bt.Rules(mode)}
    whole = bt.simulate(listed, make_candles(series, spread=spread), **settings)
    known = [order for order in listed if order.at < k]
    part = bt.simulate(known, make_candles(series, spread=spread)[:k], **settings)
    reasons, ends = part.trades.to_numpy()["exit_reason"], whole.trades.to_numpy()["exit_index"]
    closed = [row for row, reason in zip(table(part), reasons, strict=True) if reason != bt.ExitReason.END_OF_DATA]
    assert equal(closed, [row for row, end in zip(table(whole), ends, strict=True) if end < k][: len(closed)])
    assert sum(ends < k) - len(closed) in (0, 1)  # 1: what the whole run closed at the last candle by END_OF_DATA


def mirrored(order):
    if isinstance(order, bt.Exit):
        return order
    price = None if order.price is None else MIRROR - order.price
    return dataclasses.replace(order, side=-order.side, price=price)


@given(cases(), st.sampled_from([0.0, 1.0, 2.4]), modes)
def test_p2_upside_down(case, slippage, mode):
    series, listed = case
    flipped = [(MIRROR - o, MIRROR - lo, MIRROR - h, MIRROR - c) for o, h, lo, c in series]
    settings = {"costs": bt.Costs(slippage=slippage), "rules": bt.Rules(mode)}
    up = bt.simulate(listed, make_candles(series), **settings).trades.to_numpy()
    settings["rules"] = bt.Rules(UPSIDE_DOWN.get(mode, mode))
    down = bt.simulate([mirrored(x) for x in listed], make_candles(flipped), **settings).trades.to_numpy()
    assert (up["side"] == -down["side"]).all() if len(up) == len(down) else False
    for name in PRICES:
        np.testing.assert_array_equal(up[name], MIRROR - down[name])
    for name in set(up.dtype.names) - PRICES - {"side"}:
        np.testing.assert_array_equal(up[name], down[name])


@given(st.lists(cases(), min_size=2, max_size=4), spreads, st.randoms())
def test_p3_alone_or_together_in_any_order(several, spread, shuffle):
    """Simulations on windows of one long series: the bytes of each do not depend on the others in the plan."""
    candles = make_candles([row for series, _ in several for row in series], spread=spread)
    starts = np.cumsum([0] + [len(series) for series, _ in several]).tolist()
    jobs = []
    for (_, listed), a, b in zip(several, starts, starts[1:], strict=False):
        jobs.append(([dataclasses.replace(order, at=order.at + a) for order in listed], Conditions(start=a, end=b)))
    alone = [bt.simulate(moved, candles, start=c.start, end=c.end).trades.to_numpy() for moved, c in jobs]
    order = list(range(len(jobs)))
    shuffle.shuffle(order)
    plan = Plan(candles)
    drivers = {k: plan.add(*jobs[k]) for k in order}
    plan.run()
    for k, rows_alone in enumerate(alone):
        assert equal(drivers[k].trades().tolist(), rows_alone.tolist())


@given(cases(), spreads, modes)
def test_p4_fills_lie_inside_their_candles(case, spread, mode):
    series, listed = case
    candles = make_candles(series, spread=spread)
    for trade in bt.simulate(listed, candles, rules=bt.Rules(mode)).trades:
        for index, price, lifted in (
            (trade["entry_index"], trade["entry_price"], trade["side"] > 0),
            (trade["exit_index"], trade["exit_price"], trade["side"] < 0),
        ):
            shift = spread if lifted else 0.0
            assert candles.low[index] + shift <= price <= candles.high[index] + shift


@given(cases(), spreads, st.integers(0, 3))
def test_p4_with_limits_that_must_be_exceeded(case, spread, through):
    series, listed = case
    candles = make_candles(series, spread=spread)
    for trade in bt.simulate(listed, candles, rules=bt.Rules(limit_through_ticks=through)).trades:
        shift = spread if trade["side"] > 0 else 0.0
        index = trade["entry_index"]
        assert candles.low[index] + shift <= trade["entry_price"] <= candles.high[index] + shift


@given(cases(), spreads, costs)
def test_p5_money_adds_up_and_costs_are_costs(case, spread, cost):
    series, listed = case
    result = bt.simulate(listed, make_candles(series, spread=spread), costs=cost, cash=1000.0)
    trades = result.trades.to_numpy()
    parts = [trades[name] for name in ("spread_cost", "slippage_cost", "commission", "financing")]
    assert all((part >= 0).all() for part in parts)
    np.testing.assert_allclose(trades["gross"] - sum(parts), trades["net"], rtol=1e-12, atol=1e-9)
    assert result.equity()[-1] - 1000.0 == pytest.approx(trades["net"].sum(), rel=1e-12, abs=1e-9)
    assert result.stats["final_equity"] == result.equity()[-1]


def on_its_last_candle(order, series, spread, mode):
    """Net of an order that has to be over by the end of the series, and what else there is to say of its trade."""
    rows = bt.simulate([order], make_candles(series, spread=spread), rules=bt.Rules(mode)).trades.to_numpy()
    return rows[0] if len(rows) else None


@given(rows(2, 2), orders(2), spreads)
def test_x2_on_one_candle_the_best_is_no_worse_than_any_path_and_the_worst_no_better(series, listed, spread):
    """One trade that has one candle to live. Over several candles this does not hold: an early stop can spare a gap."""
    for order in listed:
        if isinstance(order, bt.Exit):
            continue
        made = {mode: on_its_last_candle(order, series, spread, mode) for mode in AMBIGUITY_MODES}
        if made["worst"] is None:
            assert all(trade is None for trade in made.values())
            continue
        nets = {mode: trade["net"] for mode, trade in made.items()}
        assert nets["worst"] == min(nets.values())
        assert nets["best"] == max(nets.values())
        assert len({trade["ambiguous"] for trade in made.values()}) == 1
        assert len({trade["entry_price"] for trade in made.values()}) == 1
        waits = order.kind == "limit" and order.target is not None
        if not made["worst"]["ambiguous"] and not waits:
            assert len({trade.tobytes() for trade in made.values()}) == 1
