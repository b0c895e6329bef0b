"""``simulate``: its arguments, its window, its hash."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

import btcore as bt
from btcore import errors
from btcore.expr import close, open_

N = 300
CANDLES = bt.synthetic_candles(N, seed=3)
UP = close > open_
ORDERS = [bt.Order(5, "long", stop=0.001), bt.Exit(50)]


def strategy(**changes: Any) -> bt.Strategy:
    """A strategy with changed arguments."""
    return bt.Strategy(**({"enter_long": UP, "stop": 0.001, "target": bt.percent(0.1), "max_bars": 5} | changes))


def assert_same_trades(one: bt.Result, other: bt.Result) -> None:
    """The same rows, NaN equal to NaN."""
    assert len(one.trades) == len(other.trades)
    for name in one.trades.to_numpy().dtype.names or ():
        np.testing.assert_array_equal(one.trades.to_numpy()[name], other.trades.to_numpy()[name], err_msg=name)


# --- arguments --------------------------------------------------------------------------------------------------------


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"candles": None}, errors.ParameterError, "candles must be Candles, got NoneType; see Candles.from_frame"),
    ({"candles": pd.DataFrame()}, errors.ParameterError, "candles must be Candles, got DataFrame"),
    ({"strategy": None}, errors.ParameterError, "strategy must be a Strategy or a list of .*, got NoneType"),
    ({"strategy": UP}, errors.ParameterError, "strategy must be a Strategy or a list of Order and Exit, got Expr"),
    ({"strategy": [UP]}, errors.StrategyError, "a list of orders holds Order and Exit, got close > open"),
    ({"strategy": [bt.Order(N, "long")]}, errors.StrategyError, f"is decided at candle {N}, but there are {N} candles"),
    ({"strategy": [bt.Exit(10**12)]}, errors.StrategyError, "decided at candle 1000000000000, but there are 300"),
    ({"costs": 0.1}, errors.ParameterError, "costs must be Costs, got float"),
    ({"rules": "worst"}, errors.ParameterError, "rules must be Rules, got str"),
    ({"cash": 0}, errors.ParameterError, "cash must be a finite number above 0, got 0"),
    ({"cash": -5.0}, errors.ParameterError, "cash must be a finite number above 0, got -5.0"),
    ({"cash": float("nan")}, errors.ParameterError, "cash must be a finite number above 0, got nan"),
    ({"cash": float("inf")}, errors.ParameterError, "cash must be a finite number above 0, got inf"),
    ({"cash": True}, errors.ParameterError, "cash must be a finite number above 0, got True"),
    ({"cash": "10000"}, errors.ParameterError, "cash must be a finite number above 0, got '10000'"),
    ({"size": 0}, errors.StrategyError, "size must be finite and above 0, got 0"),
    ({"size": "all"}, errors.ExpressionError, "cannot use 'all' in an expression"),
    ({"strategy": ORDERS, "size": close}, errors.StrategyError, "order at 5: its size must be a number"),
    ({"start": -1}, errors.ParameterError, r"evaluation window \[-1, 300\) must lie inside the 300 candles"),
    ({"start": N}, errors.ParameterError, r"window \[300, 300\) must lie inside the 300 candles and hold at least one"),
    ({"end": N + 1}, errors.ParameterError, r"evaluation window \[0, 301\)"),
    ({"start": 10, "end": 10}, errors.ParameterError, r"evaluation window \[10, 10\) .* hold at least one"),
    ({"start": 20, "end": 10}, errors.ParameterError, r"evaluation window \[20, 10\)"),
    ({"start": "soon"}, errors.ParameterError, "start and end are indices or times like '2020-01-31', got 'soon'"),
    ({"start": 1.0}, errors.ParameterError, "start and end are indices of candles or times, got 1.0"),
    ({"end": True}, errors.ParameterError, "start and end are indices of candles or times, got True"),
    ({"end": np.datetime64("NaT")}, errors.ParameterError, "start and end are indices of candles or times, got "),
    ({"start": "1999-01-01", "end": "1999-01-02"}, errors.ParameterError, r"evaluation window \[0, 0\)"),
    ({"strategy": strategy(enter_long=[True])}, errors.DataError, "has 1 values for 300 candles; give one value per"),
    ({"strategy": strategy(stop=np.ones(N + 1))}, errors.DataError, "has 301 values for 300 candles"),
    ({"strategy": strategy(size=np.ones(2))}, errors.DataError, "has 2 values for 300 candles"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "error", "message"), WRONG, ids=range(len(WRONG)))
def test_arguments_that_have_no_meaning(changes: dict[str, Any], error: type[Exception], message: str) -> None:
    arguments = {"strategy": strategy(), "candles": CANDLES} | changes
    with pytest.raises(error, match=message) as caught:
        bt.simulate(**arguments)
    assert isinstance(caught.value, errors.BtcoreError)


@pytest.mark.parametrize("name", ["max_bars", "expiry"])
@pytest.mark.parametrize("count", [2**63 - 2, 2**63 - 1, 2**63, 2**70])
def test_limits_beyond_the_clock_are_no_limits(name: str, count: int) -> None:
    """Refused with a plain message, or never reached; no overflow."""
    try:
        order = bt.Order(5, "long", "limit", 2.0, **{name: count})
        unlimited = bt.simulate([bt.Order(5, "long", "limit", 2.0)], CANDLES)
        result = bt.simulate([order], CANDLES)
    except errors.BtcoreError:
        return
    assert_same_trades(result, unlimited)


def test_any_iterable_of_orders() -> None:
    expected = bt.simulate(ORDERS, CANDLES)
    assert len(expected.trades) == 1
    for orders in (tuple(ORDERS), iter(ORDERS), ORDERS[::-1]):
        assert_same_trades(bt.simulate(orders, CANDLES), expected)


def test_orders_outside_the_window_are_left_out() -> None:
    orders = [bt.Order(at, "long", max_bars=1) for at in (5, 99, 100, 199, 200)]
    result = bt.simulate(orders, CANDLES, start=100, end=200)
    assert result.trades.to_numpy()["signal_index"].tolist() == [100]
    assert dict(result.rejected) == {"NO_NEXT_BAR": 1}


def test_size_of_the_order_comes_before_that_of_the_call() -> None:
    orders = [bt.Order(5, "long", max_bars=1, size=3), bt.Order(10, "long", max_bars=1)]
    assert bt.simulate(orders, CANDLES, size=7).trades.to_numpy()["size"].tolist() == [3.0, 7.0]
    assert bt.simulate(orders, CANDLES).trades.to_numpy()["size"].tolist() == [3.0, 1.0]
    sized = bt.simulate(strategy(size=2), CANDLES, size=7).trades.to_numpy()
    assert set(sized["size"]) == {2.0}
    assert set(bt.simulate(strategy(), CANDLES, size=7).trades.to_numpy()["size"]) == {7.0}


@pytest.mark.parametrize("size", [float("nan"), np.full(N, np.nan)])
def test_a_size_that_is_missing_is_nan_level(size: Any) -> None:
    result = bt.simulate(strategy(max_bars=1), CANDLES, size=size)
    assert len(result.trades) == 0
    assert set(result.rejected) <= {"NAN_LEVEL", "NO_NEXT_BAR"}


# --- the window -------------------------------------------------------------------------------------------------------


def at(index: int) -> datetime.datetime:
    """Open time of a candle."""
    return datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=int(CANDLES.timestamp[index]) // 1000)


MOMENTS: list[Any] = [
    100,
    np.int64(100),
    at(100),
    at(100) - datetime.timedelta(seconds=30),
    at(100).isoformat(),
    at(100).replace(tzinfo=datetime.UTC),
    at(100).replace(tzinfo=datetime.UTC).astimezone(datetime.timezone(datetime.timedelta(hours=-5))),
    at(100).isoformat() + "+00:00",
    np.datetime64(at(100)),
    np.datetime64(at(100), "m"),
    np.datetime64(int(CANDLES.timestamp[100]), "ns"),
    pd.Timestamp(at(100)),
    pd.Timestamp(at(100), tz="UTC").tz_convert("Asia/Tokyo"),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=range(len(MOMENTS)))
def test_indices_and_times_of_one_candle(moment: Any) -> None:
    late, early = bt.simulate(strategy(), CANDLES, start=moment), bt.simulate(strategy(), CANDLES, end=moment)
    assert len(late.equity()) == N - 100
    assert len(early.equity()) == 100
    assert late.content_hash == bt.simulate(strategy(), CANDLES, start=100).content_hash
    assert early.content_hash == bt.simulate(strategy(), CANDLES, end=100).content_hash


def test_decisions_count_from_start_and_indicators_from_the_first_candle() -> None:
    slow = bt.ema(close, 50)
    made = bt.Strategy(enter_long=bt.crosses_above(close, slow), max_bars=3)
    whole = bt.simulate(made, CANDLES).trades.to_numpy()
    part = bt.simulate(made, CANDLES, start=100, end=250).trades.to_numpy()
    expected = whole[(whole["signal_index"] >= 100) & (whole["exit_index"] < 249)]
    assert len(expected) > 3
    np.testing.assert_array_equal(part["signal_index"][: len(expected)], expected["signal_index"])
    np.testing.assert_array_equal(part["net"][: len(expected)], expected["net"])


# --- content hash -----------------------------------------------------------------------------------------------------


def content_hash(made: Any = None, candles: bt.Candles = CANDLES, **options: Any) -> str:
    """Hash of a simulation."""
    return bt.simulate(strategy() if made is None else made, candles, **options).content_hash


def rebuilt(candles: bt.Candles, **changes: Any) -> bt.Candles:
    """The same candles made anew, with changed arguments."""
    names = ("timestamp", "open", "high", "low", "close", "volume")
    columns = {name: getattr(candles, name).copy() for name in names}
    return bt.Candles(**(columns | {"symbol": candles.symbol, "tick": candles.tick} | changes))


SAME: list[tuple[str, Any]] = [
    ("again", content_hash),
    ("candles anew", lambda: content_hash(candles=rebuilt(CANDLES))),
    ("another name", lambda: content_hash(strategy(name="trend"))),
    ("a label", lambda: content_hash(strategy(enter_long=UP.labelled("up")))),
    ("a pair", lambda: content_hash(strategy(stop=(0.001, 0.001)))),
    ("numpy numbers", lambda: content_hash(strategy(stop=np.float64(0.001), max_bars=np.int64(5)))),
    ("defaults given", lambda: content_hash(costs=bt.Costs(), rules=bt.Rules(), cash=10_000, start=0, end=N)),
    ("times", lambda: content_hash(start="1990-01-01", end="2090-01-01")),
]


@pytest.mark.parametrize("make", [make for _, make in SAME], ids=[name for name, _ in SAME])
def test_equal_inputs_have_equal_hashes(make: Any) -> None:
    assert make() == content_hash()


EQUAL_PAIRS: dict[str, tuple[Any, Any]] = {
    "order of numpy numbers": (
        [bt.Order(np.int64(5), 1, stop=np.float64(0.001), max_bars=np.int64(3))],
        [bt.Order(5, "long", stop=0.001, max_bars=3)],
    ),
    "whole numbers": ([bt.Order(5, "long", stop=1)], [bt.Order(5, "long", stop=1.0)]),
    "percent": ([bt.Order(5, "long", stop=bt.percent(1))], [bt.Order(5, "long", stop=bt.percent(1.0))]),
    "exits": ([bt.Exit(np.int64(5))], [bt.Exit(5)]),
    "a tuple": ((bt.Exit(5),), [bt.Exit(5)]),
}


@pytest.mark.parametrize("name", EQUAL_PAIRS)
def test_equal_orders_have_equal_hashes(name: str) -> None:
    one, other = EQUAL_PAIRS[name]
    assert content_hash(one) == content_hash(other)


@pytest.mark.parametrize("spread", [[0.0001] * N, (0.0001,) * N, pd.Series([0.0001] * N), np.full(2 * N, 0.0001)[::2]])
def test_equal_spreads_have_equal_hashes(spread: Any) -> None:
    expected = content_hash(costs=bt.Costs(spread=np.full(N, 0.0001)))
    assert content_hash(costs=bt.Costs(spread=spread)) == expected


def moved_close() -> np.ndarray:
    """Closes of which one lies a tick higher."""
    moved = CANDLES.close.copy()
    where = int(np.argmax(CANDLES.high - CANDLES.close))
    moved[where] = (round(moved[where] * 1e5) + 1) / 1e5
    return moved


CHANGES: dict[str, Any] = {
    "start": lambda: content_hash(start=1),
    "end": lambda: content_hash(end=N - 1),
    "cash": lambda: content_hash(cash=10_001),
    "size": lambda: content_hash(size=2),
    "size rule": lambda: content_hash(size=bt.FixedCash(2)),
    "other size rule": lambda: content_hash(size=bt.PercentEquity(2)),
    "size expression": lambda: content_hash(size=close),
    "spread": lambda: content_hash(costs=bt.Costs(spread=1e-5)),
    "spread array": lambda: content_hash(costs=bt.Costs(spread=np.full(N, 1e-5))),
    "other spread array": lambda: content_hash(costs=bt.Costs(spread=np.linspace(0, 1e-5, N))),
    "slippage": lambda: content_hash(costs=bt.Costs(slippage=1e-5)),
    **{
        f"commission {part}": lambda part=part: content_hash(costs=bt.Costs(commission=bt.Commission(**{part: 1e-9})))
        for part in ("per_trade", "per_unit", "per_lot", "percent", "minimum")
    },
    "limit_gap": lambda: content_hash(rules=bt.Rules(limit_gap="limit")),
    "limit_through_ticks": lambda: content_hash(rules=bt.Rules(limit_through_ticks=1)),
    "enter": lambda: content_hash(strategy(enter_long=close >= open_)),
    "other side": lambda: content_hash(strategy(enter_long=None, enter_short=UP)),
    "exit": lambda: content_hash(strategy(exit_long=UP)),
    "exit of the other side": lambda: content_hash(strategy(exit_short=UP)),
    "stop": lambda: content_hash(strategy(stop=0.0011)),
    "stop percent": lambda: content_hash(strategy(stop=bt.percent(0.001))),
    "stop price": lambda: content_hash(strategy(stop=None, stop_price=0.001)),
    "stop of one side": lambda: content_hash(strategy(stop=(0.001, None))),
    "no stop": lambda: content_hash(strategy(stop=None)),
    "target": lambda: content_hash(strategy(target=0.1)),
    "trail": lambda: content_hash(strategy(trail=0.1)),
    "trail source": lambda: content_hash(strategy(trail_source="close")),
    "activate": lambda: content_hash(strategy(trail=0.1, activate=0.1)),
    "breakeven": lambda: content_hash(strategy(breakeven=0.1)),
    "max_bars": lambda: content_hash(strategy(max_bars=6)),
    "no max_bars": lambda: content_hash(strategy(max_bars=None)),
    "strategy size": lambda: content_hash(strategy(size=1)),
    "stop entry": lambda: content_hash(strategy(entry="stop", price=close)),
    "limit entry": lambda: content_hash(strategy(entry="limit", price=close)),
    "expiry": lambda: content_hash(strategy(entry="limit", price=close, expiry=3)),
    "orders": lambda: content_hash(ORDERS),
    "other orders": lambda: content_hash(ORDERS[:1]),
    "order of orders": lambda: content_hash([bt.Order(5, 1), bt.Order(5, -1)]),
    "other order of orders": lambda: content_hash([bt.Order(5, -1), bt.Order(5, 1)]),
    "order and exit": lambda: content_hash([bt.Order(5, "long")]),
    "exit only": lambda: content_hash([bt.Exit(5)]),
    "no orders": lambda: content_hash([]),
    "candles": lambda: content_hash(candles=bt.synthetic_candles(N, seed=4)),
    "one close": lambda: content_hash(candles=rebuilt(CANDLES, close=moved_close())),
    "volume": lambda: content_hash(candles=rebuilt(CANDLES, volume=np.zeros(N))),
    "time": lambda: content_hash(candles=rebuilt(CANDLES, timestamp=CANDLES.timestamp + 1)),
    "tick": lambda: content_hash(candles=rebuilt(CANDLES, tick=1e-6)),
    "quote": lambda: content_hash(candles=rebuilt(CANDLES, quote="mid")),
    "own spread": lambda: content_hash(candles=rebuilt(CANDLES, spread=1e-5)),
    "ask": lambda: content_hash(candles=rebuilt(CANDLES, ask=rebuilt(CANDLES, quote="ask"))),
    "lots": lambda: content_hash(
        candles=rebuilt(CANDLES, instrument=bt.Instrument(CANDLES.symbol, tick=1e-5, lot_step=0.5))
    ),
    "part of the candles": lambda: content_hash(candles=CANDLES[: N - 1]),
}


def test_a_change_of_any_input_changes_the_hash() -> None:
    hashes = {name: make() for name, make in CHANGES.items()} | {"unchanged": content_hash()}
    seen: dict[str, str] = {}
    for name, digest in hashes.items():
        assert digest not in seen, f"{name} has the hash of {seen.get(digest)}"
        seen[digest] = name


PROBE = """
import btcore as bt
candles = bt.synthetic_candles(300, seed=3)
up = bt.close > bt.open
made = bt.Strategy(up, stop=0.001, target=bt.percent(0.1), max_bars=5, size=bt.RiskPercent(1))
print(bt.simulate(made, candles, costs=bt.Costs(spread=[1e-5] * 300, commission=1)).content_hash)
"""


def test_hashes_are_the_same_in_other_processes() -> None:
    hashes = set()
    for seed in ("0", "1", "77"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", PROBE]
        hashes.add(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip())
    made = strategy(size=bt.RiskPercent(1))
    assert hashes == {content_hash(made, costs=bt.Costs(spread=[1e-5] * N, commission=1))}


# --- several runs -----------------------------------------------------------------------------------------------------


def test_runs_do_not_touch_each_other() -> None:
    """The candles keep their derived prices between runs; other spreads must not leak into them."""
    plain = bt.simulate(strategy(), CANDLES).trades.to_numpy().tobytes()
    bt.simulate(strategy(), CANDLES, costs=bt.Costs(spread=0.01))
    bt.simulate(strategy(), CANDLES, costs=bt.Costs(spread=np.linspace(0, 0.01, N)))
    bt.simulate(strategy(), CANDLES[10:200])
    assert bt.simulate(strategy(), CANDLES).trades.to_numpy().tobytes() == plain
    assert bt.simulate(strategy(), rebuilt(CANDLES)).trades.to_numpy().tobytes() == plain


def test_a_slice_is_simulated_as_candles_of_its_own() -> None:
    part = CANDLES[37:251]
    names = ("timestamp", "open", "high", "low", "close", "volume")
    own = bt.Candles(**{name: getattr(part, name).copy() for name in names}, tick=part.tick)
    one, other = bt.simulate(strategy(), part), bt.simulate(strategy(), own)
    assert_same_trades(one, other)
    assert dict(one.stats) == pytest.approx(dict(other.stats), nan_ok=True, rel=0, abs=0)
