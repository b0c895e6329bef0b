"""Profit in another currency: rates from candles, errors, and equity over long histories."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import btcore as bt
from btcore import errors

MINUTE = 60_000_000_000


def pair(times: list[int], opens: list[float], closes: list[float], **options: Any) -> bt.Candles:
    highs, lows = np.maximum(opens, closes), np.minimum(opens, closes)
    return bt.Candles(np.array(times) * MINUTE, opens, highs, lows, closes, **options)


def yen(n: int, **options: Any) -> bt.Candles:
    made = bt.synthetic_candles(n, **options)
    columns = made.open, made.high, made.low, made.close
    return bt.Candles(made.timestamp, *columns, instrument=bt.Instrument("EURJPY", tick=1e-5, quote_currency="JPY"))


def test_the_rate_is_the_last_price_known_when_a_candle_opens() -> None:
    rates = bt.Conversion(pair([0, 5, 10], [1.0, 2.0, 4.0], [1.5, 2.5, 4.5], period="5min"))
    times = np.array([-1, 0, 4, 5, 9, 10, 14, 15, 99]) * MINUTE
    expected = [np.nan, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0, 4.5, 4.5]
    assert rates.rates(times).tolist() == pytest.approx(expected, nan_ok=True)
    inverse = bt.Conversion(rates.candles, inverse=True).rates(times)
    assert inverse[1:].tolist() == [1 / price for price in expected[1:]]


def test_where_candles_are_missing_the_close_before_counts() -> None:
    gap = bt.Conversion(pair([0, 1, 10], [1.0, 2.0, 4.0], [1.5, 2.5, 4.5], period="1min"))
    assert gap.rates(np.array([1, 2, 9, 10]) * MINUTE).tolist() == [2.0, 2.5, 2.5, 4.0]


def test_a_pair_whose_candles_have_no_known_length() -> None:
    single = bt.Conversion(pair([0], [1.0], [1.5]))
    assert single.candles.duration == 0
    assert single.rates(np.array([0, 50]) * MINUTE).tolist() == [1.0, 1.0]  # it may still be running


def test_costs_keep_what_was_given() -> None:
    candles = pair([0], [1.0], [1.5])
    assert bt.Costs(conversion=candles).conversion.candles is candles
    assert bt.Costs(conversion=np.float32(2)).conversion == 2.0
    with pytest.raises(ValueError, match="read-only"):
        bt.Costs(conversion=[1.0, 2.0]).conversion[0] = 3.0
    again = pickle.loads(pickle.dumps(bt.Costs(conversion=candles, account_currency="EUR")))
    assert (again.account_currency, again.conversion.candles) == ("EUR", candles)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"conversion": 0}, "Costs: conversion must be finite and above 0, got 0.0"),
        ({"conversion": float("nan")}, "Costs: conversion must be finite and above 0, got nan"),
        ({"conversion": "USD"}, "Costs: conversion must be a number, got 'USD'"),
        ({"conversion": [1.0, -1.0]}, "1 conversion rates are not above 0 or not finite, first at candle 1: -1.0"),
        ({"conversion": [[1.0]]}, r"a conversion per candle has one dimension, got shape \(1, 1\)"),
        ({"conversion": ["much"]}, "conversion must be a number or one number per candle"),
        ({"account_currency": ""}, "account_currency must be text like 'USD', got ''"),
        ({"account_currency": 3}, "account_currency must be text like 'USD', got 3"),
    ],
)
def test_costs_that_are_none(given: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.ParameterError, match=message):
        bt.Costs(**given)


def test_conversions_that_are_none() -> None:
    with pytest.raises(errors.ParameterError, match="Conversion: candles must be Candles, got float"):
        bt.Conversion(1.0)  # type: ignore[arg-type]
    with pytest.raises(errors.ParameterError, match="Conversion: inverse must be True or False, got 1"):
        bt.Conversion(pair([0], [1.0], [1.5]), inverse=1)  # type: ignore[arg-type]


def run(**costs: Any) -> bt.Result:
    return bt.simulate([bt.Order(5, "long")], yen(50), costs=bt.Costs(**costs))


def test_what_contradicts_the_currencies() -> None:
    with pytest.raises(
        errors.ParameterError, match=r"prices are in 'JPY' and the account in 'USD': give Costs\(conversion"
    ):
        run(account_currency="USD")
    with pytest.raises(errors.ParameterError, match="so there is nothing to convert"):
        run(account_currency="JPY", conversion=0.01)
    with pytest.raises(errors.ParameterError, match="so there is nothing to convert"):
        run(conversion=0.01)
    with pytest.raises(errors.ParameterError, match="49 rates for 50 candles; give one each"):
        run(account_currency="USD", conversion=np.ones(49))


def test_a_pair_the_wrong_way_round() -> None:
    candles = yen(50)
    settings = {"period": "1min", "symbol": "USDJPY"}
    usdjpy = bt.Candles(candles.timestamp, *[np.full(50, 150.0)] * 4, **settings)
    with pytest.raises(errors.ParameterError, match=r"the wrong way round: give Conversion\(candles, inverse=True\)"):
        run(account_currency="USD", conversion=usdjpy)
    right = run(account_currency="USD", conversion=bt.Conversion(usdjpy, inverse=True))
    assert right.stats["net"] == pytest.approx(run(account_currency="JPY").stats["net"] / 150)
    jpyusd = bt.Candles(candles.timestamp, *[np.full(50, 0.0067)] * 4, period="1min", symbol="JPY/USD")
    with pytest.raises(errors.ParameterError, match=r"give Conversion\(candles, inverse=False\)"):
        run(account_currency="USD", conversion=bt.Conversion(jpyusd, inverse=True))


def test_a_pair_that_starts_too_late() -> None:
    candles = yen(50)
    late = bt.Candles(candles.timestamp[10:], *[np.full(40, 0.01)] * 4)
    costs = bt.Costs(account_currency="USD", conversion=late)
    with pytest.raises(errors.ParameterError, match="no price of the pair is known at 10 candles, first at candle 0"):
        bt.simulate([bt.Order(20, "long")], candles, costs=costs)
    assert len(bt.simulate([bt.Order(20, "long")], candles, costs=costs, start=10).trades) == 1


def test_long_histories_agree_with_equity_and_trades() -> None:
    candles = yen(30_000, seed=5)
    rates = 0.01 + 0.002 * np.sin(np.arange(30_000) / 500)
    costs = bt.Costs(spread=0.0001, slippage=0.00002, account_currency="USD", conversion=rates)
    strategy = bt.Strategy(
        bt.crosses_above(bt.close, bt.sma(bt.close, 500)),
        bt.crosses_below(bt.close, bt.sma(bt.close, 500)),
        max_bars=4_000, max_positions=2,
    )  # fmt: skip
    result = bt.simulate(strategy, candles, costs=costs, size=1e7)
    equity, peak = result.equity(), np.maximum.accumulate(np.append(10_000.0, result.equity()))[1:]
    assert result.stats["final_equity"] == equity[-1] == pytest.approx(10_000 + result.trades["net"].sum())
    assert result.stats["max_drawdown"] == (peak - equity).max()
    trades = result.trades.to_numpy()
    points = trades["side"] * (trades["exit_price"] - trades["entry_price"]) * trades["size"]
    assert trades["net"] == pytest.approx(points * rates[trades["exit_index"]], rel=1e-9)
    parts = sum(trades[name] for name in ("spread_cost", "slippage_cost", "commission", "financing"))
    assert trades["gross"] - trades["net"] == pytest.approx(parts, rel=1e-7)


def test_the_pair_is_part_of_what_a_result_comes_from() -> None:
    candles = yen(50)
    pairs = [bt.Candles(candles.timestamp, *[np.full(50, price)] * 4, tick=0.01) for price in (1.5, 1.5, 1.25)]
    digests = [run(account_currency="USD", conversion=bt.Conversion(each)).content_hash for each in pairs]
    assert digests[0] == digests[1] != digests[2]
    assert run(account_currency="USD", conversion=bt.Conversion(pairs[0], inverse=True)).content_hash != digests[0]
