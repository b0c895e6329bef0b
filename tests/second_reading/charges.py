"""Slippage models, account currency: S1, S5."""

from __future__ import annotations

import btcore as bt
from second_reading.writing import START, case, flat, leave, long, short, trade

TICKS = {"slippage": bt.TickSlippage(2)}
RANGE = {"slippage": bt.RangeSlippage(0.5)}

SLIPPAGE = [
    case("tick_slippage", "S1, T1: 2 ticks at the entry, 2 at the stop", [START, (100, 101, 97, 99), flat(99)],
         [long(0, stop_price=98)], [trade(1, 102, 1, 96, "SL", -6, gross=-2, slippage_cost=4)], costs=TICKS),
    case("tick_slippage_of_fine_ticks", "S1: 2 ticks of 0.1", [START, flat(100), flat(101)], [long(0)],
         [trade(1, 100.2, 2, 101, "END_OF_DATA", 0.8)], costs=TICKS, tick=0.1),
    case("tick_slippage_not_on_limit_or_target", "S1", [START, (100, 101, 95, 97), (97, 99, 96, 98)],
         [long(0, "limit", 95, target_price=99)], [trade(1, 95, 2, 99, "TP", 4, slippage_cost=0)], costs=TICKS),
    case("percent_slippage", "S1: 1 % of 100, then of 200", [START, flat(100), flat(200), flat(200)],
         [long(0), leave(1)], [trade(1, 101, 2, 198, "SIGNAL", 97, slippage_cost=3)],
         costs={"slippage": bt.PercentSlippage(1)}, mirror=False),
    case("percent_slippage_rounded", "S1, C5: 0.3 adversely to a tick, on each side", [START, flat(100), flat(100),
         flat(100)], [long(0), leave(1)], [trade(1, 101, 2, 99, "SIGNAL", -2)],
         costs={"slippage": bt.PercentSlippage(0.3)}, mirror=False),
    case("percent_slippage_on_the_grid", "S1, C5: 0.1 % of 100 is a tick of 0.1, not two",
         [START, flat(100), flat(100)], [long(0)], [trade(1, 100.1, 2, 100, "END_OF_DATA", -0.1)],
         costs={"slippage": bt.PercentSlippage(0.1)}, tick=0.1, mirror=False),
    case("percent_slippage_short", "S1: 1 % of 100 below, 2.0 of 200 above", [START, flat(100), flat(200), flat(200)],
         [short(0), leave(1)], [trade(1, 99, 2, 202, "SIGNAL", -103)], costs={"slippage": bt.PercentSlippage(1)},
         mirror=False),
    case("range_slippage", "S1, X3: half of 6 at the entry, half of 4 at the close",
         [START, (100, 104, 98, 102), (102, 106, 102, 104), flat(104)], [long(0, max_bars=2)],
         [trade(1, 103, 2, 102, "TIME", -1, gross=4, slippage_cost=5)], costs=RANGE),
    case("range_slippage_rounded", "S1, C5: 2.5 to 3", [START, (100, 103, 98, 102), flat(104)], [long(0)],
         [trade(1, 103, 2, 104, "END_OF_DATA", 1)], costs=RANGE),
    case("range_slippage_of_no_range", "S1: a candle without range slips nothing",
         [START, flat(100), flat(101), flat(99)], [long(0), leave(1)],
         [trade(1, 100, 2, 101, "SIGNAL", 1, slippage_cost=0)], costs=RANGE),
    case("range_slippage_of_stop_entry", "S1, E1: S = 105 and half of 8; marked without slippage at the end",
         [START, (100, 106, 98, 105), flat(110)], [long(0, "stop", 105)],
         [trade(1, 109, 2, 110, "END_OF_DATA", 1, slippage_cost=4)], costs=RANGE),
    case("range_slippage_beyond_the_candle", "S1: not capped: the low is 98, out at 95",
         [START, flat(100), (100, 104, 98, 99), flat(99)], [long(0, stop_price=98)],
         [trade(1, 100, 2, 95, "SL", -5)], costs=RANGE),
    case("range_slippage_moves_the_target", "S1: a distance counts from the recorded 103: 105, not reached on candle 1",
         [START, (100, 104, 98, 103), (103, 105, 103, 104)], [long(0, target=2)],
         [trade(1, 103, 2, 105, "TP", 2, target_price=105)], costs=RANGE),
    case("range_slippage_at_entry", "S1, E4: in at 103, its stop 101 above the open 100; out there less 3",
         [START, (100, 104, 98, 103), flat(103)], [long(0, stop=2)],
         [trade(1, 103, 1, 97, "SL_AT_ENTRY", -6, gross=0, slippage_cost=6)], costs=RANGE),
    case("close_entry_range_slippage", "S1, D2: half of the range of 6 of candle 1", [START, (100, 104, 98, 102),
         flat(107)], [long(1, "close")], [trade(1, 105, 2, 107, "END_OF_DATA", 2)], costs=RANGE),
    case("random_slippage", "S1: the hash of (seed 1, candle 1, position 0, in) gives 1 of 0 to 3, that of the exit 2",
         [START, flat(100), flat(110), flat(110)], [long(0), leave(1)],
         [trade(1, 101, 2, 108, "SIGNAL", 7, gross=10, slippage_cost=3)],
         costs={"slippage": bt.RandomSlippage(3, seed=1)}),
    case("random_slippage_of_another_seed", "S1: seed 2 gives 3 and 0", [START, flat(100), flat(110), flat(110)],
         [long(0), leave(1)], [trade(1, 103, 2, 110, "SIGNAL", 7)], costs={"slippage": bt.RandomSlippage(3, seed=2)}),
    case("random_slippage_of_two_positions",
         "S1: at one open the first leaves for 2, the second enters for 0, and leaves for 2",
         [START, flat(100), flat(110), flat(110)], [long(0), leave(1), long(1), leave(2)],
         [trade(1, 101, 2, 108, "SIGNAL", 7), trade(2, 110, 3, 108, "SIGNAL", -2)],
         costs={"slippage": bt.RandomSlippage(3, seed=1)}),
    case("random_slippage_not_on_limits", "S1", [START, (100, 101, 95, 97), (97, 99, 96, 98)],
         [long(0, "limit", 95, target_price=99)], [trade(1, 95, 2, 99, "TP", 4, slippage_cost=0)],
         costs={"slippage": bt.RandomSlippage(3, seed=1)}),
    case("no_ticks_of_random_slippage", "S1: of 0 ticks, whatever its seed", [START, flat(100), flat(101), flat(101)],
         [long(0), leave(1)], [trade(1, 100, 2, 101, "SIGNAL", 1)],
         costs={"slippage": bt.RandomSlippage(0, seed=1)}),
]  # fmt: skip


