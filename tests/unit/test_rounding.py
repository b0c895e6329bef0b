"""Rule C5 on prices people write: levels and distances to the nearest unit, ties as decimals have them.

Expected values are worked out from the decimal text of a price. One simulation rounds a whole array of levels: a trade
on each candle, out at its close.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import btcore as bt

MINUTE = 60_000_000_000
HALF = Decimal("0.5")
TIE = Decimal("0.000001")
TICKS = ["0.00001", "0.0001", "0.01", "1", "0.25", "25", "0.3", "0.7", "1.1"]
GRIDS = [(Decimal(tick), quote) for tick in TICKS for quote in ("bid", "mid")]
RECORDED = {"stop": "stop_price", "target": "target_price", "trail": "exit_stop_price", "price": "entry_price"}
SIDES = pytest.mark.parametrize("side", ["long", "short"])
SIDE = st.sampled_from(["long", "short"])


def unit_of(tick: Decimal, quote: str) -> Decimal:
    return tick / 2 if quote == "mid" else tick


def rounded(levels: Any, tick: Decimal, quote: str, side: str, name: str, entry: float | None = None) -> list[int]:
    """The recorded stop, target, trail or entry of each level, in units; `entry` is the price of every candle."""
    values = np.append(np.array(levels, dtype=np.float64), np.nan)  # the last decision has no next candle
    price = float(1000 * tick) if entry is None else entry
    flat = np.full(len(values), price)
    candles = bt.Candles(np.arange(len(values)) * MINUTE, flat, flat, flat, flat, tick=float(tick), quote=quote)
    plan: dict[str, Any] = {f"enter_{side}": np.ones(len(values), bool), "max_bars": 1, name: values}
    plan["entry"] = "limit" if name == "price" else "market"
    trades = bt.simulate(bt.Strategy(**plan), candles, rules=bt.Rules(limit_gap="limit")).trades.to_numpy()
    assert len(trades) == len(levels)
    recorded = RECORDED.get(name, name)
    return [round(Decimal(float(value)) / unit_of(tick, quote)) for value in trades[recorded]]


def nearest(units: Decimal, ties: str) -> int:
    """The nearest whole number; a tie, as far as 1e-6 tells, goes up or down."""
    if abs(units % 1 - HALF) <= TIE:
        return int(units.to_integral_value(ROUND_CEILING if ties == "up" else ROUND_FLOOR))
    return int(units.to_integral_value(ROUND_HALF_EVEN))


def ties_of(side: str, name: str) -> str:
    """Stops and targets go away from the entry."""
    return "up" if (side == "long") == (name == "target_price") else "down"


@SIDES
@pytest.mark.parametrize("name", ["stop_price", "target_price"])
@pytest.mark.parametrize(("tick", "quote"), GRIDS, ids=str)
def test_every_tie_of_levels_goes_away_from_the_entry(tick: Decimal, quote: str, name: str, side: str) -> None:
    units = [k + HALF for k in (*range(3000), 10**6, 10**6 + 1, 123_456_789, 2**31 - 1, 2**31)]
    levels = [float(u * unit_of(tick, quote)) for u in units]
    assert rounded(levels, tick, quote, side, name) == [nearest(u, ties_of(side, name)) for u in units]


@SIDES
@pytest.mark.parametrize(("tick", "quote"), GRIDS, ids=str)
def test_every_tie_of_entry_prices_goes_against_the_trader(tick: Decimal, quote: str, side: str) -> None:
    """A buy up, a sell down: limits that the open has passed, filled at their own price."""
    units = [k + HALF for k in (range(2000, 4000) if side == "long" else range(1000))]
    levels = [float(u * unit_of(tick, quote)) for u in units]
    expected = [nearest(u, "up" if side == "long" else "down") for u in units]
    assert rounded(levels, tick, quote, side, "price") == expected


@SIDES
@pytest.mark.parametrize("name", ["stop", "target", "trail"])
@pytest.mark.parametrize(("tick", "quote"), GRIDS, ids=str)
def test_every_tie_of_distances_is_half_a_tick_up(tick: Decimal, quote: str, name: str, side: str) -> None:
    units = [k + HALF for k in range(600)]
    entry = 1000 * (2 if quote == "mid" else 1)
    found = rounded([float(u * unit_of(tick, quote)) for u in units], tick, quote, side, name)
    assert [abs(level - entry) for level in found] == [k + 1 for k in range(600)]


@pytest.mark.parametrize("percent", ["0.5", "1"])
def test_ties_of_percent_distances_are_half_a_tick_up(percent: str) -> None:
    tick, share = Decimal("0.0001"), Decimal(percent) / 100
    lost = 0
    for entry in range(8000, 12_000, 10):
        exact = entry * share
        if exact % 1 != HALF:
            continue
        price = float(entry * tick)
        lost += float(percent) / 100 * price * 10_000 < float(exact)
        candles = bt.Candles(np.arange(3) * MINUTE, *[[price] * 3] * 4, tick=float(tick))
        trades = bt.simulate([bt.Order(0, "long", stop=bt.percent(float(percent)))], candles).trades.to_numpy()
        assert round(trades["stop_price"][0] * 10_000) == entry - (exact + HALF)
    assert lost  # some of them fall short of the half in floating point


@given(
    st.sampled_from(GRIDS), st.sampled_from(["long", "short"]), st.integers(1, 2**31), st.integers(0, 999), st.data()
)
def test_levels_off_the_ties_go_to_the_nearest_unit(
    grid: tuple[Decimal, str], side: str, whole: int, thousandths: int, data: st.DataObject
) -> None:
    """Up to 2^31 units, and on either side: a thousandth of a unit from a half is no tie."""
    tick, quote = grid
    units = whole + Decimal(thousandths) / 1000
    name = data.draw(st.sampled_from(["stop_price", "target_price"]))
    level = float(units * unit_of(tick, quote))
    assert rounded([level], tick, quote, side, name) == [nearest(units, ties_of(side, name))]


@SIDES
@pytest.mark.parametrize("name", ["stop_price", "target_price"])
@pytest.mark.parametrize("whole", [1, 1000, 99_999])
def test_what_counts_as_a_tie(whole: int, name: str, side: str) -> None:
    """Within a millionth of the half, on either side of it; two millionths away there is a nearer unit."""
    apart = [Decimal(text) for text in ("-0.000002", "-0.0000009", "0", "0.0000009", "0.000002")]
    away = whole + (ties_of(side, name) == "up")
    found = rounded([float(whole + HALF + d) for d in apart], Decimal(1), "bid", side, name)
    assert found == [whole, away, away, away, whole + 1]


@SIDES
@pytest.mark.parametrize("name", ["stop_price", "target_price"])
def test_whole_units_stay_what_they_are_however_large(name: str, side: str) -> None:
    """From 2^52 on, adding a half to a whole number rounds it to another."""
    wholes = [2**31 + 1, 2**33 - 1, 2**51 + 1, 2**52 - 1, 2**52 + 1, 2**53 - 1]
    assert rounded([float(w) for w in wholes], Decimal(1), "bid", side, name, entry=float(2**52 + 3)) == wholes


def test_a_tie_of_an_expression_is_the_tie_of_its_price() -> None:
    """A level that was computed carries the rounding of its arithmetic: 1.1 - 0.00015 is half a tick above 1.0998."""
    candles = bt.Candles(np.arange(3) * MINUTE, *[[1.1] * 3] * 4, tick=0.0001)
    enter = np.array([True, False, False])
    plan = bt.Strategy(enter, stop_price=bt.close - 0.00015, target_price=bt.close + 0.00015)
    (trade,) = bt.simulate(plan, candles).trades.to_numpy()
    assert (trade["stop_price"], trade["target_price"]) == (1.0998, 1.1002)
