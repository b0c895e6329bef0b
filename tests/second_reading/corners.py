"""Corners where rules meet that have cases of their own elsewhere."""

from __future__ import annotations

import btcore as bt
from second_reading.charges import RANGE, euros
from second_reading.modes import in_modes, one
from second_reading.writing import START, case, flat, long, trade

HALVES = ((0.5, 2), (0.5, 4))
UP, MORE = (100, 102, 99, 101), (101, 104, 100, 103)
K1 = {"rules_options": {"limit_through_ticks": 1}}
DOUBT = {"enter_long": [1, 0, 0], "entry": "stop", "price": 105, "stop": 6, "targets": ((0.5, 3), (0.5, 5))}
SURVIVED = [trade(1, 105, 2, 108, "TP", 6, True, size=2), trade(1, 105, 2, 107, "END_OF_DATA", 4, True, size=2)]

CASES = [
    case("each_order_its_own_expiry", "D3, D10: the first lives on candles 1 and 2, the second on 2 and 3",
         [START, flat(100), flat(100), (100, 106, 99, 104), flat(104)], [], [trade(3, 106, 4, 104, "END_OF_DATA", -2)],
         strategy={"enter_long": [1, 1, 0, 0, 0], "entry": "stop", "price": [105, 106, 0, 0, 0], "expiry": 2,
                   "max_positions": 2}, rejected={"EXPIRED": 1}, mirror=False),
    case("oldest_order_is_a_triggered_one", "D6, D10, E3: triggered, it is the oldest order still",
         [START, (100, 106, 99, 104), flat(104), (104, 105, 102, 103)], [],
         strategy={"enter_long": [1, 1, 1, 0], "entry": "stop_limit", "price": [105, 110, 111, 0],
                   "limit_price": [103, 110, 111, 0], "max_positions": 2},
         rejected={"REPLACED": 1, "UNFILLED": 2}, mirror=False),
    case("resting_percent_of_equity_with_one_open", "S4, T4: 10000 + 50 * 20 at the decision, half of it over 125",
         [flat(99), (99, 100, 99, 100), flat(120), (120, 125, 119, 125), flat(125)], [],
         [trade(1, 100, 4, 125, "END_OF_DATA", 1250, size=50), trade(3, 125, 4, 125, "END_OF_DATA", 0, size=44)],
         strategy={"enter_long": [1, 0, 1, 0, 0], "entry": "stop", "price": [100, 0, 125, 0, 0], "max_positions": 2},
         size={"percent_equity": 50}, cash=10_000),
    case("halves_converted", "X9, S5, S2: each at the rate of its exit; 1 % of 400 * 0.5 shared, 204 * 0.5, 208 * 0.8",
         [START, UP, MORE], [], [trade(1, 100, 1, 102, "TP", -0.02, size=2, gross=2, commission=2.02),
                                 trade(1, 100, 2, 104, "TP", 3.736, size=2, gross=6.4, commission=2.664)],
         strategy={"enter_long": [1, 0, 0], "targets": HALVES}, size=4,
         costs=euros([0.5, 0.5, 0.8], commission={"percent": 1})),
    case("halves_excursions", "X9, T3: on the exit candle of a row only what is certain",
         [START, flat(100), (103, 103, 98, 99)], [],
         [trade(1, 100, 2, 103, "TP_GAP", 6, size=2, mae=0, mfe=3, bars=2),
          trade(1, 100, 2, 98, "SL", -4, size=2, mae=2, mfe=0, bars=2)],
         strategy={"enter_long": [1, 0, 0], "stop": 2, "targets": HALVES}, size=4),
    case("halves_stops_in_force", "X9, X6: 98 at the first exit, the entry price at the second",
         [START, UP, (101, 103, 100, 101)], [],
         [trade(1, 100, 1, 102, "TP", 4, size=2, stop_price=98, exit_stop_price=98),
          trade(1, 100, 2, 100, "SL", 0, size=2, stop_price=98, exit_stop_price=100)],
         strategy={"enter_long": [1, 0, 0], "stop": 2, "breakeven": 2, "targets": HALVES}, size=4),
    case("halves_session_missing", "X3 before X1's targets: the whole, at the open",
         [START, flat(100), (105, 106, 104, 105), flat(105)], [], [trade(1, 100, 2, 105, "SESSION", 20, size=4)],
         strategy={"enter_long": [1, 0, 0, 0], "targets": HALVES, "session": bt.SessionEnd("02:30")}, size=4,
         times=[0, 60, 240, 300]),
    case("halves_range_slippage", "X9, S1: the entry slips by 2, the rest by half of 5 at its stop, the target not",
         [START, (100, 104, 100, 103), (103, 104, 99, 101)], [],
         [trade(1, 102, 1, 104, "TP", 4, size=2, slippage_cost=4, gross=8),
          trade(1, 102, 2, 96, "SL", -12, size=2, slippage_cost=10, gross=-2)],
         strategy={"enter_long": [1, 0, 0], "stop": 3, "targets": HALVES}, size=4, costs=RANGE),
    case("range_slippage_at_entry_inside", "S1, E4: in at 105 and 4, its stop 106 is beyond 105; out at 105 less 4",
         [START, (100, 106, 98, 105), flat(105)], [long(0, "stop", 105, stop=3)],
         [trade(1, 109, 1, 101, "SL_AT_ENTRY", -8, gross=0, slippage_cost=8)], costs=RANGE),
    *in_modes("stop_entry_on_ask", "X5, C4: the ask of 102, 106, 98, 104 fills 105, the bid's low of 96 is in range",
              [START, (100, 104, 96, 102), flat(102)], [long(0, "stop", 105, stop_price=97)],
              otherwise=one(1, 105, 1, 97, "SL", -8, True), best=one(1, 105, 2, 102, "END_OF_DATA", -3, True),
              olhc=one(1, 105, 2, 102, "END_OF_DATA", -3, True), more={"costs": {"spread": 2}}),
    *in_modes("limit_entry_target_only_touched", "X5, E2: a touched target is filled in no mode",
              [START, (100, 101, 94, 97), flat(97)], [long(0, "limit", 95, target_price=101)],
              otherwise=one(1, 95, 2, 97, "END_OF_DATA", 2), more=K1),
    *in_modes("limit_entry_target_a_tick_beyond", "X5, E2: it waits, unless the low came first",
              [START, (100, 101, 94, 97), flat(97)], [long(0, "limit", 95, target_price=100)],
              otherwise=one(1, 95, 2, 97, "END_OF_DATA", 2), best=one(1, 95, 1, 100, "TP", 5),
              olhc=one(1, 95, 1, 100, "TP", 5), more=K1),
    *in_modes("stop_limit_opened_above_in_modes", "E3, X5: certain in every mode",
              [START, (108, 110, 104, 106), flat(106)],
              [long(0, "stop_limit", 105, limit_price=107, stop_price=104)], otherwise=one(1, 107, 1, 104, "SL", -3)),
    *in_modes("stop_limit_opened_above_both_in_modes", "E3, X5: as a limit entry: only the best finds a way between",
              [START, (108, 110, 104, 106), flat(106)],
              [long(0, "stop_limit", 105, limit_price=107, stop_price=104, target_price=109)],
              otherwise=one(1, 107, 1, 104, "SL", -3, True), best=one(1, 107, 1, 109, "TP", 2, True)),
    *in_modes("halves_after_a_doubt", "X5, X9: who survives the candle of the entry carries its flag to each row",
              [START, (100, 106, 98, 104), (104, 108, 103, 107)], [], otherwise=SURVIVED,
              worst=one(1, 105, 1, 99, "SL", -24, True, size=4), ohlc=one(1, 105, 1, 99, "SL", -24, True, size=4),
              more={"strategy": DOUBT, "size": 4}),
]  # fmt: skip
