"""Which finer candles can replay candles, and what is said where they cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import btcore as bt
from btcore import errors
from btcore.magnify import finer_of
from btcore.plan import Conditions, Plan

MINUTE = 60_000_000_000
# Two candles of three minutes; each row of minutes is open, high, low, close.
MINUTES = [(10, 12, 10, 11), (11, 11, 8, 9), (9, 10, 9, 10), (10, 10, 9, 9), (9, 9, 9, 9), (9, 13, 9, 12)]
ORDERS = [bt.Order(0, "long", target=3.0)]


def make(rows: Any, times: Any, *, period: int = MINUTE, **settings: Any) -> bt.Candles:
    """Candles from rows and times in minutes."""
    stamps = np.asarray(times, dtype=np.int64) * MINUTE
    options = {"tick": 1.0, "symbol": "X", "period": period} | settings
    return bt.Candles(stamps, *np.array(rows, dtype=np.float64).T, **options)


def coarse(**settings: Any) -> bt.Candles:
    return make([(10, 12, 8, 10), (10, 13, 9, 12)], [0, 3], period=3 * MINUTE, **settings)


def finer(keep: Any = range(6), **settings: Any) -> bt.Candles:
    return make([MINUTES[k] for k in keep], list(keep), **settings)


def replays(candles: bt.Candles, fine: bt.Candles) -> str:
    """What a run says of its one trade, or the message of its error."""
    try:
        rows = bt.simulate(ORDERS, candles, rules=bt.Rules(magnify=fine)).trades
    except errors.BtcoreError as error:
        return f"{type(error).__name__}: {str(error).removeprefix('Rules(magnify=...): ')}"
    return bt.ExitReason(int(rows[0]["exit_reason"])).name


def test_minutes_that_make_up_their_candles() -> None:
    assert replays(coarse(), finer()) == "TP"


@pytest.mark.parametrize("keep", [(0, 1, 2), (3, 4, 5), (0, 1, 2, 3, 4), (0, 1, 2, 5)])
def test_a_candle_may_lack_finer_ones(keep: tuple[int, ...]) -> None:
    assert replays(coarse(), finer(keep)) == "TP"


def test_finer_candles_between_candles_belong_to_none() -> None:
    candles = make([(10, 12, 8, 10), (10, 13, 9, 12)], [0, 9], period=3 * MINUTE)
    fine = make([*MINUTES[:3], (50, 99, 1, 50), *MINUTES[3:]], [0, 1, 2, 5, 9, 10, 11])
    assert replays(candles, fine) == "TP"


REFUSED: dict[str, tuple[bt.Candles, bt.Candles, str]] = {
    "symbol": (coarse(), finer(symbol="Y"), "ParameterError: symbol of the finer candles is 'Y', not 'X'"),
    "quote": (coarse(), finer(quote="mid"), "ParameterError: quote of the finer candles is 'mid', not 'bid'"),
    "tick": (
        coarse(),
        finer(tick=0.5),
        "ParameterError: tick of the finer candles is 0.5, not 1.0; give both the same tick=",
    ),
    "no ask": (
        coarse(ask=coarse(quote="ask")),
        finer(),
        "ParameterError: the candles have ask candles of their own, the finer ones have none",
    ),
    "an ask": (
        coarse(),
        finer(ask=finer(quote="ask")),
        "ParameterError: the candles have no ask candles of their own, the finer ones have them",
    ),
    "not finer": (
        coarse(),
        coarse(),
        "ParameterError: its candles last 180 seconds, the candles that they are to replay 180; "
        "they have to be finer",
    ),
    "elsewhere": (
        coarse(),
        make(MINUTES, np.arange(6) + 1000),
        "DataError: no finer candle opens within a candle; the candles run from 1970-01-01 00:00:00 UTC to "
        "1970-01-01 00:03:00 UTC, the finer ones from 1970-01-01 16:40:00 UTC to 1970-01-01 16:45:00 UTC",
    ),
    "nothing made up": (
        coarse(),
        finer((1, 2, 4)),
        "DataError: none of the 2 candles that have finer ones is made up by them (open, high, low "
        "and close); the candles run from 1970-01-01 00:00:00 UTC to 1970-01-01 00:03:00 UTC, the finer ones from "
        "1970-01-01 00:01:00 UTC to 1970-01-01 00:04:00 UTC; both need the same source and the same zone",
    ),
    "out of range": (
        coarse(),
        make([*MINUTES[:4], (9, 14, 9, 9), MINUTES[5]], range(6)),
        "DataError: finer candles leave the range of 1 of 2 candles; the first is candle 1 "
        "(1970-01-01 00:03:00 UTC) with low 9.0 and high 13.0, where the finer ones reach 9.0 and 14.0; both need the "
        "same source and the same zone",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_finer_candles_that_cannot_replay(name: str) -> None:
    candles, fine, message = REFUSED[name]
    assert replays(candles, fine) == message


def test_an_ask_that_disagrees() -> None:
    candles, fine = coarse(ask=coarse(quote="ask")), finer(ask=finer(quote="ask"))
    assert replays(candles, fine) == "TP"
    high = make([*MINUTES[:5], (9, 15, 9, 12)], range(6), quote="ask")
    assert replays(candles, finer(ask=high)).startswith("DataError: finer candles leave the range")


def test_rules_take_candles_only() -> None:
    with pytest.raises(errors.ParameterError, match=r"Rules: magnify must be Candles, finer ones, got str"):
        bt.Rules(magnify="1min")  # type: ignore[arg-type]


def test_what_was_found_is_kept_for_the_finer_candles_of_the_last_run() -> None:
    candles, one, other = coarse(), finer(), finer((0, 1, 2))
    costs = bt.Costs()
    for fine, end in ((one, [3, 6]), (other, [3, 3]), (one, [3, 6])):
        finer_of(candles, fine, costs)
        begin, found = candles.derived("replays", lambda own: [])[1]
        assert (begin.tolist(), found.tolist()) == ([0, 3], end)


def test_a_plan_takes_several() -> None:
    """Rules of one plan may have finer candles or none; the finer they are, the less stays open."""
    candles = bt.synthetic_candles(20_000, seed=5)
    hours = candles.resample("1h")
    steps = bt.Strategy(bt.close > bt.open, stop=0.0002, target=0.0002)
    plan = Plan(hours)
    several = [bt.Rules(magnify=fine) for fine in (None, candles.resample("15min"), candles)]
    drivers = [plan.add(steps, Conditions(rules=rules, end=len(hours))) for rules in several]
    plan.run()
    together = [driver.trades() for driver in drivers]
    for rules, rows in zip(several, together, strict=True):
        assert rows.tobytes() == bt.simulate(steps, hours, rules=rules).trades.to_numpy().tobytes()
    shares = [rows["ambiguous"].mean() for rows in together]
    assert shares[0] > shares[1] > shares[2]


def test_the_hash_of_a_result_depends_on_the_finer_candles() -> None:
    hashes = [bt.simulate(ORDERS, coarse(), rules=rules).content_hash for rules in (
        bt.Rules(), bt.Rules(magnify=finer()), bt.Rules(magnify=finer()), bt.Rules(magnify=finer((0, 1, 2))),
    )]  # fmt: skip
    assert hashes[1] == hashes[2]
    assert len(set(hashes)) == 3