def euros(rate, **more) -> dict:
    """Costs of an account in euros; `rate` is euros per dollar."""
    return {"account_currency": "EUR", "conversion": rate, **more}


UP = [START, (100, 103, 99, 102), flat(103)]

CURRENCY = [
    case("conversion", "S5, T1, T4: half a euro per dollar", UP, [long(0)],
         [trade(1, 100, 2, 103, "END_OF_DATA", 1.5, gross=1.5)], costs=euros(0.5), cash=1000,
         equity=[1000, 1001, 1001.5]),
    case("conversion_and_costs", "S5, T1, S2: spread and slippage are converted; a commission per fill is in euros",
         UP, [long(0)], [trade(1, 103, 2, 103, "END_OF_DATA", -2, gross=1.5, spread_cost=1, slippage_cost=0.5,
                               commission=2)],
         costs=euros(0.5, spread=2, slippage=1, commission={"per_trade": 1})),
    case("conversion_of_percent_commission", "S5, S2: 1 % of 100 and of 103 dollars, halved", UP, [long(0)],
         [trade(1, 100, 2, 103, "END_OF_DATA", 1.5 - 0.5 - 0.515, commission=1.015)],
         costs=euros(0.5, commission={"percent": 1})),
    case("conversion_r", "S5, T2: 1.5 / (2 * 0.5), whatever the rate", [START, (100, 103, 99, 102)],
         [long(0, stop_price=98, target_price=103)], [trade(1, 100, 1, 103, "TP", 1.5, r_multiple=1.5)],
         costs=euros(0.5)),
    case("conversion_r_with_commission", "S5, T2: (1.5 - 1) / (2 * 0.5)", [START, (100, 103, 99, 102)],
         [long(0, stop_price=98, target_price=103)], [trade(1, 100, 1, 103, "TP", 0.5, r_multiple=0.5)],
         costs=euros(0.5, commission={"per_trade": 0.5})),
    case("conversion_fixed_cash", "S5, S4: 1000 euros buy 2000 dollars", UP, [long(0)],
         [trade(1, 100, 2, 103, "END_OF_DATA", 30, size=20)], costs=euros(0.5), size={"fixed_cash": 1000}),
    case("conversion_percent_equity", "S5, S4: half of 10000 euros, 10000 dollars", UP, [long(0)],
         [trade(1, 100, 2, 103, "END_OF_DATA", 150, size=100)], costs=euros(0.5), size={"percent_equity": 50},
         cash=10_000),
    case("conversion_risk", "S5, S4: 100 euros over 5 dollars: 200 / 5 = 40", [START, (100, 101, 95, 96)],
         [long(0, stop=5)], [trade(1, 100, 1, 95, "SL", -100, size=40, r_multiple=-1)], costs=euros(0.5),
         size={"risk_percent": 1}, cash=10_000),
    case("conversion_volatility_target", "S5, S4: 100 euros over 5 dollars", UP, [long(0)],
         [trade(1, 100, 2, 103, "END_OF_DATA", 60, size=40)], costs=euros(0.5),
         size={"volatility_target": 1, "volatility": 5}, cash=10_000),
    case("conversion_per_candle", "S5, T4: marked at the rate of each close, booked at that of the exit",
         UP, [long(0)], [trade(1, 100, 2, 103, "END_OF_DATA", 2.4, gross=2.4)], costs=euros([0.5, 0.5, 0.8]),
         cash=1000, equity=[1000, 1001, 1002.4]),
    case("conversion_per_candle_commission", "S5, S2: each fill at its own rate: 100 * 1 % * 0.5, 103 * 1 % * 0.8",
         UP, [long(0)], [trade(1, 100, 2, 103, "END_OF_DATA", 2.4 - 0.5 - 0.824, commission=1.324)],
         costs=euros([0.5, 0.5, 0.8], commission={"percent": 1})),
    case("conversion_per_candle_size", "S5, S4: 1000 euros at the rate of the entry candle", UP, [long(0)],
         [trade(1, 100, 2, 103, "END_OF_DATA", 48, size=20)], costs=euros([0.1, 0.5, 0.8]), size={"fixed_cash": 1000},
         reading="a market order is sized at its fill, so at the rate of that candle"),
    case("conversion_then_flat", "S5, T4: what is booked does not move with the rate", [START, (100, 103, 99, 102),
         flat(103), flat(103)], [long(0, target_price=103)], [trade(1, 100, 1, 103, "TP", 1.5)],
         costs=euros([0.5, 0.5, 0.8, 0.9]), cash=1000, equity=[1000, 1001.5, 1001.5, 1001.5]),
    case("conversion_missing", "S5: an error", UP, [long(0)], costs={"account_currency": "EUR"},
         error="ParameterError"),
    case("conversion_not_needed", "S5: the quote currency is the dollar", UP, [long(0)],
         [trade(1, 100, 2, 103, "END_OF_DATA", 3)], costs={"account_currency": "USD"}),
]  # fmt: skip

CASES = SLIPPAGE + CURRENCY
