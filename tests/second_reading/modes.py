"""What each mode of ambiguity books where a candle leaves outcomes open: X2, X5."""

from __future__ import annotations

from second_reading.writing import START, case, flat, long, short, trade

MODES = ("worst", "best", "open_nearest", "ohlc", "olhc")


def in_modes(id: str, why: str, candles, orders, *, otherwise, more=None, **outcomes) -> list[dict]:
    """The case in each mode: the trades of `outcomes` where the mode has some of its own, `otherwise` elsewhere."""
    made = []
    for mode in MODES:
        extra = dict(more or {})
        options = {"ambiguity": mode, **extra.pop("rules_options", {})}
        trades = outcomes.get(mode, otherwise)
        made.append(case(f"{id}_{mode}", why, candles, orders, trades, rules_options=options, **extra))
    return made


def one(*values, **more) -> list[dict]:
    return [trade(*values, **more)]


STOPPED, TAKEN = one(1, 100, 1, 97, "SL", -3, True), one(1, 100, 1, 104, "TP", 4, True)
BRACKET = [long(0, stop_price=97, target_price=104)]

CASES = [
    # --- stop and target in one candle --------------------------------------------------------------------------------
    *in_modes("both_low_nearer", "X2: the low is 3 below the open, the high 4 above",
              [START, (100, 104, 97, 101), flat(101)], BRACKET, otherwise=STOPPED, best=TAKEN, ohlc=TAKEN),
    *in_modes("both_high_nearer", "X2: the low is 5 below the open, the high 4 above",
              [START, (100, 104, 95, 101), flat(101)], BRACKET,
              otherwise=STOPPED, best=TAKEN, ohlc=TAKEN, open_nearest=TAKEN),
    *in_modes("both_tie", "X2: 5 below, 5 above: the worst", [START, (100, 105, 95, 101), flat(101)], BRACKET,
              otherwise=STOPPED, best=TAKEN, ohlc=TAKEN),
    *in_modes("both_extremes_count", "X2: the nearer extreme comes first, not the nearer level: high 104, low 95",
              [START, (100, 104, 95, 101), flat(101)], [long(0, stop_price=99, target_price=104)],
              otherwise=one(1, 100, 1, 99, "SL", -1, True), best=TAKEN, ohlc=TAKEN, open_nearest=TAKEN),
    *in_modes("both_later_candle", "X2: on a candle after the entry; high 2 above its open, low 5 below",
              [START, (100, 103, 98, 102), (102, 104, 97, 100), flat(100)], BRACKET,
              otherwise=one(1, 100, 2, 97, "SL", -3, True), best=one(1, 100, 2, 104, "TP", 4, True),
              ohlc=one(1, 100, 2, 104, "TP", 4, True), open_nearest=one(1, 100, 2, 104, "TP", 4, True)),
    *in_modes("both_short", "X2, C4: the ask (100, 104, 96, 101) goes to its high first under ohlc: the stop",
              [(98, 98, 98, 98), (98, 102, 94, 99), flat(99)], [short(0, stop_price=104, target_price=96)],
              otherwise=one(1, 98, 1, 104, "SL", -6, True), best=one(1, 98, 1, 96, "TP", 2, True),
              olhc=one(1, 98, 1, 96, "TP", 2, True), more={"costs": {"spread": 2}}),
    *in_modes("both_short_high_farther", "X2 mirrored: low 3 below, high 5 above: the low first",
              [START, (100, 105, 97, 101), flat(101)], [short(0, stop_price=104, target_price=97)],
              otherwise=one(1, 100, 1, 104, "SL", -4, True), best=one(1, 100, 1, 97, "TP", 3, True),
              olhc=one(1, 100, 1, 97, "TP", 3, True), open_nearest=one(1, 100, 1, 97, "TP", 3, True)),
    *in_modes("target_gap_is_certain", "X1: the open comes first in every mode",
              [START, (100, 103, 98, 102), (105, 106, 96, 100), flat(100)], BRACKET,
              otherwise=one(1, 100, 2, 105, "TP_GAP", 5)),
    *in_modes("stop_gap_is_certain", "X1", [START, (100, 103, 98, 102), (96, 105, 95, 100), flat(100)], BRACKET,
              otherwise=one(1, 100, 2, 96, "SL_GAP", -4)),
    *in_modes("only_one_in_range", "X2: the target is missed by a tick", [START, (100, 103, 96, 101), flat(101)],
              BRACKET, otherwise=one(1, 100, 1, 97, "SL", -3)),
    *in_modes("both_target_only_touched", "X2, E2: a touch is no fill in any mode, so no flag",
              [START, (100, 104, 96, 101), flat(101)], BRACKET, otherwise=one(1, 100, 1, 97, "SL", -3),
              more={"rules_options": {"limit_through_ticks": 1}}),
    *in_modes("trail_and_target_modes", "X2, X6: the trail of 103 - 5 = 98 and the target 106",
              [START, (100, 103, 99, 102), (102, 106, 98, 100), flat(100)], [long(0, trail=5, target_price=106)],
              otherwise=one(1, 100, 2, 98, "TRAIL", -2, True), best=one(1, 100, 2, 106, "TP", 6, True),
              ohlc=one(1, 100, 2, 106, "TP", 6, True)),
    *in_modes("trail_moves_after_the_candle", "X6: also under ohlc, where the high of 106 comes before the low of 99",
              [START, (100, 106, 99, 105), (105, 107, 104, 106)], [long(0, trail=3)],
              otherwise=one(1, 100, 2, 106, "END_OF_DATA", 6, exit_stop_price=103)),
    *in_modes("breakeven_moves_after_the_candle", "X6: also under ohlc",
              [START, (100, 103, 99, 102), (102, 103, 101, 102)], [long(0, breakeven=3)],
              otherwise=one(1, 100, 2, 102, "END_OF_DATA", 2)),
    *in_modes("slipped_in_modes", "X2, S1: the stop slips, the target does not",
              [START, (100, 104, 96, 101), flat(101)], [long(0, stop_price=97, target_price=104)],
              otherwise=one(1, 101, 1, 96, "SL", -5, True), best=one(1, 101, 1, 104, "TP", 3, True),
              ohlc=one(1, 101, 1, 104, "TP", 3, True), more={"costs": {"slippage": 1}}),
    # --- entered inside by a stop order -------------------------------------------------------------------------------
    *in_modes("stop_entry_low_nearer", "X5: low 2 below the open, high 6 above; the low came before the entry or after",
              [START, (100, 106, 98, 104), flat(103)], [long(0, "stop", 105, stop_price=99)],
              otherwise=one(1, 105, 2, 103, "END_OF_DATA", -2, True),
              worst=one(1, 105, 1, 99, "SL", -6, True), ohlc=one(1, 105, 1, 99, "SL", -6, True)),
    *in_modes("stop_entry_high_nearer", "X5: low 5 below the open, high 3 above: the entry, then the low",
              [flat(103), (103, 106, 98, 104), flat(103)], [long(0, "stop", 105, stop_price=99)],
              otherwise=one(1, 105, 1, 99, "SL", -6, True), best=one(1, 105, 2, 103, "END_OF_DATA", -2, True),
              olhc=one(1, 105, 2, 103, "END_OF_DATA", -2, True)),
    *in_modes("stop_entry_tie", "X5: 5 below, 5 above: the worst", [flat(101), (101, 106, 96, 104), flat(103)],
              [long(0, "stop", 105, stop_price=99)], otherwise=one(1, 105, 1, 99, "SL", -6, True),
              best=one(1, 105, 2, 103, "END_OF_DATA", -2, True), olhc=one(1, 105, 2, 103, "END_OF_DATA", -2, True)),
    *in_modes("stop_entry_close_beyond_stop", "X5: certain in every mode", [START, (100, 106, 98, 99), flat(103)],
              [long(0, "stop", 105, stop_price=99)], otherwise=one(1, 105, 1, 99, "SL", -6)),
    *in_modes("stop_entry_target", "X5: certain in every mode", [START, (100, 107, 98, 104), flat(103)],
              [long(0, "stop", 105, target_price=107)], otherwise=one(1, 105, 1, 107, "TP", 2)),
    *in_modes("stop_entry_both", "X5: both paths reach the target before they come back to the stop",
              [START, (100, 107, 98, 104), flat(103)], [long(0, "stop", 105, stop_price=99, target_price=107)],
              otherwise=one(1, 105, 1, 107, "TP", 2, True), worst=one(1, 105, 1, 99, "SL", -6, True)),
    *in_modes("stop_entry_both_tie", "X2, X5: 6 below, 6 above: the worst",
              [flat(101), (101, 107, 95, 104), flat(103)], [long(0, "stop", 105, stop_price=99, target_price=107)],
              otherwise=one(1, 105, 1, 107, "TP", 2, True), worst=one(1, 105, 1, 99, "SL", -6, True),
              open_nearest=one(1, 105, 1, 99, "SL", -6, True)),
    *in_modes("stop_entry_both_close_beyond_stop", "X5: both, flagged; each path is at the target first",
              [START, (100, 107, 98, 99), flat(103)], [long(0, "stop", 105, stop_price=99, target_price=107)],
              otherwise=one(1, 105, 1, 107, "TP", 2, True), worst=one(1, 105, 1, 99, "SL", -6, True)),
    *in_modes("stop_entry_at_open_in_modes", "X5, X2: filled at the open: low 7 below, high 2 above",
              [flat(104), (105, 107, 98, 104), flat(103)], [long(0, "stop", 105, stop_price=99, target_price=107)],
              otherwise=one(1, 105, 1, 99, "SL", -6, True), best=one(1, 105, 1, 107, "TP", 2, True),
              ohlc=one(1, 105, 1, 107, "TP", 2, True), open_nearest=one(1, 105, 1, 107, "TP", 2, True)),
    *in_modes("stop_entry_trail_in_range", "X5, X6: the trail's start 102 in range; low 3 below the open, high 2 above",
              [flat(104), (104, 106, 101, 105), flat(105)], [long(0, "stop", 105, trail=3)],
              otherwise=one(1, 105, 1, 102, "TRAIL", -3, True), best=one(1, 105, 2, 105, "END_OF_DATA", 0, True),
              olhc=one(1, 105, 2, 105, "END_OF_DATA", 0, True)),
    # --- entered inside by a limit order ------------------------------------------------------------------------------
    *in_modes("limit_entry_stop", "X5: certain in every mode: the low is reached through the limit",
              [START, (100, 101, 94, 97), flat(97)], [long(0, "limit", 95, stop_price=94)],
              otherwise=one(1, 95, 1, 94, "SL", -1)),
    *in_modes("limit_entry_target_close_beyond", "X5: certain in every mode", [START, (100, 101, 94, 99), flat(97)],
              [long(0, "limit", 95, target_price=99)], otherwise=one(1, 95, 1, 99, "TP", 4)),
    *in_modes("limit_entry_target_high_nearer",
              "X5: the target waits where the high came first; a target that waits sets no flag",
              [START, (100, 101, 94, 97), flat(97)], [long(0, "limit", 95, target_price=99)],
              otherwise=one(1, 95, 2, 97, "END_OF_DATA", 2), best=one(1, 95, 1, 99, "TP", 4),
              olhc=one(1, 95, 1, 99, "TP", 4)),
    *in_modes("limit_entry_target_low_nearer", "X5: low 3 below the open, high 6 above",
              [flat(97), (97, 103, 94, 97), flat(97)], [long(0, "limit", 95, target_price=99)],
              otherwise=one(1, 95, 2, 97, "END_OF_DATA", 2), best=one(1, 95, 1, 99, "TP", 4),
              olhc=one(1, 95, 1, 99, "TP", 4), open_nearest=one(1, 95, 1, 99, "TP", 4)),
    *in_modes("limit_entry_target_tie", "X5, X2: 3 below, 3 above: as the worst, it waits",
              [flat(97), (97, 100, 94, 97), flat(97)], [long(0, "limit", 95, target_price=99)],
              otherwise=one(1, 95, 2, 97, "END_OF_DATA", 2), best=one(1, 95, 1, 99, "TP", 4),
              olhc=one(1, 95, 1, 99, "TP", 4)),
    *in_modes("limit_entry_both", "X5: both paths fall from the limit to the stop; only the best finds a way between",
              [START, (100, 101, 93, 97), flat(97)], [long(0, "limit", 95, stop_price=94, target_price=99)],
              otherwise=one(1, 95, 1, 94, "SL", -1, True), best=one(1, 95, 1, 99, "TP", 4, True)),
    *in_modes("limit_entry_at_open_in_modes", "X5, X2: filled at the open 95: low 1 below, high 4 above",
              [START, (95, 99, 94, 96), flat(96)], [long(0, "limit", 95, stop_price=94, target_price=99)],
              otherwise=one(1, 95, 1, 94, "SL", -1, True), best=one(1, 95, 1, 99, "TP", 4, True),
              ohlc=one(1, 95, 1, 99, "TP", 4, True)),
    *in_modes("sell_limit_entry_target", "X5 mirrored: under ohlc it is sold at 105 before the low of 99",
              [START, (100, 106, 99, 103), flat(103)], [short(0, "limit", 105, target_price=101)],
              otherwise=one(1, 105, 2, 103, "END_OF_DATA", 2), best=one(1, 105, 1, 101, "TP", 4),
              ohlc=one(1, 105, 1, 101, "TP", 4)),
    # --- entered inside by a stop-limit order -------------------------------------------------------------------------
    *in_modes("stop_limit_in_modes", "E3: filled at 103 after the trigger; low 1 below the open, high 6 above",
              [START, (100, 106, 99, 102), flat(102)], [long(0, "stop_limit", 105, limit_price=103, stop_price=100)],
              otherwise=one(1, 103, 2, 102, "END_OF_DATA", -1, True), worst=one(1, 103, 1, 100, "SL", -3, True),
              ohlc=one(1, 103, 1, 100, "SL", -3, True)),
    # --- partial targets ----------------------------------------------------------------------------------------------
    *in_modes("halves_in_modes", "X9, X2: the first target, then the stop on the rest, where the high comes first",
              [START, (100, 102, 98, 100), flat(100)], [], otherwise=one(1, 100, 1, 98, "SL", -8, True, size=4),
              best=[trade(1, 100, 1, 102, "TP", 4, True, size=2), trade(1, 100, 1, 98, "SL", -4, True, size=2)],
              ohlc=[trade(1, 100, 1, 102, "TP", 4, True, size=2), trade(1, 100, 1, 98, "SL", -4, True, size=2)],
              more={"strategy": {"enter_long": [1, 0, 0], "stop": 2, "targets": ((0.5, 2), (0.5, 4))}, "size": 4}),
    *in_modes("halves_both_in_modes", "X9, X2: both targets, or the stop",
              [START, (100, 104, 98, 100), flat(100)], [], otherwise=one(1, 100, 1, 98, "SL", -8, True, size=4),
              best=[trade(1, 100, 1, 102, "TP", 4, True, size=2), trade(1, 100, 1, 104, "TP", 8, True, size=2)],
              ohlc=[trade(1, 100, 1, 102, "TP", 4, True, size=2), trade(1, 100, 1, 104, "TP", 8, True, size=2)],
              more={"strategy": {"enter_long": [1, 0, 0], "stop": 2, "targets": ((0.5, 2), (0.5, 4))}, "size": 4}),
]  # fmt: skip
