"""Streams: candles one at a time give what an array of all candles gives."""

from __future__ import annotations

import copy
import datetime
import pickle
from typing import Any

import numpy as np
import pytest

import btcore as bt
from btcore.program import COLUMNS, evaluate

CANDLES = bt.synthetic_candles(3000, seed=3).resample("5min")
FAST, SLOW = bt.ema(bt.close, 5), bt.rolling_mean(bt.close, 30)
EXPRESSIONS = {
    "number": bt.rsi(bt.close, 14),
    "condition": bt.crosses_above(FAST, SLOW),
    "all columns": (bt.open + bt.high - bt.low) * bt.close / (1 + bt.volume),
    "column": bt.close,
    "constant": bt.close * 0 + 1.5,
}


def rows(candles: bt.Candles = CANDLES) -> list[tuple[Any, ...]]:
    """(timestamp, open, high, low, close, volume) of each candle."""
    return list(zip(candles.timestamp.tolist(), *(getattr(candles, name).tolist() for name in COLUMNS), strict=True))


def whole(*exprs: bt.Expr) -> list[list[Any]]:
    """Values over all candles at once."""
    columns = {name: getattr(CANDLES, name) for name in COLUMNS}
    return [values.tolist() for values in evaluate(*exprs, columns=columns, length=len(CANDLES))]


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_the_bits_of_an_array(name: str) -> None:
    stream = bt.Stream(EXPRESSIONS[name])
    np.testing.assert_array_equal([stream.push(*row) for row in rows()], whole(EXPRESSIONS[name])[0])
    assert stream.count == len(CANDLES)


def test_conditions_are_booleans() -> None:
    assert bt.Stream(bt.close > 1).push(0, 1.0, 3.0, 1.0, 2.0) is True


def test_a_tuple_gives_a_tuple_of_its_kind() -> None:
    channel = bt.donchian(4)
    stream = bt.Stream(channel)
    found = [stream.push(*row) for row in rows()[:50]]
    assert type(found[-1]) is type(channel)
    assert found[-1].upper == whole(channel.upper)[0][49]
    plain = bt.Stream((bt.close, bt.close > 1))
    assert plain.push(0, 1.0, 3.0, 1.0, 2.0) == (2.0, True)


@pytest.mark.parametrize(
    "twin", [lambda s: pickle.loads(pickle.dumps(s)), copy.copy, copy.deepcopy], ids=["pickle", "copy", "deepcopy"]
)
def test_copies_go_on_by_themselves(twin: Any) -> None:
    expr = EXPRESSIONS["condition"]
    stream = bt.Stream(expr)
    for row in rows()[:100]:
        stream.push(*row)
    other = twin(stream)
    assert other.count == 100
    assert [other.push(*row) for row in rows()[100:]] == whole(expr)[0][100:]
    assert [stream.push(*row) for row in rows()[100:]] == whole(expr)[0][100:]


def test_state_continues_in_another_stream() -> None:
    stream, later = bt.Stream(SLOW), bt.Stream(SLOW)
    for row in rows()[:57]:
        stream.push(*row)
    later.state = stream.state
    assert later.count == 57
    assert [later.push(*row) for row in rows()[57:]] == whole(SLOW)[0][57:]


@pytest.mark.parametrize("length", [0, 7, 8, 15, 100])
def test_state_of_another_length_is_refused(length: int) -> None:
    stream = bt.Stream(FAST)
    stream.push(0, 1.0, 2.0, 1.0, 2.0)
    before = stream.state
    with pytest.raises(bt.DataError, match=f"state has {length} bytes"):
        stream.state = b"\x01" * length
    assert stream.state == before


def test_damaged_states_are_refused() -> None:
    """Places in rings and counts are part of a state: taken as they come they would point anywhere."""
    expr = bt.rolling_median(bt.close, 5) + bt.rolling_rank(bt.high, 40)
    stream, other = bt.Stream(expr), bt.Stream(expr)
    for row in rows()[:60]:
        stream.push(*row)
    state, before = stream.state, other.state
    for at in range(len(state)):
        with pytest.raises(bt.DataError, match="the state is damaged, or that of another expression"):
            other.state = state[:at] + bytes([state[at] ^ 64]) + state[at + 1 :]
    assert other.state == before
    other.state = state
    assert other.state == state


def test_states_of_other_expressions_are_refused() -> None:
    for mine, other in [(bt.rolling_min(bt.low, 5), bt.rolling_max(bt.low, 5)), (bt.ema(bt.low, 5), bt.ema(bt.low, 6))]:
        state = bt.Stream(other).state
        assert len(state) == len(bt.Stream(mine).state)
        with pytest.raises(bt.DataError, match="that of another expression"):
            bt.Stream(mine).state = state


@pytest.mark.parametrize(
    ("candle", "message"),
    [
        ((0, 1.0, 2.0, 1.0, 2.0), "candle 1: its time 1970-01-01T00:00:00.000000000 is not later than"),
        ((1, 1.0, 0.9, 0.8, 0.85), "candle 1: open 1.0, high 0.9, low 0.8, close 0.85 are no candle"),
        ((1, 1.0, 2.0, 1.5, 1.7), "are no candle"),
        ((1, 1.0, 2.0, 1.0, 2.1), "are no candle"),
        ((1, 1.0, 2.0, 0.0, 2.0), "prices are finite and above 0"),
        ((1, 1.0, float("inf"), 1.0, 2.0), "are no candle"),
        ((1, 1.0, 2.0, 1.0, float("nan")), "are no candle"),
        ((1, float("nan"), 2.0, 1.0, 2.0), "are no candle"),
    ],
)
def test_a_bad_candle_is_refused_and_leaves_no_trace(candle: tuple[Any, ...], message: str) -> None:
    stream = bt.Stream(bt.close.shift(1))
    stream.push(0, 1.0, 2.0, 1.0, 1.25)
    with pytest.raises(bt.DataError, match=message):
        stream.push(*candle)
    assert stream.count == 1
    assert stream.push(5, 1.0, 2.0, 1.0, 2.0) == 1.25


@pytest.mark.parametrize(
    "time",
    [
        np.datetime64("2024-03-01T10:00", "m"),
        np.int64(1_709_287_200_000_000_000),
        datetime.datetime(2024, 3, 1, 10, tzinfo=datetime.UTC),
        datetime.datetime(2024, 3, 1, 11, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
    ],
)
def test_times_of_every_kind(time: Any) -> None:
    stream = bt.Stream(bt.close)
    stream.push(time, 1.0, 2.0, 1.0, 2.0)
    with pytest.raises(bt.DataError, match="not later"):
        stream.push(1_709_287_200_000_000_000, 1.0, 2.0, 1.0, 2.0)
    stream.push(1_709_287_200_000_000_001, 1.0, 2.0, 1.0, 2.0)


@pytest.mark.parametrize("time", [datetime.datetime(2024, 3, 1), "2024-03-01", 1.5, None])
def test_a_time_without_a_zone_is_refused(time: Any) -> None:
    with pytest.raises(bt.DataError, match=r"timestamp is an int \(nanoseconds UTC\), a datetime64 or a datetime with"):
        bt.Stream(bt.close).push(time, 1.0, 2.0, 1.0, 2.0)


def test_arrays_have_no_value_for_candles_to_come() -> None:
    with pytest.raises(bt.ExpressionError, match="no value for candles that are still to come"):
        bt.Stream(bt.close > np.ones(5))
