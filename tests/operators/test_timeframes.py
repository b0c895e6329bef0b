"""Longer timeframes inside expressions: what they are, when they become visible, and that nothing later changes it."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from operators.cases import assert_close, assert_same_bits
from reference.operators import evaluate as twin_evaluate

import btcore as bt
from btcore._core.types import BLOCK, WORD
from btcore.clocks import DEEPEST
from btcore.expr import Expr
from btcore.program import COLUMNS, Program, evaluate

MINUTE = 60 * 10**9
NEW_YORK = {"tz": "America/New_York", "roll": "17:00"}
EXACT = (
    bt.timeframe("1h", bt.close),
    bt.timeframe("15min", bt.close > bt.open),
    bt.timeframe("4h", bt.high - bt.low + bt.open),
    bt.timeframe("1h", bt.volume),
    bt.timeframe("1h", bt.ema(bt.close, 3)) - bt.timeframe("1h", bt.ema(bt.close, 5)),
    bt.timeframe("1h", bt.atr(3)),
    bt.timeframe("1h", bt.crosses_above(bt.close, bt.ema(bt.close, 3))) & (bt.close > bt.open),
    bt.timeframe("1d", bt.close.shift(1), **NEW_YORK),
    bt.timeframe("1w", bt.rolling_max(bt.high, 2), **NEW_YORK),
    bt.timeframe("4h", bt.open, **NEW_YORK),
    bt.timeframe("1h", bt.hour(tz="Europe/London")),
    bt.timeframe("1h", bt.between("08:00", "16:00", tz="Europe/London")),
    bt.timeframe("1d", bt.new_day(tz="+05:30"), tz="+05:30", roll="03:00"),
    bt.timeframe("1h", bt.timeframe("4h", bt.close.shift(1)) + bt.close),
    bt.timeframe("1h", bt.timeframe("1d", bt.timeframe("1w", bt.low), **NEW_YORK) > bt.close),
    bt.timeframe("1h", 2.5),
    bt.timeframe("1min", bt.close),
    bt.timeframe("7h", bt.low).shift(2),
    bt.timeframe("30min", bt.where(bt.close > bt.open, bt.high, bt.low)),
)


def gappy(count: int, seed: int, start: str = "2024-03-08T13:00", keep: float = 0.4, step: int = 1) -> bt.Candles:
    """Candles of a minute, many missing, with a weekend and the clock changes of March 2024 where it is long."""
    random = np.random.default_rng(seed)
    minutes = np.cumsum(np.where(random.random(count) < keep, 1, random.choice([2, 7, 61, 400], count))) * step
    times = np.datetime64(start, "ns").astype(np.int64) + minutes * MINUTE
    close = np.round(1000 + random.normal(size=count).cumsum() * 3)
    opened = np.concatenate([[1000.0], close[:-1]])
    high = np.maximum(opened, close) + random.integers(0, 4, count)
    low = np.minimum(opened, close) - random.integers(0, 4, count)
    return bt.Candles(times, opened, high, low, close, random.integers(0, 50, count), tick=1.0, period="1min")


def values(candles: bt.Candles, *exprs: Expr) -> list[np.ndarray]:
    """Values on every candle."""
    columns = {name: getattr(candles, name) for name in ("timestamp", *COLUMNS)}
    return evaluate(*exprs, columns=columns, length=len(candles), duration=candles.duration)


def twins(candles: bt.Candles, *exprs: Expr) -> list[np.ndarray]:
    """The same by the twin."""
    return [
        np.array(twin_evaluate(expr, candles), dtype=bool if expr.kind == "condition" else np.float64) for expr in exprs
    ]


CANDLES = {
    "gaps": gappy(1500, 1),
    "dense": gappy(1200, 2, keep=1.0),
    "sparse": gappy(900, 3, keep=0.0),
    "spring in London": gappy(700, 4, start="2024-03-29T20:00", keep=0.9),
    "autumn before 1970": gappy(700, 5, start="1968-10-26T00:00", keep=0.9),
    "one": gappy(1, 6),
}


@pytest.mark.parametrize("name", CANDLES)
def test_twin(name: str) -> None:
    candles = CANDLES[name]
    for expr, found, expected in zip(EXACT, values(candles, *EXACT), twins(candles, *EXACT), strict=True):
        assert_same_bits(found, expected, repr(expr))


def test_twin_of_sums() -> None:
    exprs = bt.timeframe("15min", bt.rolling_mean(bt.close, 4)), bt.timeframe("1h", bt.zscore(bt.close, 5))
    for found, expected in zip(values(CANDLES["gaps"], *exprs), twins(CANDLES["gaps"], *exprs), strict=True):
        assert_close(found, expected, 1e-9, scale=np.maximum(np.abs(expected), 1.0))


FRAMES: list[tuple[str, dict[str, str]]] = [("1min", {}), ("5min", {}), ("1h", {}), ("7h", {}), ("1d", {}), ("1w", {}),
    ("1h", NEW_YORK), ("4h", {"tz": "Asia/Kolkata"}), ("1d", NEW_YORK), ("2d", NEW_YORK), ("1w", NEW_YORK),
    ("1d", {"tz": "Australia/Sydney", "roll": "07:00"}), ("1d", {"roll": "22:00"}),
    ("2w", {"tz": "Etc/GMT+5"})]  # fmt: skip


@pytest.mark.parametrize(("timeframe", "zone"), FRAMES)
@pytest.mark.parametrize("name", [name for name in CANDLES if name != "one"])
def test_buckets_are_the_candles_of_resample(name: str, timeframe: str, zone: dict[str, str]) -> None:
    candles = CANDLES[name]
    longer = candles.resample(timeframe, **zone)
    fields = [values(candles, bt.timeframe(timeframe, column, **zone))[0] for column in
              (bt.open, bt.high, bt.low, bt.close, bt.volume)]  # fmt: skip
    held = np.searchsorted(longer.timestamp, candles.timestamp, side="right") - 1
    last = np.append(held[1:] != held[:-1], True)
    for found, column in zip(fields, COLUMNS, strict=True):
        series = getattr(longer, column)
        before = np.where(held > 0, series[held - 1], np.nan)
        # the longer candle before, or its own on the last candle of it
        own = last & (found == series[held])
        assert_same_bits(np.where(own, before, found), before)
        if timeframe == "1min":
            np.testing.assert_array_equal(found, getattr(candles, column))


def test_by_hand() -> None:
    """Two hours of quarters, of which 10:45 and 11:00 are missing; 12:45 is there."""
    quarters = np.array([0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12]) * 15 * MINUTE + 10 * 60 * MINUTE
    close = np.arange(1.0, 12.0)
    candles = bt.Candles(quarters, close, close, close, close, tick=1.0)
    found = values(candles, bt.timeframe("1h", bt.close), bt.timeframe("1h", bt.close > 3))
    # 10:00 .. 10:30: nothing is over; 11:15: the hour from 10:00 is, with 10:30 as its last; 11:45 lasts to 12:00;
    # 12:45 lasts to 13:00; 13:00 belongs to the next hour
    np.testing.assert_array_equal(found[0], [np.nan] * 3 + [3, 3, 6, 6, 6, 6, 10, 10])
    assert found[1].tolist() == [False] * 5 + [True] * 6


def test_a_day_of_foreign_exchange_by_hand() -> None:
    """The week ends on Friday 17:00 in New York, 21:00 UTC in July; Friday's day is over with the last candle."""
    texts = ["2024-07-12T20:58", "2024-07-12T20:59", "2024-07-14T21:00", "2024-07-14T21:01"]
    close = np.arange(1.0, 5.0)
    candles = bt.Candles(np.array(texts, "datetime64[ns]"), close, close, close, close, tick=1.0)
    day, week = values(candles, bt.timeframe("1d", bt.close, **NEW_YORK), bt.timeframe("1w", bt.close, **NEW_YORK))
    np.testing.assert_array_equal(day, [np.nan, 2, 2, 2])
    np.testing.assert_array_equal(week, [np.nan, np.nan, 2, 2])


