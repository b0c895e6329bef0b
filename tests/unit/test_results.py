"""Trades and results: fields, conversions, slices, equity."""

from __future__ import annotations

import datetime
import pickle
from typing import Any

import numpy as np
import polars as pl
import pytest
from reference.engine import simulate as twin

import btcore as bt
from btcore._core.types import TRADE_DTYPE
from btcore.results import EntryKind, ExitReason, RejectReason

FIELDS = [
    "parent", "side", "size", "signal_index", "entry_index", "entry_time", "entry_price", "entry_kind", "stop_price",
    "target_price", "exit_stop_price", "exit_index", "exit_time", "exit_price", "exit_reason", "ambiguous", "gross",
    "spread_cost", "slippage_cost", "commission", "financing", "net", "r_multiple", "mae", "mfe", "bars",
]  # fmt: skip
CANDLES = bt.synthetic_candles(3000, seed=5, symbol="EURUSD")
FAST, SLOW = bt.ema(bt.close, 5), bt.ema(bt.close, 20)
TREND = bt.Strategy(
    bt.crosses_above(FAST, SLOW), bt.crosses_below(FAST, SLOW), stop=2 * bt.atr(14), target=3 * bt.atr(14), max_bars=40
)
COSTS = bt.Costs(spread=2e-5, slippage=1e-5, commission=bt.Commission(percent=0.001, minimum=1e-5))
RESULT = bt.simulate(TREND, CANDLES, costs=COSTS)
EMPTY = bt.simulate([], CANDLES)


def test_fields_are_the_documented_ones_in_their_order() -> None:
    rows = RESULT.trades.to_numpy()
    assert list(rows.dtype.names) == FIELDS
    assert rows.dtype == TRADE_DTYPE
    assert EMPTY.trades.to_numpy().dtype == rows.dtype


def test_types_of_the_fields() -> None:
    whole = {"parent", "signal_index", "entry_index", "entry_time", "exit_index", "exit_time", "bars"}
    small = {"side", "entry_kind", "exit_reason"}
    for name in FIELDS:
        expected = np.int64 if name in whole else np.int8 if name in small else np.float64
        assert TRADE_DTYPE[name] == (np.dtype(bool) if name == "ambiguous" else np.dtype(expected)), name


def test_codes_and_their_names() -> None:
    reasons = "SL SL_GAP SL_AT_ENTRY TP TP_GAP TP_AT_ENTRY TRAIL TRAIL_GAP SIGNAL TIME SESSION LIQUIDATED END_OF_DATA"
    assert [(reason.name, int(reason)) for reason in ExitReason] == [(n, i) for i, n in enumerate(reasons.split())]
    assert [kind.name for kind in EntryKind] == ["MARKET", "STOP", "LIMIT", "STOP_LIMIT", "CLOSE"]
    rejected = "NO_NEXT_BAR IN_POSITION CONFLICT NAN_LEVEL WRONG_SIDE SIZE_BELOW_MIN REPLACED EXPIRED UNFILLED"
    assert [reason.name for reason in RejectReason] == rejected.split()
    assert (bt.ExitReason, bt.EntryKind, bt.RejectReason) == (ExitReason, EntryKind, RejectReason)
    assert pickle.loads(pickle.dumps(ExitReason.TRAIL)) is ExitReason.TRAIL


def test_trades_as_a_sequence() -> None:
    trades = RESULT.trades
    rows = trades.to_numpy()
    assert len(trades) == len(rows) > 50
    assert trades[0]["entry_index"] == rows["entry_index"][0]
    assert trades[-1]["exit_price"] == rows["exit_price"][-1]
    assert [row["net"] for row in trades] == rows["net"].tolist()
    with pytest.raises(IndexError):
        trades[len(trades)]


@pytest.mark.parametrize(
    "index", [slice(3, 9), slice(None, None, -1), slice(0, 0), np.array([4, 2]), np.arange(len(RESULT.trades)) % 2 == 0]
)
def test_parts_of_trades_are_trades(index: Any) -> None:
    part = RESULT.trades[index]
    assert isinstance(part, bt.Trades)
    assert part.to_numpy().tolist() == RESULT.trades.to_numpy()[index].tolist()
    assert part.to_polars()["symbol"].to_list() == ["EURUSD"] * len(part)


def test_a_field_is_no_trades() -> None:
    """``trades["net"]``: the values of the field, or an error; never Trades without the fields of trades."""
    try:
        picked = RESULT.trades["net"]
    except (TypeError, KeyError, IndexError):
        return
    assert not isinstance(picked, bt.Trades)


def test_rows_cannot_be_written_to() -> None:
    rows = RESULT.trades.to_numpy()
    with pytest.raises(ValueError, match="read-only"):
        rows["net"] = 0.0
    with pytest.raises(ValueError, match="read-only"):
        EMPTY.trades.to_numpy()["net"] = 0.0


def test_what_a_trade_says_of_itself() -> None:
    rows = RESULT.trades.to_numpy()
    assert (rows["parent"] == np.arange(len(rows))).all()
    assert (rows["entry_time"] == CANDLES.timestamp[rows["entry_index"]]).all()
    assert (rows["exit_time"] == CANDLES.timestamp[rows["exit_index"]]).all()
    assert (rows["bars"] == rows["exit_index"] - rows["entry_index"] + 1).all()
    assert (rows["entry_index"] == rows["signal_index"] + 1).all()
    assert set(rows["side"]) == {1, -1}
    assert (rows["financing"] == 0.0).all()
    costs = rows["spread_cost"] + rows["slippage_cost"] + rows["commission"]
    np.testing.assert_allclose(rows["gross"] - rows["net"], costs, rtol=1e-9)


