"""Financing: S3."""

from __future__ import annotations

import datetime

from second_reading.writing import START, case, flat, leave, long, short, trade

FLAT = [START, flat(100), flat(100), flat(100)]
WEEKEND = [0, 60, 3000, 3060]  # Friday 20:00 and 21:00, Sunday 22:00 and 23:00


def at(*when: int) -> datetime.datetime:
    """A moment in UTC."""
    return datetime.datetime(*when, tzinfo=datetime.UTC)


MONDAY, WEDNESDAY, FRIDAY = (at(2024, 1, day, 20) for day in (8, 10, 12))  # candle 2 opens at 17:00 in New York


def financed(id: str, why: str, orders, trades, *, candles=FLAT, start_time=MONDAY, size=100, costs=None, **more):
    """A case that pays 3.65 % a year for longs: 1 a night for 100 units at 100; `more` may hold `financing`."""
    financing = more.pop("financing", {"long": 3.65, "short": -1.825})
    return case(id, why, candles, orders, trades, start_time=start_time, size=size,
                costs={"financing": financing, **(costs or {})}, **more)  # fmt: skip


def paid(nights: float, exit_index: int = 3, reason: str = "SIGNAL", entry_index: int = 1, **more) -> list:
    """The trade of 100 units that comes and goes at 100."""
    return [trade(entry_index, 100, exit_index, 100, reason, -nights, financing=nights, gross=0, **more)]