# --- the future changes nothing --------------------------------------------------------------------------------------


MINUTES = st.lists(st.sampled_from([1, 1, 1, 2, 5, 58, 60, 61, 600, 3000]), min_size=2, max_size=120)
PICKED = st.lists(st.sampled_from(EXACT), min_size=1, max_size=4)


def walk(steps: list[int], start: int, seed: int) -> bt.Candles:
    times = (np.cumsum(steps) + start) * MINUTE
    random = np.random.default_rng(seed)
    close = 1000.0 + random.integers(-50, 50, len(steps))
    return bt.Candles(times, close, close + 2, close - 2, close + 1, close % 7, tick=1.0, period="1min")


@settings(max_examples=150)
@given(MINUTES, st.integers(-(10**6), 3 * 10**7), PICKED, st.data())
def test_a_cut_future_changes_nothing(steps: list[int], start: int, exprs: list[Expr], data: Any) -> None:
    candles = walk(steps, start, 1)
    k = data.draw(st.integers(1, len(candles)))
    for early, whole in zip(values(candles[:k], *exprs), values(candles, *exprs), strict=True):
        assert_same_bits(early, whole[:k])


@settings(max_examples=150)
@given(MINUTES, MINUTES, st.integers(-(10**6), 3 * 10**7), PICKED, st.data())
def test_another_future_changes_nothing(
    steps: list[int], other: list[int], start: int, exprs: list[Expr], data: Any
) -> None:
    k = data.draw(st.integers(1, len(steps)))
    one, two = walk(steps, start, 1), walk(steps[:k] + other, start, 1)
    prices = {name: getattr(two, name).copy() for name in COLUMNS}
    for name, column in prices.items():
        column[:k] = getattr(one, name)[:k]
    two = bt.Candles(two.timestamp, *prices.values(), tick=1.0, period="1min")
    for found, expected in zip(values(two, *exprs), values(one, *exprs), strict=True):
        assert_same_bits(found[:k], expected[:k])