def test_polars() -> None:
    frame, rows = RESULT.trades.to_polars(), RESULT.trades.to_numpy()
    assert frame.columns == ["symbol", *FIELDS]
    assert frame["symbol"].unique().to_list() == ["EURUSD"]
    assert frame["exit_reason"].to_list() == [ExitReason(int(code)).name for code in rows["exit_reason"]]
    assert frame["entry_kind"].to_list() == ["MARKET"] * len(rows)
    assert frame.schema["entry_time"] == frame.schema["exit_time"] == pl.Datetime("ns", "UTC")
    assert frame["exit_time"].dt.epoch("ns").to_list() == rows["exit_time"].tolist()
    for name in set(FIELDS) - {"entry_time", "exit_time", "exit_reason", "entry_kind"}:
        np.testing.assert_array_equal(frame[name].to_numpy(), rows[name])


def test_pandas() -> None:
    frame, rows = RESULT.trades.to_pandas(), RESULT.trades.to_numpy()
    assert list(frame.columns) == ["symbol", *FIELDS]
    assert set(frame["symbol"]) == {"EURUSD"}
    assert frame["exit_reason"].tolist() == [ExitReason(int(code)).name for code in rows["exit_reason"]]
    assert set(frame["entry_kind"]) == {"MARKET"}
    first = datetime.datetime.fromtimestamp(int(rows["entry_time"][0]) / 1e9, tz=datetime.UTC)
    assert frame["entry_time"].iloc[0] == first
    assert str(frame["exit_time"].dtype).endswith("UTC]")
    for name in set(FIELDS) - {"entry_time", "exit_time", "exit_reason", "entry_kind"}:
        np.testing.assert_array_equal(frame[name].to_numpy(), rows[name])


def test_no_trades() -> None:
    assert len(EMPTY.trades) == 0
    assert list(EMPTY.trades) == []
    assert repr(EMPTY.trades) == "Trades(none)"
    assert EMPTY.trades.to_polars().schema == RESULT.trades.to_polars().schema
    assert EMPTY.trades.to_pandas().shape == (0, len(FIELDS) + 1)
    assert list(EMPTY.trades.to_pandas().columns) == ["symbol", *FIELDS]
    assert len(EMPTY.trades[:]) == 0
    assert EMPTY.equity().tolist() == [10_000.0] * len(CANDLES)


def test_printing() -> None:
    assert repr(RESULT).startswith(f"Result({len(RESULT.trades)} trades, net ")
    assert repr(EMPTY).startswith("Result(0 trades, net 0.00, max drawdown 0.00, Sharpe nan")
    assert "EURUSD" in repr(RESULT.trades)


def test_pickling() -> None:
    again = pickle.loads(pickle.dumps(RESULT.trades))
    np.testing.assert_array_equal(again.to_numpy(), RESULT.trades.to_numpy())
    assert again.to_polars().equals(RESULT.trades.to_polars())


def test_attributes() -> None:
    assert RESULT.rules_version == bt.RULES_VERSION
    assert 0.0 < RESULT.execution_time < 60.0
    assert sum(RESULT.rejected.values()) > 0
    assert set(RESULT.rejected) <= {reason.name for reason in RejectReason}
    assert all(isinstance(count, int) and count > 0 for count in RESULT.rejected.values())
    assert all(isinstance(value, (int, float)) for value in RESULT.stats.values())
    assert len(RESULT.content_hash) == 32
    int(RESULT.content_hash, 16)


@pytest.mark.parametrize("window", [(None, None), (100, None), (0, 1500), (1000, 1100), (1499, 1500)])
def test_equity_is_that_of_the_twin(window: tuple[int | None, int | None]) -> None:
    start, end = window
    equity = bt.simulate(TREND, CANDLES, costs=COSTS, cash=500.0, start=start, end=end).equity()
    expected = twin(TREND, CANDLES, costs=COSTS, cash=500.0, start=start, end=end).equity
    assert equity.dtype == np.float64
    assert equity.tolist() == expected


def test_equity_of_candles_with_an_ask_side_and_of_mid_quotes() -> None:
    columns = CANDLES.timestamp, CANDLES.open, CANDLES.high, CANDLES.low, CANDLES.close
    moved = [column + 3e-5 for column in columns[1:]]
    ask = bt.Candles(columns[0], *moved, tick=1e-5, quote="ask")
    for candles in (
        bt.Candles(*columns, tick=1e-5, ask=ask),
        bt.Candles(*columns, tick=1e-5, quote="mid", spread=2e-5),
        bt.Candles(*columns, tick=1e-5, quote="ask", spread=np.linspace(0, 5e-5, len(CANDLES))),
    ):
        assert bt.simulate(TREND, candles).equity().tolist() == twin(TREND, candles).equity


def test_equity_belongs_to_the_caller() -> None:
    first = RESULT.equity()
    first[:] = 0.0
    assert RESULT.equity()[0] == 10_000.0


def test_a_result_travels_between_processes():
    candles = bt.synthetic_candles(300)
    result = bt.simulate([bt.Order(5, "long", stop=0.0010), bt.Order(50, "short", max_bars=9)], candles)
    copy = pickle.loads(pickle.dumps(result))
    assert copy.trades.to_numpy().tobytes() == result.trades.to_numpy().tobytes()
    assert copy.stats == pytest.approx(result.stats, rel=0, abs=0, nan_ok=True)
    assert copy.rejected == result.rejected
    assert copy.content_hash == result.content_hash
    assert copy.equity().tolist() == result.equity().tolist()