CASES = [
    financed("night", "S3, T1: held over 22:00 UTC, 10000 * 3.65 % / 365", [long(0), leave(2)], paid(1)),
    financed("night_left_at_the_roll", "S3: open when the candle of the roll opens, left at that open",
             [long(0), leave(1)], paid(1, 2)),
    financed("night_left_at_the_close_before", "S3: gone before that candle opens", [long(0, max_bars=1)],
             paid(0, 1, "TIME")),
    financed("night_entered_at_the_roll", "S3", [long(1), leave(2)], paid(0, entry_index=2)),
    financed("night_entered_at_the_close_before", "S3, D2: on a candle before the roll",
             [long(1, "close"), leave(2)], paid(1), reading="'entered on a candle before the roll' goes by its open"),
    financed("night_of_a_stop_gap", "S3, X1: left at the open of the roll's candle", [long(0, stop_price=98)],
             [trade(1, 100, 2, 97, "SL_GAP", -301, financing=1, r_multiple=-1.505)],
             candles=[START, flat(100), (97, 98, 96, 97), flat(97)]),
    financed("night_of_a_stop_before", "S3: left inside the candle before", [long(0, stop_price=98)],
             [trade(1, 100, 1, 98, "SL", -200, financing=0)], candles=[START, (100, 101, 98, 99), flat(99), flat(99)]),
    financed("night_short_credit", "S3: shorts are paid half", [short(0), leave(2)], paid(-0.5)),
    financed("night_at_the_end", "S3, X8", [long(0)], paid(1, 2, "END_OF_DATA"), candles=FLAT[:3]),
    financed("night_in_equity", "S3, T4: from the roll on", [long(0), leave(2)], paid(1),
             cash=1000, equity=[1000, 1000, 999, 999]),
    financed("night_of_wednesday", "S3: counts three", [long(0), leave(2)], paid(3), start_time=WEDNESDAY),
    financed("night_of_friday", "S3: counts one, Saturday and Sunday have none", [long(0), leave(2)], paid(1),
             start_time=FRIDAY, times=WEEKEND),
    financed("night_of_friday_triple", "S3", [long(0), leave(2)], paid(3), start_time=FRIDAY, times=WEEKEND,
             financing={"long": 3.65, "triple": "friday"}),
    financed("night_of_wednesday_single", "S3: Friday is the triple day", [long(0), leave(2)], paid(1),
             start_time=WEDNESDAY, financing={"long": 3.65, "triple": "friday"}),
    financed("night_of_wednesday_no_triple", "S3", [long(0), leave(2)], paid(1), start_time=WEDNESDAY,
             financing={"long": 3.65, "triple": "none"}),
    financed("nights_of_a_weekend", "S3: Friday, Saturday, and Sunday at the very open of candle 2",
             [long(0), leave(2)], paid(3), start_time=FRIDAY, times=WEEKEND,
             financing={"long": 3.65, "triple": "none", "weekends": True}),
    financed("nights_of_a_week", "S3: Tuesday 1, Wednesday 3, Thursday 1, Friday 1, Monday 1",
             [long(0), leave(7)], paid(7, 8), candles=[START, *[flat(100)] * 9], start_time=at(2024, 1, 8),
             minutes=1440),
    financed("nights_without_candles", "S3: Monday 1, Tuesday 1, Wednesday 3, all at the open of candle 2",
             [long(0), leave(1)], paid(5, 2), times=[0, 60, 3060, 3120]),
    financed("night_in_summer_time", "S3: on 11 March 17:00 in New York is 21:00 UTC, the open of candle 2",
             [long(0), leave(1)], paid(1, 2), start_time=at(2024, 3, 11, 19)),
    financed("night_in_winter_time", "S3: on 4 March it is 22:00 UTC, after candle 2 opened", [long(0), leave(1)],
             paid(0, 2), start_time=at(2024, 3, 4, 19)),
    financed("night_in_points", "S3: 2 ticks of 0.1 for each of 100 units", [long(0), leave(2)], paid(20), tick=0.1,
             financing={"long": 2, "unit": "points"}),
    financed("night_by_lots", "S3: 7 for each of 2 lots of 50", [long(0), leave(2)], paid(14),
             financing={"long": 7, "unit": "lot"}, instrument={"contract_size": 50}),
    financed("night_of_360", "S3: 10000 * 3.6 % / 360", [long(0), leave(2)], paid(1),
             financing={"long": 3.6, "year": 360}),
    financed("night_of_the_slipped_price", "S3: 11000 * 3.65 % / 365", [long(0), leave(2)],
             [trade(1, 110, 3, 90, "SIGNAL", -2001.1, financing=1.1)], costs={"slippage": 10}),
    financed("night_of_the_entry_price", "S3: of the notional at entry, although the price doubled",
             [long(0), leave(2)], [trade(1, 100, 3, 200, "SIGNAL", 9999, financing=1)],
             candles=[START, flat(100), flat(200), flat(200)]),
    financed("night_elsewhere", "S3: at midnight UTC, the open of candle 4", [long(0), leave(3)], paid(1, 4),
             candles=[START, *[flat(100)] * 5], financing={"long": 3.65, "roll": "00:00", "tz": "UTC"}),
    financed("night_elsewhere_not_yet", "S3: at midnight UTC, after candle 3", [long(0), leave(2)], paid(0),
             financing={"long": 3.65, "roll": "00:00", "tz": "UTC"}),
    financed("night_converted", "S3, S5: a percentage of the notional is in dollars, half a euro each",
             [long(0), leave(2)], paid(0.5), costs={"account_currency": "EUR", "conversion": 0.5}),
    financed("night_by_lots_not_converted", "S3, S5: an amount per lot is in account currency", [long(0), leave(2)],
             paid(14), financing={"long": 7, "unit": "lot"}, instrument={"contract_size": 50},
             costs={"account_currency": "EUR", "conversion": 0.5}),
    financed("nights_of_two", "S3, D10: the one entered before the roll pays", [], [
             trade(1, 100, 3, 100, "SIGNAL", -1, financing=1), trade(2, 100, 3, 100, "SIGNAL", 0, financing=0)],
             strategy={"enter_long": [1, 1, 0, 0], "exit_long": [0, 0, 1, 0], "max_positions": 2}),
    financed("night_and_percent_of_equity", "S3, S4, T4: 10000 less 0.5; half of it over 100",
             [long(0), leave(2), long(2)],
             [trade(1, 100, 3, 100, "SIGNAL", -0.5, financing=0.5, size=50),
              trade(3, 100, 3, 100, "END_OF_DATA", 0, size=49.9975)], size={"percent_equity": 50}, cash=10_000),
]  # fmt: skip
