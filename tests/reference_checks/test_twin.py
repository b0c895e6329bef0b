"""The twin against fills worked by hand. Each case is written for a long and checked for both sides (rule P2)."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pytest
from reference.engine import simulate

from btcore.costs import Costs
from btcore.expr import close, high, low, open_, percent
from btcore.orders import Exit, Order
from btcore.rules import Rules
from btcore.sizes import RiskPercent
from btcore.strategy import Strategy
from reference_checks.worked import SIGNAL, Row, candles, order, run, told

SIDES = pytest.mark.parametrize("side", [1, -1], ids=["long", "short"])
UP = (101, 103, 100, 102)


class Case(NamedTuple):
    """Candles after the signal candle, the order decided on it, and the trade that follows."""

    name: str
    rows: list[Row]
    order: dict[str, Any]
    trade: tuple[Any, ...]
    spread: float = 0.0
    options: dict[str, Any] = {}  # noqa: RUF012


BRACKET = {"stop": 2, "target": 3}
CASES = [
    Case("D2 X2 stop", [UP, (102, 102, 98, 99)], {"stop": 2}, ("SL", 1, 101, 2, 99, False)),
    Case("X2 equality touches", [UP, (102, 102, 99, 99)], {"stop": 2}, ("SL", 1, 101, 2, 99, False)),
    Case("X2 target", [UP, (102, 104, 101, 103)], BRACKET, ("TP", 1, 101, 2, 104, False)),
    Case("X2 both", [UP, (102, 105, 98, 100)], BRACKET, ("SL", 1, 101, 2, 99, True)),
    Case("X5 entry candle", [(101, 105, 98, 100)], BRACKET, ("SL", 1, 101, 1, 99, True)),
    Case("X1 stop gap", [UP, (97, 98, 96, 97)], BRACKET, ("SL_GAP", 1, 101, 2, 97, False)),
    Case("X1 stop gap at the level", [UP, (99, 99, 96, 97)], BRACKET, ("SL_GAP", 1, 101, 2, 99, False)),
    Case("X1 target gap first", [UP, (106, 107, 90, 95)], BRACKET, ("TP_GAP", 1, 101, 2, 106, False)),
    Case(
        "X1 target gap at the limit", [UP, (106, 107, 90, 95)], BRACKET, ("TP_GAP", 1, 101, 2, 104, False),
        options={"rules": Rules(limit_gap="limit")},
    ),
    Case(
        "E2 target needs ticks beyond", [UP, (102, 104, 101, 103), (103, 105, 103, 103)], BRACKET,
        ("TP", 1, 101, 3, 104, False), options={"rules": Rules(limit_through_ticks=1)},
    ),
    Case(
        "X1 an open at the target waits for ticks beyond", [UP, (104, 105, 103, 104)], BRACKET,
        ("TP", 1, 101, 2, 104, False), options={"rules": Rules(limit_through_ticks=1, limit_gap="open")},
    ),
    Case(
        "E2 an open at the limit waits for ticks beyond", [(98, 99, 98, 99), (97, 99, 97, 99)],
        {"kind": "limit", "price": 98}, ("END_OF_DATA", 2, 97, 2, 99, False),
        options={"rules": Rules(limit_through_ticks=1)},
    ),
    Case("X3 time", [UP, UP, UP], {"max_bars": 2}, ("TIME", 1, 101, 2, 102, False)),
    Case("X8 end of data", [UP, UP], {}, ("END_OF_DATA", 1, 101, 2, 102, False)),
    Case(
        "S1 not at the end of data", [UP, UP], {}, ("END_OF_DATA", 1, 102, 2, 102, False),
        options={"costs": Costs(slippage=0.3)},
    ),
    Case(
        "S1 stop slipped, stop counts from the slipped fill", [UP, (102, 102, 98, 99)], {"stop": 3},
        ("SL", 1, 102, 2, 98, False), options={"costs": Costs(slippage=1)},
    ),
    Case("C4 leaves at the other side", [UP, UP], {}, ("END_OF_DATA", 1, 103, 2, 102, False), spread=1.5),
    Case("E1 at the open", [(107, 109, 104, 108)], {"kind": "stop", "price": 105, "stop": 2},
         ("SL", 1, 107, 1, 105, False)),
    Case("E1 inside, X5 stop open", [(101, 106, 100, 105)], {"kind": "stop", "price": 105, "stop": 3},
         ("SL", 1, 105, 1, 102, True)),
    Case("E1 inside, X5 stop certain", [(101, 106, 100, 101)], {"kind": "stop", "price": 105, "stop": 3},
         ("SL", 1, 105, 1, 102, False)),
    Case("E1 inside, X5 target", [(101, 108, 101, 106)], {"kind": "stop", "price": 105, "stop": 5, "target": 2},
         ("TP", 1, 105, 1, 107, False)),
    Case("E1 inside, X5 both", [(101, 108, 100, 101)], {"kind": "stop", "price": 105, "stop": 3, "target": 2},
         ("SL", 1, 105, 1, 102, True)),
    Case("E2 inside, X5 target waits", [(101, 102, 97, 99), (99, 101, 99, 100)],
         {"kind": "limit", "price": 98, "target": 2}, ("TP", 1, 98, 2, 100, False)),
    Case("E2 inside, X5 target certain", [(101, 102, 97, 100)], {"kind": "limit", "price": 98, "target": 2},
         ("TP", 1, 98, 1, 100, False)),
    Case("E2 inside, X5 stop", [(101, 102, 96, 99)], {"kind": "limit", "price": 98, "stop": 1},
         ("SL", 1, 98, 1, 97, False)),
    Case("E2 inside, X5 both", [(101, 102, 96, 99)], {"kind": "limit", "price": 98, "stop": 1, "target": 2},
         ("SL", 1, 98, 1, 97, True)),
    Case("E2 at the open", [(95, 99, 94, 98)], {"kind": "limit", "price": 98}, ("END_OF_DATA", 1, 95, 1, 98, False)),
    Case("E2 at the limit", [(95, 99, 94, 99)], {"kind": "limit", "price": 98}, ("END_OF_DATA", 1, 98, 1, 99, False),
         options={"rules": Rules(limit_gap="limit")}),
    Case("E2 entry needs ticks beyond", [(101, 101, 98, 99), (99, 99, 97, 98)], {"kind": "limit", "price": 98},
         ("END_OF_DATA", 2, 98, 2, 98, False), options={"rules": Rules(limit_through_ticks=1)}),
    Case("E2 limit not slipped", [(101, 101, 97, 99)], {"kind": "limit", "price": 98},
         ("END_OF_DATA", 1, 98, 1, 99, False), options={"costs": Costs(slippage=1)}),
    Case("E4 stop within the spread", [UP], {"stop": 2}, ("SL_AT_ENTRY", 1, 103, 1, 101, False), spread=2),
    Case("E4 target beyond at the open", [UP], {"target_price": 100}, ("TP_AT_ENTRY", 1, 101, 1, 101, False)),
    Case("E4 trail within the spread", [UP], {"trail": 1}, ("SL_AT_ENTRY", 1, 103, 1, 101, False), spread=2),
    Case("E4 inside", [(100, 104, 99, 103)], {"kind": "stop", "price": 105, "stop": 1},
         ("SL_AT_ENTRY", 1, 105, 1, 103, False), spread=2),
    Case("X6 trail", [(101, 106, 100, 105), (105, 105, 102, 104)], {"trail": 3}, ("TRAIL", 1, 101, 2, 103, False)),
    Case("X6 trail before it moved", [(101, 102, 98, 99)], {"trail": 3}, ("TRAIL", 1, 101, 1, 98, False)),
    Case("X6 trail gap", [(101, 106, 100, 105), (102, 104, 102, 104)], {"trail": 3},
         ("TRAIL_GAP", 1, 101, 2, 102, False)),
    Case("X6 trail never loosens", [(101, 106, 100, 105), (105, 105, 104, 104), (104, 104, 103, 103)], {"trail": 3},
         ("TRAIL", 1, 101, 3, 103, False)),
    Case("X6 activation", [(101, 104, 90, 103), (103, 105, 95, 104), (104, 104, 101, 103)],
         {"trail": 3, "activate": 4}, ("TRAIL", 1, 101, 3, 102, False)),
    Case("X6 break-even", [(101, 104, 101, 103), (103, 103, 100, 101)], {"stop": 9, "breakeven": 3},
         ("SL", 1, 101, 2, 101, False)),
    Case("X6 tie names the earlier", [(101, 104, 101, 103), (103, 103, 100, 101)], {"trail": 3, "breakeven": 3},
         ("SL", 1, 101, 2, 101, False)),
    Case("X6 tighter trail names the exit", [(101, 105, 101, 103), (103, 103, 100, 101)],
         {"trail": 3, "breakeven": 3}, ("TRAIL", 1, 101, 2, 102, False)),
    Case("X6 after a limit entry only the close counts", [(101, 110, 97, 99), (99, 99, 97, 98)],
         {"kind": "limit", "price": 98, "trail": 2}, ("TRAIL", 1, 98, 2, 97, False)),
    Case("C5 entry ties against the trader", [(101, 106, 101, 105)], {"kind": "stop", "price": 104.5},
         ("END_OF_DATA", 1, 105, 1, 105, False)),
    Case("C5 stop ties away from the entry", [UP, (102, 102, 98, 99)], {"stop_price": 98.5},
         ("SL", 1, 101, 2, 98, False)),
    Case("C5 target ties away from the entry", [UP, (102, 105, 102, 103)], {"target_price": 104.5},
         ("TP", 1, 101, 2, 105, False)),
]  # fmt: skip


@SIDES
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_one_order(case: Case, side: int) -> None:
    """The single trade of each case."""
    plan = order(side, 0, **case.order)
    result = run([SIGNAL, *case.rows], side, plan, spread=case.spread, **case.options)
    assert told(result, side) == [case.trade]


@SIDES
def test_exit_signal_and_new_entry_share_an_open(side: int) -> None:
    """D6: decided at one close, the exit fills first, then the entry, both at the next open and both slipped."""
    plan = [order(side, 0), order(side, 1, "limit", 104), Exit(1)]
    result = run([SIGNAL, UP, (102, 103, 101, 103)], side, *plan, costs=Costs(slippage=1))
    assert told(result, side) == [("SIGNAL", 1, 102, 2, 101, False), ("END_OF_DATA", 2, 102, 2, 103, False)]
    assert [trade["parent"] for trade in result.trades] == [0, 1]


@SIDES
def test_signal_on_the_candle_of_the_exit(side: int) -> None:
    """D4: the candle on which the position ended may already decide the next entry."""
    result = run([SIGNAL, (101, 101, 99, 100), UP], side, order(side, 0, stop=1), order(side, 1))
    assert [trade[:3] for trade in told(result, side)] == [("SL", 1, 101), ("END_OF_DATA", 2, 101)]
    assert result.rejected == {}


@SIDES
def test_trail_on_closes(side: int) -> None:
    """X6: the trail follows the close of 105, not the high of 106."""
    sketch = candles([SIGNAL, (101, 106, 100, 105), (105, 105, 102, 104)], side)
    enter = np.array([True, False, False])
    plan = Strategy(**{"enter_long" if side > 0 else "enter_short": enter}, trail=3, trail_source="close")
    assert told(simulate(plan, sketch), side) == [("TRAIL", 1, 101, 2, 102, False)]


def test_strategy_of_expressions() -> None:
    """D1: levels are read on the signal candle: limit at its low of 99, target its range of 3 above."""
    sketch = candles([(100, 102, 99, 101), (101, 101, 98, 100), (100, 102, 100, 102)])
    rising = {"enter_long": close > open_, "entry": "limit", "price": (low, None), "target": high - low}
    held = simulate(Strategy(**rising, stop=(2, 99)), sketch)
    assert told(held, 1) == [("TP", 1, 99, 2, 102, False)]
    assert (held.trades[0]["stop_price"], held.rejected) == (97, {"NO_NEXT_BAR": 1})
    left = simulate(Strategy(**rising, exit_long=close < open_), sketch)
    assert told(left, 1) == [("SIGNAL", 1, 99, 2, 100, False)]


def test_percent_distances() -> None:
    """X6: 2 % of the fill at 100 is 2; a trail of 5 % of the extreme 140 is 7, from the extreme 100 it was 5."""
    rows = [SIGNAL, (100, 140, 99, 139), (139, 140, 133, 134)]
    assert told(run([*rows[:2], (99, 99, 98, 98)], 1, Order(0, "long", stop=percent(2))), 1)[0][4] == 98
    trail = run(rows, 1, Order(0, "long", trail=percent(5)))
    assert told(trail, 1) == [("TRAIL", 1, 100, 2, 133, False)]


def test_percent_trail_never_loosens() -> None:
    """X6: 150 % below 100 is -50; at the extreme of 140 it would be -70."""
    trade = run([SIGNAL, (100, 140, 99, 139), UP], 1, Order(0, "long", trail=percent(150))).trades[0]
    assert trade["exit_stop_price"] == -50


@SIDES
def test_real_ask_candles(side: int) -> None:
    """C4: a long enters on the ask and leaves on the bid; the first spread is 2, that of the close 1."""
    ask = candles([SIGNAL, (103, 105, 102, 103)])
    bid = candles([SIGNAL, (101, 103, 100, 102)], ask=ask)
    trade = simulate([Order(0, side)], bid).trades[0]
    assert (trade["entry_price"], trade["exit_price"]) == ((103, 102) if side > 0 else (101, 103))
    assert trade["spread_cost"] == 1.5
    assert trade["gross"] == (0.5 if side > 0 else -0.5)


def test_exit_side_of_real_ask_stays_in_its_candle() -> None:
    """E4: buy at ask 105 with an opening spread of 4 puts the bid at 101; its candle never fell below 103."""
    ask = candles([SIGNAL, (104, 106, 104, 105)])
    bid = candles([SIGNAL, (100, 104, 100, 103)], ask=ask)
    low = candles([SIGNAL, (103, 104, 103, 103)], ask=candles([SIGNAL, (107, 108, 104, 105)]))
    assert told(simulate([Order(0, 1, "stop", 105, stop=2)], bid), 1)[0] == ("SL_AT_ENTRY", 1, 105, 1, 101, False)
    assert told(simulate([Order(0, 1, "limit", 105, stop=2)], low), 1)[0] == ("SL_AT_ENTRY", 1, 105, 1, 103, False)


@SIDES
def test_mid_quotes_live_on_half_ticks(side: int) -> None:
    """C4: bid and ask lie half a spread beside the mid; half a tick is a price."""
    sketch = candles([SIGNAL, UP, (102, 103, 101, 102)], quote="mid", spread=1.0)
    trade = simulate([Order(0, side, stop=4.5)], sketch).trades[0]
    assert trade["entry_price"] == 101 + 0.5 * side
    assert trade["stop_price"] == trade["entry_price"] - 4.5 * side
    assert trade["exit_price"] == 102 - 0.5 * side
    assert trade["gross"] == side
    assert trade["spread_cost"] == 1.0


class Refused(NamedTuple):
    """Orders decided on the signal candle or later, and what is counted."""

    name: str
    plan: list[Order | Exit]
    rejected: dict[str, int]


NAN = math.nan
REFUSED = [
    Refused("no next bar", [Order(2, 1)], {"NO_NEXT_BAR": 1}),
    Refused("in position", [Order(0, 1), Order(1, -1)], {"IN_POSITION": 1}),
    Refused("nan level", [Order(0, 1, "limit", NAN)], {"NAN_LEVEL": 1}),
    Refused("nan size of a market order", [Order(0, 1, size=NAN)], {"NAN_LEVEL": 1}),
    Refused("nan size of a resting order", [Order(0, 1, "limit", 50, size=NAN)], {"NAN_LEVEL": 1}),
    Refused("rounds to nothing", [Order(0, 1, stop=0.4)], {"WRONG_SIDE": 1}),
    Refused("half a tick is a tick", [Order(0, 1, stop=0.5)], {}),
    Refused("percent that rounds to nothing", [Order(0, 1, "limit", 40, stop=percent(1))], {"WRONG_SIDE": 1}),
    Refused("equal after rounding", [Order(0, 1, "limit", 50.2, stop_price=50)], {"WRONG_SIDE": 1}),
    Refused("nan before wrong side", [Order(0, 1, "limit", 50, stop=0.1, size=NAN)], {"NAN_LEVEL": 1}),
    Refused("no stop for a risk", [Order(0, 1, size=RiskPercent(1)), Order(0, 1, stop=NAN, size=RiskPercent(1))],
            {"NAN_LEVEL": 2}),
    Refused("stop on the wrong side for a risk", [Order(0, 1, stop_price=101, size=RiskPercent(1))], {"NAN_LEVEL": 1}),
    Refused("replaced then unfilled", [Order(0, 1, "limit", 50), Order(1, -1, "stop", 40)],
            {"REPLACED": 1, "UNFILLED": 1}),
    Refused("replaced at one close", [Order(0, -1), Order(0, 1, "limit", 50)], {"REPLACED": 1, "UNFILLED": 1}),
    Refused("refused does not replace", [Order(0, 1, "limit", 50), Order(1, 1, "limit", NAN)],
            {"NAN_LEVEL": 1, "UNFILLED": 1}),
    Refused("expired, not replaced", [Order(0, 1, "limit", 50, expiry=1), Order(1, 1)], {"EXPIRED": 1}),
    Refused("exit while flat cancels nothing", [Order(0, 1, "limit", 50), Exit(0), Exit(1)], {"UNFILLED": 1}),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=[case.name for case in REFUSED])
def test_refused(case: Refused) -> None:
    """D3, D5, D6, D7, D9: what is counted, by reason."""
    assert run([SIGNAL, UP, UP], 1, *case.plan).rejected == case.rejected


def test_conflict_counts_both() -> None:
    """D6, D9: both conditions true are two rejections; on the last candle the earlier reason applies."""
    both = np.array([True, False, True])
    result = simulate(Strategy(enter_long=both, enter_short=both), candles([SIGNAL, UP, UP]))
    assert result.rejected == {"NO_NEXT_BAR": 2, "CONFLICT": 2}


def test_window() -> None:
    """D8: decisions count from ``start``; orders outside the window are none, the last candle inside is the end."""
    plan = [Order(0, 1), Order(1, 1), Order(3, 1)]
    result = simulate(plan, candles([SIGNAL, UP, UP, UP, UP]), start=1, end=3)
    assert told(result, 1) == [("END_OF_DATA", 2, 101, 2, 102, False)]
    assert result.rejected == {}
    assert len(result.equity) == 2
