"""Spreads by the hour and sizes by a volatility target: C4, S4."""

from __future__ import annotations

import datetime

from second_reading.writing import NAN, START, case, flat, leave, long, short, trade


def target(percent: float, volatility) -> dict:
    """A size by a volatility target."""
    return {"volatility_target": percent, "volatility": volatility}


CASES = [
    # --- spreads by the hour ------------------------------------------------------------------------------------------
    case("hourly_spread", "C4, T1: 3 in the hour of the entry, 1 in that of the exit, half of each is paid",
         [START, flat(100), flat(104)], [long(0)],
         [trade(1, 103, 2, 104, "END_OF_DATA", 1, gross=3, spread_cost=2)],
         costs={"spread": {"hours": {1: 3}, "default": 1}}),
    case("hourly_spread_takes_a_stop", "C4, X1: the ask opens at 103 at 02:00",
         [START, (100, 101, 99, 100), (100, 101, 99, 100), flat(100)], [short(0, stop_price=103)],
         [trade(1, 100, 2, 103, "SL_GAP", -3)], costs={"spread": {"hours": {2: 3}, "default": 1}}),
    case("hourly_spread_in_new_york", "C4: 17:00 in New York is 22:00 UTC in January",
         [START, flat(100), flat(100)], [long(0)], [trade(1, 103, 2, 100, "END_OF_DATA", -3)],
         costs={"spread": {"hours": {17: 3}, "default": 0, "tz": "America/New_York"}},
         start_time=datetime.datetime(2024, 1, 8, 21, tzinfo=datetime.UTC)),
    case("hourly_spread_in_new_york_summer", "C4: 17:00 in New York is 21:00 UTC in July",
         [START, flat(100), flat(100)], [long(0)], [trade(1, 103, 2, 100, "END_OF_DATA", -3)],
         costs={"spread": {"hours": {17: 3}, "default": 0, "tz": "America/New_York"}},
         start_time=datetime.datetime(2024, 7, 8, 20, tzinfo=datetime.UTC)),
    case("hourly_spread_rounded_up", "C4, C5: 0.2 is a tick", [START, flat(100), flat(100)], [long(0)],
         [trade(1, 101, 2, 100, "END_OF_DATA", -1)], costs={"spread": {"hours": {1: 0.2}, "default": 0}}),
    case("hourly_spread_of_long_candles", "C4: the hour of its open holds for the whole candle",
         [START, (100, 101, 99, 100), flat(100)], [long(0)], [trade(1, 101, 2, 100, "END_OF_DATA", -1)],
         costs={"spread": {"hours": {5: 3}, "default": 1}}, minutes=240),
    # --- volatility targets -------------------------------------------------------------------------------------------
    case("volatility_target", "S4: 1 % of 10000 over 5", [START, flat(100), flat(103)], [long(0)],
         [trade(1, 100, 2, 103, "END_OF_DATA", 60, size=20)], size=target(1, 5), cash=10_000),
    case("volatility_target_of_the_signal_candle", "S4: 5 on candle 0, 10 on candle 2, whatever lies between",
         [START, flat(100), flat(100), flat(103)], [], [trade(1, 100, 2, 100, "SIGNAL", 0, size=20),
                                                         trade(3, 103, 3, 103, "END_OF_DATA", 0, size=10)],
         strategy={"enter_long": [1, 0, 1, 0], "exit_long": [0, 1, 0, 0]}, size=target(1, [5, 50, 10, 50]),
         cash=10_000),
    case("volatility_target_of_the_decision", "S4: of a resting order too, filled two candles later",
         [START, flat(100), (100, 105, 99, 104), flat(106)], [], [trade(2, 105, 3, 106, "END_OF_DATA", 20, size=20)],
         strategy={"enter_long": [1, 0, 0, 0], "entry": "stop", "price": 105}, size=target(1, [5, 50, 50, 50]),
         cash=10_000),
    case("volatility_target_nan", "S4, D5", [START, flat(100), flat(103)], [], rejected={"NAN_LEVEL": 1},
         strategy={"enter_long": [1, 0, 0]}, size=target(1, [NAN, 5, 5]), cash=10_000),
    case("volatility_target_floored", "S4: 33.3 to 33", [START, flat(100), flat(103)], [long(0)],
         [trade(1, 100, 2, 103, "END_OF_DATA", 99, size=33)], size=target(1, 3), cash=10_000,
         instrument={"lot_step": 1, "lot_min": 1}),
    case("volatility_target_below_min", "S4: 0.5", [START, flat(100), flat(103)], [long(0)],
         rejected={"SIZE_BELOW_MIN": 1}, size=target(1, 200), cash=10_000, instrument={"lot_step": 1, "lot_min": 1}),
    case("volatility_target_grown", "S4: 1 % of 10000 over 5, then of 10200", [START, flat(100), flat(110), flat(110),
         flat(110)], [long(0), leave(1), long(2)],
         [trade(1, 100, 2, 110, "SIGNAL", 200, size=20), trade(3, 110, 4, 110, "END_OF_DATA", 0, size=20.4)],
         size=target(1, 5), cash=10_000),
    case("volatility_target_needs_no_stop", "S4: a stop does not matter to it", [START, (100, 101, 96, 98)],
         [long(0, stop=4)], [trade(1, 100, 1, 96, "SL", -80, size=20, r_multiple=-1)], size=target(1, 5),
         cash=10_000),
]  # fmt: skip
