"""Candles and spread to the two sides that are traded: units, rounding, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import btcore as bt
from btcore import errors
from btcore.market import ceil_units, market_of, unit_of

N = 200
STAMPS = np.arange(N) * 60_000_000_000
FLAT = np.full(N, 100.0)
ROUND_TRIP = [bt.Order(5, "long"), bt.Exit(20), bt.Order(30, "short"), bt.Exit(40)]


def candles(tick: float = 0.5, **changes: Any) -> bt.Candles:
    """Candles that stand still at 100."""
    return bt.Candles(STAMPS, FLAT, FLAT, FLAT, FLAT, tick=tick, **changes)


@pytest.mark.parametrize(
    ("tick", "quote", "expected"),
    [
        (0.5, "bid", (2.0, True)),
        (0.5, "ask", (2.0, True)),
        (0.5, "mid", (4.0, True)),
        (1e-5, "bid", (1e5, True)),
        (2.5, "bid", (2.5, False)),
        (2.5, "mid", (1.25, False)),
    ],
)
def test_units(tick: float, quote: str, expected: tuple[float, bool]) -> None:
    assert unit_of(candles(tick, quote=quote)) == expected


def test_units_of_candles_with_an_ask_side_are_ticks() -> None:
    ask = candles(quote="ask")
    assert unit_of(candles(ask=ask)) == (2.0, True)


@pytest.mark.parametrize(
    ("amount", "units"),
    [
        (0.0, 0), (1e-5, 1), (2e-5, 2), (1.5e-5, 2), (1.0009e-5, 1), (1.0011e-5, 2), (0.9991e-5, 1), (3e-5 + 1e-18, 3),
        (1e-9, 0), (1.2e-8, 1), (0.1, 10_000), (0.00030000000000000003, 30),
    ],
)  # fmt: skip
def test_amounts_are_rounded_up_unless_they_lie_on_the_grid(amount: float, units: int) -> None:
    assert ceil_units(amount, 1e5, True) == units
    assert ceil_units(amount, 1e-5, False) == units
    assert ceil_units([amount, 0.0], 1e5, True).tolist() == [units, 0]
    assert ceil_units([amount], 1e5, True).dtype == np.int64


# (quote, spread) -> entry and exit of the long, entry and exit of the short, on a tick of 0.5
QUOTES = [
    ("bid", 1.0, (101.0, 100.0, 100.0, 101.0)),
    ("ask", 1.0, (100.0, 99.0, 99.0, 100.0)),
    ("mid", 1.0, (100.5, 99.5, 99.5, 100.5)),
    ("mid", 0.5, (100.25, 99.75, 99.75, 100.25)),
    ("bid", 0.6, (101.0, 100.0, 100.0, 101.0)),
    ("mid", 0.6, (100.5, 99.5, 99.5, 100.5)),
    ("bid", 0.0, (100.0, 100.0, 100.0, 100.0)),
]


@pytest.mark.parametrize(("quote", "spread", "prices"), QUOTES)
@pytest.mark.parametrize("form", ["number", "array", "costs", "costs array"])
def test_sides(quote: str, spread: float, prices: tuple[float, ...], form: str) -> None:
    given = np.full(N, spread) if form.endswith("array") else spread
    if form.startswith("costs"):
        result = bt.simulate(ROUND_TRIP, candles(quote=quote, spread=7.0), costs=bt.Costs(spread=given))
    else:
        result = bt.simulate(ROUND_TRIP, candles(quote=quote, spread=given))
    long, short = result.trades.to_numpy()
    assert (long["entry_price"], long["exit_price"], short["entry_price"], short["exit_price"]) == prices
    assert long["spread_cost"] == short["spread_cost"] == prices[0] - prices[1]


def test_a_spread_per_candle_counts_on_its_candle() -> None:
    spread = np.zeros(N)
    spread[6], spread[41] = 2.0, 3.0
    long, short = bt.simulate(ROUND_TRIP, candles(), costs=bt.Costs(spread=spread)).trades.to_numpy()
    assert (long["entry_price"], long["exit_price"]) == (102.0, 100.0)
    assert (short["entry_price"], short["exit_price"]) == (100.0, 103.0)


def test_real_ask_candles_are_the_ask_side() -> None:
    ask = bt.Candles(STAMPS, *[FLAT + 2.0] * 4, tick=0.5, quote="ask")
    long, short = bt.simulate(ROUND_TRIP, candles(ask=ask)).trades.to_numpy()
    assert (long["entry_price"], long["exit_price"]) == (102.0, 100.0)
    assert (short["entry_price"], short["exit_price"]) == (100.0, 102.0)


def test_prices_beyond_int32() -> None:
    high = np.full(N, 3e9)
    wide = bt.Candles(STAMPS, high, high, high, high, tick=0.5)
    long, _ = bt.simulate(ROUND_TRIP, wide, costs=bt.Costs(spread=np.full(N, 1.0))).trades.to_numpy()
    assert (long["entry_price"], long["exit_price"]) == (3e9 + 1.0, 3e9)
    edge = np.full(N, (2**31 - 2) / 2)
    near = bt.Candles(STAMPS, edge, edge, edge, edge, tick=0.5)
    assert near.ticks[0].dtype == np.int32
    long, _ = bt.simulate(ROUND_TRIP, near, costs=bt.Costs(spread=np.full(N, 4.0))).trades.to_numpy()
    assert long["entry_price"] == edge[0] + 4.0


def test_markets_are_kept_with_the_candles_where_the_spread_is_theirs() -> None:
    made = candles(spread=0.5)
    assert market_of(made, bt.Costs()) is market_of(made, bt.Costs(slippage=1.0))
    assert market_of(made, bt.Costs(spread=0.5)) is not market_of(made, bt.Costs())
    assert market_of(made, bt.Costs()).length == N


@pytest.mark.parametrize(
    ("spread", "message"),
    [
        (np.ones(N - 1), rf"Costs.spread=....: {N - 1} values for {N} candles"),
        ([], f"0 values for {N} candles"),
        (np.ones((N, 1)), rf"Costs: a spread per candle has one dimension, got shape \({N}, 1\)"),
        (np.where(np.arange(N) >= 150, -1.0, 1.0), "Costs: 50 .*negative or not finite, first at candle 150: -1.0"),
        (np.where(np.arange(N) == 3, np.nan, 1.0), "Costs: 1 .*not finite, first at candle 3: nan; give 0.0 where"),
        (np.where(np.arange(N) == 0, np.inf, 1.0), "Costs: 1 .*not finite, first at candle 0: inf"),
        (["wide"] * N, "Costs: spread must be a number or one number per candle"),
    ],
)
def test_spreads_that_do_not_fit(spread: Any, message: str) -> None:
    with pytest.raises(errors.ParameterError, match=message):
        bt.simulate(ROUND_TRIP, candles(), costs=bt.Costs(spread=spread))


@pytest.mark.parametrize("spread", [0.0, 1.0, np.ones(N)])
def test_a_spread_beside_real_ask_candles(spread: Any) -> None:
    both = candles(ask=candles(quote="ask"))
    with pytest.raises(
        errors.ParameterError, match=r"these candles have real ask candles; leave the spread out \(rule C4\)"
    ):
        bt.simulate(ROUND_TRIP, both, costs=bt.Costs(spread=spread))
