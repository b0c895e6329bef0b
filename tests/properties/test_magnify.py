"""What must hold where candles are replayed by finer ones (rule X2): the twin, and the laws P1, P2 and P4."""

from __future__ import annotations

import itertools

import numpy as np
from golden.loader import UPSIDE_DOWN
from hypothesis import given
from hypothesis import strategies as st
from reference.engine import simulate as twin

import btcore as bt
from properties.test_laws import MINUTE, MIRROR, PRICES, costs, equal, mirrored, modes, orders, spreads, table

PARTS = 4


@st.composite
def series(draw):
    """(rows, finer rows of each): a few parts of some ticks make up a candle; some candles have no finer ones."""
    last, rows, finer = 1000, [], []
    for _ in range(draw(st.integers(2, 12))):
        parts = []
        for _ in range(draw(st.integers(1, PARTS))):
            opened = last + draw(st.sampled_from([0, 0, 0, 2, -3]))
            last = opened + draw(st.integers(-4, 4))
            wicks = draw(st.integers(0, 2)), draw(st.integers(0, 2))
            parts.append((opened, max(opened, last) + wicks[0], min(opened, last) - wicks[1], last))
        rows.append(gathered(parts))
        finer.append(parts if not finer or draw(st.integers(0, 5)) else [])
    return rows, finer


def gathered(parts):
    opens, highs, lows, closes = zip(*parts, strict=True)
    return opens[0], max(highs), min(lows), closes[-1]


def make(rows, finer, **settings):
    """Candles of so many minutes, and their minutes."""
    period = PARTS * MINUTE
    times = np.arange(len(rows), dtype=np.int64) * period
    stamps = [time + k * MINUTE for time, parts in zip(times, finer, strict=True) for k in range(len(parts))]
    columns = np.array(rows, dtype=np.float64).T
    fine = np.array(list(itertools.chain(*finer)), dtype=np.float64).T
    settings = {"tick": 1.0, **settings}
    candles = bt.Candles(times, *columns, period=period, **settings)
    return candles, bt.Candles(np.array(stamps, dtype=np.int64), *fine, period=MINUTE, **settings)


@st.composite
def cases(draw):
    rows, finer = draw(series())
    return rows, finer, draw(orders(len(rows)))


@given(cases(), spreads, costs, st.sampled_from(["bid", "ask", "mid"]), modes)
def test_twin(case, spread, cost, quote, mode):
    rows, finer, listed = case
    candles, fine = make(rows, finer, spread=spread, quote=quote)
    settings = {"costs": cost, "rules": bt.Rules(mode, magnify=fine)}
    fast, slow = bt.simulate(listed, candles, **settings), twin(listed, candles, **settings)
    assert equal(table(fast), [tuple(trade.values()) for trade in slow.trades])
    assert fast.rejected == slow.rejected
    assert fast.equity().tolist() == slow.equity


@given(cases(), spreads, costs, modes)
def test_one_finer_candle_that_is_the_candle_changes_nothing(case, spread, cost, mode):
    rows, _, listed = case
    candles, fine = make(rows, [[row] for row in rows], spread=spread)
    magnified = bt.simulate(listed, candles, costs=cost, rules=bt.Rules(mode, magnify=fine))
    assert equal(table(magnified), table(bt.simulate(listed, candles, costs=cost, rules=bt.Rules(mode))))


@given(cases(), spreads, costs)
def test_finer_candles_without_range_leave_nothing_open(case, spread, cost):
    """A path of single prices: no trade is ambiguous, and all modes are one."""
    _, finer, listed = case
    steps = [[(p, p, p, p) for part in parts for p in part] for parts in finer]
    steps = [parts or [(1000,) * 4] for parts in steps]
    period = PARTS * 4 * MINUTE
    rows = [gathered(parts) for parts in steps]
    times = np.arange(len(rows), dtype=np.int64) * period
    stamps = [time + k * MINUTE for time, parts in zip(times, steps, strict=True) for k in range(len(parts))]
    candles = bt.Candles(times, *np.array(rows, dtype=np.float64).T, tick=1.0, spread=spread, period=period)
    columns = np.array(list(itertools.chain(*steps)), dtype=np.float64).T
    fine = bt.Candles(np.array(stamps, dtype=np.int64), *columns, tick=1.0, period=MINUTE)
    made = [
        bt.simulate(listed, candles, costs=cost, rules=bt.Rules(mode, magnify=fine))
        for mode in ("worst", "best", "open_nearest", "ohlc", "olhc")
    ]
    assert not made[0].trades["ambiguous"].any()
    assert all(equal(table(result), table(made[0])) for result in made)


@given(cases(), spreads, modes, st.data())
def test_p1_the_past_does_not_depend_on_the_future(case, spread, mode, data):
    rows, finer, listed = case
    k = data.draw(st.integers(1, len(rows)))
    candles, fine = make(rows, finer, spread=spread)
    whole = bt.simulate(listed, candles, rules=bt.Rules(mode, magnify=fine))
    early, part = make(rows[:k], finer[:k], spread=spread)
    known = [order for order in listed if order.at < k]
    cut = bt.simulate(known, early, rules=bt.Rules(mode, magnify=part))
    reasons, ends = cut.trades["exit_reason"], whole.trades["exit_index"]
    closed = [row for row, reason in zip(table(cut), reasons, strict=True) if reason != bt.ExitReason.END_OF_DATA]
    assert equal(closed, [row for row, end in zip(table(whole), ends, strict=True) if end < k][: len(closed)])


@given(cases(), st.sampled_from([0.0, 1.0, 2.4]), modes)
def test_p2_upside_down(case, slippage, mode):
    rows, finer, listed = case

    def flip(part):
        return [(MIRROR - o, MIRROR - low, MIRROR - high, MIRROR - c) for o, high, low, c in part]

    cost = bt.Costs(slippage=slippage)
    candles, fine = make(rows, finer)
    up = bt.simulate(listed, candles, costs=cost, rules=bt.Rules(mode, magnify=fine)).trades.to_numpy()
    candles, fine = make(flip(rows), [flip(parts) for parts in finer])
    rules = bt.Rules(UPSIDE_DOWN.get(mode, mode), magnify=fine)
    down = bt.simulate([mirrored(x) for x in listed], candles, costs=cost, rules=rules).trades.to_numpy()
    assert len(up) == len(down)
    assert (up["side"] == -down["side"]).all()
    for name in PRICES:
        np.testing.assert_array_equal(up[name], MIRROR - down[name])
    for name in set(up.dtype.names) - PRICES - {"side"}:
        np.testing.assert_array_equal(up[name], down[name])


@given(cases(), spreads, modes)
def test_p4_fills_lie_inside_their_candles(case, spread, mode):
    rows, finer, listed = case
    candles, fine = make(rows, finer, spread=spread)
    for trade in bt.simulate(listed, candles, rules=bt.Rules(mode, magnify=fine)).trades:
        for index, price, lifted in (
            (trade["entry_index"], trade["entry_price"], trade["side"] > 0),
            (trade["exit_index"], trade["exit_price"], trade["side"] < 0),
        ):
            shift = spread if lifted else 0.0
            assert candles.low[index] + shift <= price <= candles.high[index] + shift