@settings(max_examples=60)
@given(MINUTES, st.integers(-(10**6), 3 * 10**7), PICKED)
def test_any_gaps(steps: list[int], start: int, exprs: list[Expr]) -> None:
    candles = walk(steps, start, 2)
    for expr, found, expected in zip(exprs, values(candles, *exprs), twins(candles, *exprs), strict=True):
        assert_same_bits(found, expected, repr(expr))


def test_slices_keep_what_the_candles_know_of_their_period() -> None:
    """The steps of the first candles are longer than those of all; what was inferred from all is kept."""
    steps = [2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 52, 2, 2]
    made = walk(steps, 0, 1)
    candles = bt.Candles(made.timestamp, made.open, made.high, made.low, made.close, tick=1.0)
    assert (candles.period, candles.duration) == (MINUTE, MINUTE)
    part = candles[:4]
    assert (part.period, part.duration, part[1:3].duration) == (MINUTE, MINUTE, MINUTE)
    assert pickle.loads(pickle.dumps(part)).duration == MINUTE
    expr = bt.timeframe("10min", bt.close)
    assert_same_bits(values(part, expr)[0], values(candles, expr)[0][:4])


# --- blocks, streams, company ----------------------------------------------------------------------------------------


LONG = gappy(3 * BLOCK + 99, 7, keep=0.95)


