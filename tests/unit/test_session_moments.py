"""Sessions: ends of trading sessions, nights and rates of conversion come with the candles. Worked out by hand."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import btcore as bt

HOUR = 3_600 * 10**9
TEN = bt.Instrument("TEN", 1.0, quote_currency="USD")
FLAT = (100.0, 100.0, 100.0, 100.0)
RISES = (100.0, 101.0, 100.0, 101.0)
UP = bt.close > bt.open
# a percent of the price for each night, at midnight UTC, every day
NIGHTS = bt.Financing(365.0, 0.0, roll="00:00", tz="UTC", triple=None, weekends=True)


def session(strategy: Any = None, **settings: Any) -> bt.Session:
    return bt.Session(strategy or bt.Strategy(UP), TEN, size=2.0, **settings)


def ending(at: str = "03:00") -> bt.Session:
    return session(bt.Strategy(UP, session=bt.SessionEnd(at)), period="1h")


def copied(live: bt.Session) -> bt.Session:
    return pickle.loads(pickle.dumps(live))


def reasons(events: list[bt.Event]) -> list[Any]:
    return [event.reason for event in events if event.kind == "closed"]


def test_a_position_leaves_at_the_close_of_the_candle_that_lasts_to_the_end() -> None:
    live = ending()
    assert [event.kind for event in live.push(0, *RISES)] == ["placed"]
    assert [event.kind for event in copied(live).push(1 * HOUR, *FLAT)] == ["filled"]
    assert [event.kind for event in live.push(1 * HOUR, *FLAT)] == ["filled"]
    (event,) = copied(live).push(2 * HOUR, 100.0, 103.0, 99.0, 99.0)
    assert (event.kind, event.reason, event.record["exit_price"]) == ("closed", bt.ExitReason.SESSION, 99.0)
    (event,) = live.push(2 * HOUR, 100.0, 103.0, 99.0, 99.0)
    assert event.reason == bt.ExitReason.SESSION


def test_it_leaves_at_the_first_open_after_an_end_without_a_candle() -> None:
    live = ending()
    for t in (0, 1):
        live.push(t * HOUR, *RISES)
    (event, _) = live.push(5 * HOUR, 104.0, 106.0, 104.0, 106.0)
    assert (event.kind, event.reason, event.record["exit_price"]) == ("closed", bt.ExitReason.SESSION, 104.0)


def test_a_position_that_enters_at_the_end_stays_until_the_next() -> None:
    live = ending()
    live.push(2 * HOUR, *RISES)
    assert [event.kind for event in live.push(3 * HOUR, *FLAT)] == ["filled"]
    for t in range(4, 26):
        assert live.push(t * HOUR, *FLAT) == []
    assert reasons(live.push(26 * HOUR, *FLAT)) == [bt.ExitReason.SESSION]


def test_the_end_of_between() -> None:
    live = session(bt.Strategy(UP, session=bt.between("22:00", "02:00")), period="1h")
    live.push(0, *RISES)
    assert reasons(live.push(1 * HOUR, *FLAT)) == [bt.ExitReason.SESSION]


def test_nights() -> None:
    """Two nights of 1 % of 100 for a size of 2; the equity pays them when they are over."""
    live = session(costs=bt.Costs(financing=NIGHTS))
    live.push(22 * HOUR, *RISES)
    live.push(23 * HOUR, *FLAT)
    assert live.equity == 10_000.0
    live.push(24 * HOUR, *FLAT)
    assert live.equity == 9_998.0
    live = copied(live)
    live.push(30 * HOUR, *FLAT)
    live.push(47 * HOUR, *FLAT)
    assert live.equity == 9_998.0
    live.push(49 * HOUR, *FLAT)
    assert live.equity == 9_996.0
    trade = live.finish().trades[0]
    assert (trade["financing"], trade["net"]) == (4.0, -4.0)
    assert len(live.trades) == 0


def test_nights_without_candles_count() -> None:
    live = session(bt.Strategy(UP, bt.close < bt.open), costs=bt.Costs(financing=NIGHTS))
    live.push(22 * HOUR, *RISES)
    live.push(23 * HOUR, *FLAT)
    live.push(100 * HOUR, *FLAT)  # midnights of hours 24, 48, 72, 96
    assert live.finish().trades["financing"].tolist() == [8.0]


def test_rates_come_with_the_candles() -> None:
    """Two units gain 3 USD each: 6 USD at a rate of 0.5 are 3 EUR."""
    live = session(bt.Strategy(UP, target=3.0), costs=bt.Costs(account_currency="EUR"))
    live.push(0, *RISES, rate=4.0)
    live.push(1, 100.0, 101.0, 99.0, 99.0, rate=0.25)
    assert live.equity == 10_000.0 - 2 * 0.25
    live = copied(live)
    (event,) = live.push(2, 99.0, 104.0, 99.0, 99.0, rate=0.5)
    assert (event.record["gross"], event.record["net"]) == (3.0, 3.0)
    assert live.equity == 10_003.0


def test_nights_are_paid_at_the_rate_of_the_entry() -> None:
    """1 % of 100 USD for each of 2 units: 2 USD, at the rate of the candle of the entry 1 EUR, at its exit 2 EUR."""
    live = session(costs=bt.Costs(account_currency="EUR", financing=NIGHTS))
    live.push(22 * HOUR, *RISES, rate=8.0)
    live.push(23 * HOUR, *FLAT, rate=0.5)
    for t in range(24, 40):
        live.push(t * HOUR, *FLAT, rate=1.0)
    assert live.finish().trades["financing"].tolist() == [1.0]


def test_rates_of_a_pair() -> None:
    """The pair opens at 0.5 in the second hour, and its candle is over at 0.25."""
    pair = bt.Candles([0, HOUR], [1.0, 0.5], [1.0, 0.5], [1.0, 0.25], [1.0, 0.25], tick=0.25, period="1h")
    live = session(bt.Strategy(UP, target=3.0), costs=bt.Costs(account_currency="EUR", conversion=bt.Conversion(pair)))
    with pytest.raises(bt.DataError, match="no price of the pair is known at 1969-12-31 23:00"):
        live.push(-HOUR, *FLAT)
    assert live.count == 0
    live.push(0, *RISES)
    live.push(HOUR, 100.0, 101.0, 100.0, 101.0)
    assert live.equity == 10_000.0 + 2 * 0.5
    (event, *_) = live.push(2 * HOUR, 101.0, 104.0, 101.0, 101.0)
    assert event.record["gross"] == 6 * 0.25


def test_a_constant_rate_needs_no_pushes() -> None:
    live = session(costs=bt.Costs(account_currency="EUR", conversion=0.5))
    live.push(0, *RISES)
    live.push(1, 100.0, 101.0, 100.0, 101.0)
    assert live.equity == 10_001.0


@pytest.mark.parametrize(
    ("costs", "rate", "message"),
    [
        (bt.Costs(account_currency="EUR"), None, "needs rate=, account currency for one unit of quote currency"),
        (bt.Costs(account_currency="EUR"), 0.0, "rate must be finite and above 0, got 0.0"),
        (bt.Costs(account_currency="EUR"), np.nan, "rate must be finite and above 0, got nan"),
        (bt.Costs(account_currency="USD"), 1.0, "takes no rate="),
        (bt.Costs(account_currency="EUR", conversion=2.0), 2.0, "takes no rate="),
        (None, 1.0, "takes no rate="),
    ],
)
def test_rates_that_are_wrong(costs: Any, rate: Any, message: str) -> None:
    live = session(costs=costs)
    with pytest.raises(bt.DataError, match=message):
        live.push(0, *FLAT, rate=rate)
    assert live.count == 0


def test_a_candle_that_is_refused_brings_nothing() -> None:
    live, other = (session(costs=bt.Costs(financing=NIGHTS)) for _ in range(2))
    for one in (live, other):
        one.push(22 * HOUR, *RISES)
        one.push(23 * HOUR, *FLAT)
    with pytest.raises(bt.DataError, match="are no candle"):
        live.push(30 * HOUR, 100.0, 99.0, 99.0, 99.0)
    assert live.state == other.state


PAIR = bt.Candles([0], [1.0], [1.0], [1.0], [1.0], tick=0.25, symbol="EURUSD")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: session(bt.Strategy(UP, session=bt.SessionEnd("16:30"))), "with session= needs period="),
        (lambda: session(rules=bt.Rules(magnify=PAIR)), "a candle that comes has no finer ones yet"),
        (
            lambda: session(costs=bt.Costs(account_currency="EUR", conversion=np.ones(3))),
            r"an array has no value for candles to come; push\(..., rate=...\) has",
        ),
        (
            lambda: session(costs=bt.Costs(account_currency="USD", conversion=bt.Conversion(PAIR))),
            "there is nothing to convert",
        ),
        (
            lambda: session(costs=bt.Costs(account_currency="EUR", conversion=bt.Conversion(PAIR))),
            "the wrong way round",
        ),
    ],
)
def test_arguments_that_have_no_meaning(make: Any, message: str) -> None:
    with pytest.raises(bt.BtcoreError, match=message):
        make()
