"""``simulate``: its arguments and its window."""

from __future__ import annotations

import datetime
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
    ({"strategy": None}, errors.ParameterError, "strategy must be a Strategy, a WindowStrategy or a list .* NoneType"),
    ({"strategy": UP}, errors.ParameterError, "a list of Order and Exit, got Expr"),
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
    *[({"start": start, "end": end}, errors.ParameterError, "evaluation window .* 300 candles")
      for start, end in ((-1, None), (N, None), (None, N + 1), (10, 10), (20, 10), ("1999-01-01", "1999-01-02"))],
    ({"start": "soon"}, errors.ParameterError, "start and end are indices .*or times like '2020-01-31', got 'soon'"),
    ({"start": 1.0}, errors.ParameterError, "start and end are indices of candles or times, got 1.0"),
    ({"end": True}, errors.ParameterError, "start and end are indices of candles or times, got True"),
    ({"end": pd.NaT}, errors.ParameterError, "start and end are indices of candles or times, got "),
    ({"end": np.datetime64("NaT", "ns")}, errors.ParameterError, "start and end are indices of candles or times, got "),
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


@pytest.mark.parametrize(
    "moment", ["2500-01-01", "9999-12-31", datetime.datetime(9999, 12, 31), np.datetime64("2500-01-01")]
)
def test_times_that_nanoseconds_cannot_hold(moment: Any) -> None:
    """Later than every candle, or refused as such a time; never turned into an early one."""
    try:
        result = bt.simulate(strategy(), CANDLES, end=moment)
    except errors.ParameterError as error:
        assert "evaluation window" not in str(error)
        return
    assert len(result.equity()) == N


def test_decisions_count_from_start_and_indicators_from_the_first_candle() -> None:
    slow = bt.ema(close, 50)
    made = bt.Strategy(enter_long=bt.crosses_above(close, slow), max_bars=3)
    whole = bt.simulate(made, CANDLES).trades.to_numpy()
    part = bt.simulate(made, CANDLES, start=100, end=250).trades.to_numpy()
    expected = whole[(whole["signal_index"] >= 100) & (whole["exit_index"] < 249)]
    assert len(expected) > 3
    np.testing.assert_array_equal(part["signal_index"][: len(expected)], expected["signal_index"])
    np.testing.assert_array_equal(part["net"][: len(expected)], expected["net"])


def rebuilt(candles: bt.Candles, **changes: Any) -> bt.Candles:
    """The same candles made anew, with changed arguments."""
    names = ("timestamp", "open", "high", "low", "close", "volume")
    columns = {name: getattr(candles, name).copy() for name in names}
    return bt.Candles(**(columns | {"symbol": candles.symbol, "tick": candles.tick} | changes))


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