@pytest.mark.parametrize("ahead", [1, WORD - 1, WORD, BLOCK // 2, BLOCK, BLOCK + 7])
def test_candles_cut_at_other_places(ahead: int) -> None:
    """Candles far in the past move the others to other places in word and block; what forgets them is the same."""
    exprs = [bt.timeframe("15min", bt.close), bt.timeframe("1h", bt.high > bt.low + 4), bt.timeframe("4h", bt.volume),
             bt.timeframe("5min", bt.timeframe("30min", bt.open))]  # fmt: skip
    before = LONG.timestamp[0] - 10**6 * MINUTE + np.arange(ahead) * MINUTE
    prices = [np.concatenate([np.full(ahead, 1000.0), getattr(LONG, name)]) for name in COLUMNS]
    moved = bt.Candles(np.concatenate([before, LONG.timestamp]), *prices, tick=1.0, period="1min")
    for found, expected in zip(values(moved, *exprs), values(LONG, *exprs), strict=True):
        known = int(np.argmax(LONG.timestamp >= LONG.timestamp[0] + 600 * MINUTE))
        assert_same_bits(found[ahead + known :], expected[known:])


@pytest.mark.parametrize("length", [1, 2, WORD, BLOCK // 2 - 1, BLOCK // 2, BLOCK // 2 + 1, BLOCK, 2 * BLOCK + 1])
def test_any_prefix(length: int) -> None:
    for found, expected in zip(values(LONG[:length], *EXACT), values(LONG, *EXACT), strict=True):
        assert_same_bits(found, expected[:length])


def test_every_candle_completes_a_bucket_and_the_first_of_a_block_two() -> None:
    """More buckets than candles in a block: one was open, and each candle lasts to the end of its own."""
    count = 2 * BLOCK
    minutes = np.arange(count) * 60 + 59
    minutes[[BLOCK // 2 - 1, BLOCK - 1]] -= 1
    close = np.arange(1.0, count + 1)
    candles = bt.Candles(minutes * MINUTE, close, close, close, close, tick=1.0, period="1min")
    expr, inner = bt.timeframe("1h", bt.close), bt.timeframe("1h", bt.timeframe("1h", bt.close.shift(1)))
    expected = np.where(np.isin(np.arange(count), [BLOCK // 2 - 1, BLOCK - 1]), close - 1, close)
    found = values(candles, expr, inner, bt.timeframe("1h", bt.close > 0))
    assert_same_bits(found[0], expected)
    assert_same_bits(found[1], np.where(expected > 1, expected - 1, np.nan))
    assert found[2].all()


def test_alone_together_and_the_other_way_round() -> None:
    alone = [values(LONG, expr)[0] for expr in EXACT]
    for found, expected in zip(values(LONG, *EXACT), alone, strict=True):
        assert_same_bits(found, expected)
    for found, expected in zip(values(LONG, *EXACT[::-1]), alone[::-1], strict=True):
        assert_same_bits(found, expected)


def test_streams() -> None:
    stream = bt.Stream(EXACT, period="1min")
    rows = zip(LONG.timestamp.tolist(), *(getattr(LONG, name).tolist() for name in COLUMNS), strict=True)
    found = []
    for k, row in enumerate(rows):
        if k in (500, 501, 2222):
            stream = pickle.loads(pickle.dumps(stream))
        found.append(stream.push(*row))
    assert stream.period == MINUTE
    for column, expected in zip(zip(*found, strict=True), values(LONG, *EXACT), strict=True):
        np.testing.assert_array_equal(column, expected)


def test_functions_of_the_caller_on_buckets() -> None:
    """They see buckets; a candle on which one raises can be pushed again."""
    failing = [False]

    def change(window: np.ndarray) -> float:
        if failing[0]:
            raise RuntimeError("not now")
        return float(window[0] - window[-1])

    expr = bt.timeframe("15min", bt.rolling_apply(bt.close, 4, change))
    expected = values(LONG, bt.timeframe("15min", bt.close.shift(3) - bt.close))[0]
    assert_same_bits(values(LONG, expr)[0], expected)
    stream, found, failures = bt.Stream(expr, period="1min"), [], 0
    rows = zip(LONG.timestamp.tolist(), *(getattr(LONG, name).tolist() for name in COLUMNS), strict=True)
    for k, row in enumerate(rows):
        failing[0] = k % 3 == 0
        try:
            found.append(stream.push(*row))
        except RuntimeError:
            failures, failing[0] = failures + 1, False
            found.append(stream.push(*row))
    np.testing.assert_array_equal(found, expected)
    assert failures > 100


def test_state_of_a_stream_moves_to_another() -> None:
    expr = bt.timeframe("5min", bt.ema(bt.close, 3))
    one, two = bt.Stream(expr, period="1min"), bt.Stream(expr, period=MINUTE)
    rows = list(zip(LONG.timestamp.tolist(), *(getattr(LONG, name).tolist() for name in COLUMNS), strict=True))
    for row in rows[:300]:
        one.push(*row)
    two.state = one.state
    np.testing.assert_array_equal([two.push(*row) for row in rows[300:400]], values(LONG, expr)[0][300:400])


def test_equal_timeframes_are_gathered_once() -> None:
    program = Program()
    hour = [bt.timeframe("1h", bt.close), bt.timeframe("60min", bt.high), bt.timeframe("h", bt.close > bt.open)]
    slots = [program.slot(expr) for expr in hour]
    assert len(set(slots)) == 3
    assert program.slot(bt.timeframe("1h", bt.close)) == slots[0]
    assert sum(made[1].op == "bucket" for made in program._nodes) == 1
    program.slot(bt.timeframe("1h", bt.close, tz="Europe/London"))
    assert sum(made[1].op == "bucket" for made in program._nodes) == 2


def test_a_level_takes_a_timeframe() -> None:
    candles = bt.synthetic_candles(20_000, seed=5)
    atr = bt.timeframe("1h", bt.atr(5))
    signal = bt.timeframe("15min", bt.close > bt.ema(bt.close, 5))
    strategy = bt.Strategy(signal & ~signal.shift(1), stop=2 * atr, max_bars=60)
    rows = bt.simulate(strategy, candles).trades.to_numpy()
    assert len(rows) > 20
    distance = rows["entry_price"] - rows["stop_price"]
    np.testing.assert_allclose(distance, 2 * values(candles, atr)[0][rows["signal_index"]], atol=1.1e-5)


# --- arguments -------------------------------------------------------------------------------------------------------


def test_a_tuple_stays_one_and_labels_are_short() -> None:
    channel = bt.timeframe("1h", bt.donchian(3), **NEW_YORK)
    assert type(channel) is type(bt.donchian(3))
    assert repr(channel.upper) == "timeframe('1h', rolling_max(high, 3), tz='America/New_York', roll='17:00')"
    assert bt.timeframe("60min", bt.close).equals(bt.timeframe("1h", bt.close))
    assert isinstance(bt.timeframe("1h", (bt.close, bt.open)), tuple)
    again = pickle.loads(pickle.dumps(channel.upper))
    assert again.equals(channel.upper)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bt.timeframe("1x", bt.close), "timeframe must be like"),
        (lambda: bt.timeframe("1h", bt.close, tz="nowhere"), "is not a known zone"),
        (lambda: bt.timeframe("1h", bt.close, roll="25:00"), "roll must be a time of day"),
        (lambda: bt.timeframe("7h", bt.close, roll="17:00"), "'7h' neither divides a day nor is a number of days"),
        (lambda: bt.Stream(bt.timeframe("1h", bt.close)), "needs period=, how long a candle lasts"),
        (lambda: bt.Stream(bt.timeframe("1h", bt.close), period="2h"), "'1h' is shorter than the candles.*7200 sec"),
        (lambda: bt.Stream(bt.timeframe("1h", bt.close), period="25min"), "'1h' is not a multiple of the candles' per"),
        (lambda: bt.Stream(bt.close, period=0), "period must be like '1min' or whole nanoseconds above 0, got 0"),
        (lambda: values(LONG, bt.timeframe("4h", bt.timeframe("1h", bt.close))), "'1h' is not a multiple of '4h'"),
        (lambda: values(CANDLES["gaps"].resample("4h"), bt.timeframe("1h", bt.close)), "shorter than the candles"),
        (lambda: values(CANDLES["gaps"].resample("1h"), bt.timeframe("90min", bt.close)), "not a multiple of the can"),
    ],
)  # fmt: skip
def test_errors(call: Any, message: str) -> None:
    with pytest.raises(bt.ParameterError, match=message):
        call()


def test_timeframes_are_not_nested_without_end() -> None:
    expr = bt.close
    for _ in range(DEEPEST):
        expr = bt.timeframe("1h", expr)
    assert_same_bits(values(LONG, expr)[0], values(LONG, bt.timeframe("1h", bt.close))[0])
    with pytest.raises(bt.ParameterError, match=f"up to {DEEPEST} deep"):
        values(LONG, bt.timeframe("1h", expr))


def test_arrays_have_no_value_per_bucket() -> None:
    with pytest.raises(bt.ExpressionError, match="an array inside a timeframe"):
        values(LONG, bt.timeframe("1h", bt.close > np.ones(len(LONG))))


def test_times_are_needed() -> None:
    with pytest.raises(bt.DataError, match="the expressions need the candles' timestamp"):
        evaluate(bt.timeframe("1h", bt.close), columns={name: np.ones(3) for name in COLUMNS}, length=3)


def test_a_candle_that_comes_too_soon_is_refused() -> None:
    stream = bt.Stream(bt.timeframe("5min", bt.close), period="1min")
    stream.push(0, 1.0, 1.0, 1.0, 1.0)
    with pytest.raises(bt.DataError, match="comes 59 seconds after the candle before, sooner than the period of 60 se"):
        stream.push(59 * 10**9, 1.0, 1.0, 1.0, 1.0)
    assert stream.count == 1
    stream.push(MINUTE, 1.0, 1.0, 1.0, 1.0)


def test_declared_periods() -> None:
    one = [1.0, 1.0, 1.0]
    candles = bt.Candles([0, 5 * MINUTE, 9 * MINUTE], one, one, one, one, period="1min")
    assert (candles.period, candles.duration) == (MINUTE, MINUTE)
    assert bt.Candles([0, 5 * MINUTE, 9 * MINUTE], one, one, one, one).duration == 4 * MINUTE
    assert bt.Candles([0], [1], [1], [1], [1]).duration == 0
    with pytest.raises(bt.DataError, match=r"1 of 3 candles come sooner than period='5min' .* candle 2 .* 240 seconds"):
        bt.Candles([0, 5 * MINUTE, 9 * MINUTE], one, one, one, one, period="5min")
    for wrong in (-1, 1.5, True, "soon"):
        with pytest.raises(bt.ParameterError, match="must be like"):
            bt.Candles([0], [1], [1], [1], [1], period=wrong)
    frame = {"time": [0, MINUTE * 3], "open": [5, 6], "high": [7, 8], "low": [4, 5], "close": [6, 7]}
    assert bt.Candles.from_frame(frame, period="1min").duration == MINUTE


def test_the_period_is_part_of_what_a_result_came_from() -> None:
    strategy = bt.Strategy(bt.timeframe("10min", bt.close > bt.open))
    made = walk([5] * 60, 0, 1)
    columns = made.timestamp, made.open, made.high, made.low, made.close
    hashes = {bt.simulate(strategy, bt.Candles(*columns, tick=1.0, period=p)).content_hash for p in ("1min", "5min")}
    assert len(hashes) == 2


def test_saved_candles_keep_what_they_know(tmp_path: Any) -> None:
    saved = CANDLES["gaps"].save(tmp_path / "candles")
    assert (saved.period, saved.duration) == (MINUTE, MINUTE)
    assert pickle.loads(pickle.dumps(saved[10:20])).duration == MINUTE
    assert dataclasses.is_dataclass(saved.instrument)
