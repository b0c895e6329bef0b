"""Sessions: events by hand, saving and continuing, candles and arguments that have no meaning."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import btcore as bt

TEN = bt.Instrument("TEN", 1.0)
UP = bt.close > bt.open


def kinds(events: list[bt.Event]) -> list[str]:
    return [event.kind for event in events]


def session(strategy: Any = None, **settings: Any) -> bt.Session:
    return bt.Session(strategy or bt.Strategy(UP, stop=5.0, target=5.0), TEN, **settings)


class Scripted(bt.WindowStrategy):
    """Answers by candle."""

    window = 1

    def __init__(self, answers: dict[int, Any], **settings: Any) -> None:
        self.answers = answers
        for name, value in settings.items():
            setattr(self, name, value)

    def on_candle(self, window: Any) -> Any:
        answer = self.answers.get(window.index)
        return answer(window) if answer else None


def test_events_by_hand() -> None:
    live = session(Scripted({
        0: lambda w: w.buy("limit", 90.0, expiry=2),
        2: lambda w: w.sell("stop", 95.0),
        3: lambda w: w.sell("stop", 94.0, stop=10.0),
        5: lambda w: [w.exit(), w.buy(stop=-1.0)],
        6: lambda w: w.buy(),
    }))  # fmt: skip
    flat = (100.0, 100.0, 100.0, 100.0)
    (event,) = live.push(0, *flat)
    assert (event.kind, event.index, event.time, event.order, event.reason) == ("placed", 0, 0, 0, None)
    assert (event.record.price, event.record.last_index, event.record.size) == (90.0, 2, 1.0)
    assert live.push(10, *flat) == []
    assert kinds(live.push(20, *flat)) == ["expired", "placed"]
    events = live.push(30, *flat)
    assert kinds(events) == ["replaced", "placed"]
    assert [(e.order, e.reason) for e in events] == [(1, bt.RejectReason.REPLACED), (2, None)]
    assert [order.price for order in live.orders] == [94.0]
    (event,) = live.push(40, 100.0, 100.0, 93.0, 96.0)
    assert (event.kind, event.order, event.record.entry_price, event.record.stop) == ("filled", 2, 94.0, 104.0)
    assert [p.side for p in live.positions] == [-1]
    assert live.equity == 10_000.0 - 2.0
    events = live.push(50, 96.0, 97.0, 96.0, 96.0)
    assert kinds(events) == ["rejected", "leaves"]
    assert events[0].reason == bt.RejectReason.WRONG_SIDE
    assert live.positions[0].leaving
    events = live.push(60, 97.0, 97.0, 97.0, 97.0)
    assert kinds(events) == ["closed", "placed"]
    assert (events[0].reason, events[0].record["net"]) == (bt.ExitReason.SIGNAL, -3.0)
    assert kinds(live.push(70, 97.0, 97.0, 97.0, 97.0)) == ["filled"]
    result = live.finish()
    assert result.trades["exit_reason"].tolist() == [bt.ExitReason.SIGNAL, bt.ExitReason.END_OF_DATA]
    assert result.rejected == {"EXPIRED": 1, "REPLACED": 1, "WRONG_SIDE": 1}
    assert len(live.trades) == 1


def test_in_and_out_on_one_candle() -> None:
    live = session()
    live.push(0, 100.0, 101.0, 100.0, 101.0)
    events = live.push(1, 101.0, 107.0, 101.0, 101.0)
    assert [(e.kind, e.order, e.reason) for e in events] == [("filled", 0, None), ("closed", -1, bt.ExitReason.TP)]
    assert events[0].record["exit_price"] == 106.0


def test_an_order_at_the_last_close_had_no_next_candle() -> None:
    live = session()
    live.push(0, 100.0, 101.0, 100.0, 101.0)
    assert live.finish().rejected == {"NO_NEXT_BAR": 1}
    assert kinds(live.push(1, 101.0, 101.0, 101.0, 101.0)) == ["filled"]


def test_two_sides_and_spreads() -> None:
    live = session(two_sided=True)
    live.push(0, 100.0, 101.0, 100.0, 101.0, ask=(102.0, 103.0, 102.0, 103.0))
    live.push(1, 101.0, 101.0, 101.0, 101.0, ask=(104.0, 104.0, 104.0, 104.0))
    assert live.positions[0].entry_price == 104.0
    live = session(spread=1.0)
    live.push(0, 100.0, 101.0, 100.0, 101.0)
    live.push(1, 101.0, 101.0, 101.0, 101.0, spread=3.0)
    assert live.positions[0].entry_price == 104.0
    live = session(costs=bt.Costs(spread=bt.HourlySpread({1: 4.0}, default=1.0)))
    live.push(0, 100.0, 101.0, 100.0, 101.0)
    live.push(3_600_000_000_000, 101.0, 101.0, 101.0, 101.0)
    assert live.positions[0].entry_price == 105.0


def test_copies_go_on_by_themselves() -> None:
    live = session()
    live.push(0, 100.0, 101.0, 100.0, 101.0)
    other = pickle.loads(pickle.dumps(live))
    live.push(1, 101.0, 101.0, 101.0, 101.0)
    assert (other.count, len(other.orders), other.positions) == (1, 1, [])
    other.push(1, 102.0, 102.0, 102.0, 102.0)
    assert [s.positions[0].entry_price for s in (live, other)] == [101.0, 102.0]
    later = session()
    later.state = live.state
    assert (later.count, later.equity, later.positions[0].entry_price) == (2, live.equity, 101.0)
    assert later.state == live.state


def test_compiled_strategies_keep_their_state() -> None:
    import ctypes

    doubles = ctypes.POINTER(ctypes.c_double)

    @ctypes.CFUNCTYPE(None, *[doubles] * 5, *[ctypes.c_int64] * 2, *[doubles] * 4)
    def third(open_, high, low, close, volume, window, index, values, position, state, order):  # type: ignore[no-untyped-def]
        state[0] += 1
        if state[0] == 3:
            order[bt.OrderField.SIDE] = 1.0

    make = lambda: session(bt.CompiledStrategy(third, 1, state=[0.0]))  # noqa: E731
    first, second = make(), make()
    for t in range(2):
        first.push(t, 100.0, 100.0, 100.0, 100.0)
    second.state = first.state
    assert kinds(second.push(2, 100.0, 100.0, 100.0, 100.0)) == ["placed"]


def test_what_a_function_raises_leaves_the_candle() -> None:
    def broken(window: Any) -> Any:
        raise ZeroDivisionError("no")

    live = session(Scripted({0: lambda w: w.buy(), 1: broken, 2: lambda w: w.exit()}))
    live.push(0, 100.0, 100.0, 100.0, 100.0)
    with pytest.raises(
        bt.CallbackError, match=r"raised at candle 1 \(1970-01-01T00:00:00 UTC\): ZeroDivisionError: no"
    ):
        live.push(1, 100.0, 100.0, 100.0, 100.0)
    assert (live.count, len(live.positions)) == (2, 1)
    assert kinds(live.push(2, 100.0, 100.0, 100.0, 100.0)) == ["leaves"]


def test_an_interrupt_arrives() -> None:
    def interrupted(window: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        session(Scripted({0: interrupted})).push(0, 100.0, 100.0, 100.0, 100.0)


@pytest.mark.parametrize(
    ("candle", "message"),
    [
        ((0, 100.0, 100.0, 100.0, 100.0), "candle 1: its time .* is not later than that of the candle before"),
        ((1, 100.5, 101.0, 100.0, 100.0), r"candle 1: open 100\.5 is not on the grid of tick 1\.0"),
        ((1, 100.0, 100.0, 100.0, 100.002), r"candle 1: close 100\.002 is not on the grid"),
        ((1, 100.0, 99.0, 100.0, 100.0), "are no candle"),
        ((1, 100.0, 100.0, 0.0, 100.0), "are no candle"),
        ((1, float("nan"), 100.0, 100.0, 100.0), "are no candle"),
        ((1, 1e17, 1e17, 1e17, 1e17), "is not on the grid"),
        (("1970-01-02", 100.0, 100.0, 100.0, 100.0), "timestamp is an int"),
    ],
)
def test_a_bad_candle_leaves_no_trace(candle: tuple[Any, ...], message: str) -> None:
    live = session()
    live.push(0, 100.0, 101.0, 100.0, 101.0)
    before = live.state
    with pytest.raises(bt.DataError, match=message):
        live.push(*candle)
    assert live.state == before
    assert kinds(live.push(1, 101.0, 101.0, 101.0, 101.0)) == ["filled"]


def test_sides_and_spreads_that_have_no_meaning() -> None:
    candle = (0, 100.0, 100.0, 100.0, 100.0)
    for live, extra, message in (
        (session(), {"ask": (1.0,) * 4}, "two_sided=False takes no ask="),
        (session(two_sided=True), {}, r"two_sided=True needs ask=\(open, high, low, close\)"),
        (session(two_sided=True), {"ask": (100.0, 99.0, 100.0, 100.0)}, "the ask .* is no candle"),
        (session(two_sided=True), {"ask": (100.5, 101.0, 100.0, 100.0)}, "open of the ask 100.5 is not on the grid"),
        (session(costs=bt.Costs(spread=1.0)), {"spread": 2.0}, "its spread is that of costs or of its two sides"),
        (session(), {"spread": -1.0}, "spread must be finite and not negative"),
    ):
        with pytest.raises(bt.DataError, match=message):
            live.push(*candle, **extra)
        assert live.count == 0


ARRAY = np.ones(5, dtype=bool)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: session(bt.Strategy(ARRAY)), "an array in an expression has no value for candles"),
        (
            lambda: session([bt.Order(1, 1)]),
            "a session follows a Strategy, WindowStrategy or CompiledStrategy, got list",
        ),
        (lambda: session(bt.Strategy(bt.timeframe("1h", UP))), "needs period="),
        (lambda: session(costs=bt.Costs(spread=np.ones(3))), "an array has no value for candles to come"),
        (lambda: session(spread=np.ones(3)), "spread is one number"),
        (lambda: session(quote="last"), "quote must be one of bid, ask, mid"),
        (lambda: session(quote="mid", two_sided=True), "is pushed bid prices"),
        (lambda: session(cash=-1.0), "cash must be a finite number above 0"),
        (lambda: bt.Session(bt.Strategy(UP), "EURUSD"), "instrument must be an Instrument with a tick"),
        (lambda: bt.Session(bt.Strategy(UP), bt.Instrument("X", None)), "instrument must be an Instrument with a tick"),
    ],
)
def test_arguments_that_have_no_meaning(make: Any, message: str) -> None:
    with pytest.raises(bt.BtcoreError, match=message):
        make()


def test_timeframes_need_a_period() -> None:
    live = session(bt.Strategy(bt.close > bt.timeframe("1h", bt.close)), period="1min")
    assert live.push(0, 100.0, 100.0, 100.0, 100.0) == []
    with pytest.raises(bt.DataError, match="sooner than the period"):
        live.push(1, 100.0, 100.0, 100.0, 100.0)


def test_damaged_states_are_refused() -> None:
    """And leave a session as it was."""
    strategy = bt.Strategy(UP, bt.close < bt.open, stop=0.5, targets=[(0.5, 0.5), (0.5, 1.0)], max_positions=3)
    live, other = session(strategy), session(strategy)
    for t in range(5):
        live.push(t, 100.0, 102.0, 99.0, 101.0)
    state, before = live.state, other.state
    for at in range(0, len(state), 7):
        with pytest.raises(bt.DataError, match="the state is damaged, or that of another"):
            other.state = state[:at] + bytes([state[at] ^ 8]) + state[at + 1 :]
        assert other.state == before


def test_states_that_do_not_fit() -> None:
    live = session()
    live.push(0, 100.0, 101.0, 100.0, 101.0)
    state = live.state
    for other, bad in (
        (session(), state[:-1]),
        (session(), b""),
        (session(bt.Strategy(bt.ema(bt.close, 3) > bt.open)), state),
        (session(bt.Strategy(UP, max_positions=3)), state),
        (session(Scripted({})), state),
    ):
        with pytest.raises(bt.DataError, match="state"):
            other.state = bad


def test_nothing_to_finish() -> None:
    live = session()
    assert (live.equity, live.positions, live.orders, len(live.trades)) == (10_000.0, [], [], 0)
    with pytest.raises(bt.DataError, match="no candle has come yet"):
        live.finish()


def test_what_a_session_does_not_keep() -> None:
    live = session()
    live.push(0, 100.0, 100.0, 100.0, 100.0)
    with pytest.raises(bt.StrategyError, match="keeps no equity curve"):
        live.finish().equity()
    with pytest.raises(bt.StrategyError, match="keeps no candles"):
        live.finish().ambiguity()
    with pytest.raises(bt.StrategyError, match="has no content hash"):
        _ = live.finish().content_hash
