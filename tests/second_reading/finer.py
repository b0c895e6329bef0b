"""Candles replayed by finer ones: X2, ``magnify``."""

from __future__ import annotations

from second_reading.writing import START, case, flat, long, trade


def magnified(id: str, why: str, candles, orders, trades=None, *, inside: dict, mode: str = "worst", **more) -> dict:
    """A case with finer candles: `inside` holds those of some candles, which are their opens, ranges and closes."""
    for index, parts in inside.items():
        opens, highs, lows, closes = zip(*parts, strict=True)
        assert (opens[0], max(highs), min(lows), closes[-1]) == candles[index], id
    rows = {index: [list(part) for part in parts] for index, parts in inside.items()}
    return case(id, why, candles, orders, trades, rules_options={"ambiguity": mode}, finer=rows, **more)


BRACKET = [long(0, stop_price=97, target_price=104)]
BOTH = [START, (100, 104, 97, 101), flat(101)]
STOP_FIRST = {1: [(100, 101, 97, 98), (98, 104, 98, 101)]}
TARGET_FIRST = {1: [(100, 104, 99, 103), (103, 103, 97, 101)]}
LEFT_OPEN = {1: [(100, 104, 97, 100), (100, 102, 99, 101)]}

CASES = [
    magnified("finer_stop_first", "X2: decided, so not flagged", BOTH, BRACKET, [trade(1, 100, 1, 97, "SL", -3)],
              inside=STOP_FIRST),
    magnified("finer_stop_first_best", "X2: decided in every mode", BOTH, BRACKET, [trade(1, 100, 1, 97, "SL", -3)],
              inside=STOP_FIRST, mode="best"),
    magnified("finer_target_first", "X2", BOTH, BRACKET, [trade(1, 100, 1, 104, "TP", 4)], inside=TARGET_FIRST),
    magnified("finer_target_first_olhc", "X2: the mode is asked only where the finer candles leave something open",
              BOTH, BRACKET, [trade(1, 100, 1, 104, "TP", 4)], inside=TARGET_FIRST, mode="olhc"),
    magnified("finer_left_open", "X2: both in one finer candle, flagged", BOTH, BRACKET,
              [trade(1, 100, 1, 97, "SL", -3, True)], inside=LEFT_OPEN),
    magnified("finer_left_open_best", "X2", BOTH, BRACKET, [trade(1, 100, 1, 104, "TP", 4, True)], inside=LEFT_OPEN,
              mode="best"),
    magnified("finer_left_open_nearest", "X2: of the finer candle the low is 3 below its open, the high 4 above",
              BOTH, BRACKET, [trade(1, 100, 1, 97, "SL", -3, True)], inside=LEFT_OPEN, mode="open_nearest"),
    magnified("finer_missing", "X2: a candle without finer ones is decided by the mode, flagged", BOTH, BRACKET,
              [trade(1, 100, 1, 97, "SL", -3, True)], inside={}),
    magnified("finer_missing_best", "X2", BOTH, BRACKET, [trade(1, 100, 1, 104, "TP", 4, True)], inside={},
              mode="best"),
    magnified("finer_three", "X2: neither in the first third, the target in the second", BOTH, BRACKET,
              [trade(1, 100, 1, 104, "TP", 4)],
              inside={1: [(100, 101, 98, 100), (100, 104, 99, 103), (103, 103, 97, 101)]}),
    magnified("finer_short", "X2 mirrored in words", BOTH, [{**long(0, stop_price=104, target_price=97),
              "side": "short"}], [trade(1, 100, 1, 97, "TP", 3)], inside=STOP_FIRST),
    magnified("finer_stop_entry_survives", "X5: the low of 95 came before the entry",
              [START, (100, 106, 95, 104), flat(104)], [long(0, "stop", 105, stop_price=95)],
              [trade(1, 105, 2, 104, "END_OF_DATA", -1)], inside={1: [(100, 101, 95, 96), (96, 106, 96, 104)]}),
    magnified("finer_stop_entry_stopped", "X5: the low of 95 came after the entry",
              [START, (100, 106, 95, 104), flat(104)], [long(0, "stop", 105, stop_price=95)],
              [trade(1, 105, 1, 95, "SL", -10)], inside={1: [(100, 106, 99, 104), (104, 104, 95, 104)]}),
    magnified("finer_limit_entry_target", "X5: the target of 99 waits for the next finer candle and is reached there",
              [START, (100, 101, 94, 97), flat(97)], [long(0, "limit", 95, target_price=99)],
              [trade(1, 95, 1, 99, "TP", 4)], inside={1: [(100, 101, 94, 95), (95, 99, 95, 97)]}),
    magnified("finer_limit_entry_target_before", "X5: the high of 101 came before the entry",
              [START, (100, 101, 94, 97), flat(97)], [long(0, "limit", 95, target_price=99)],
              [trade(1, 95, 2, 97, "END_OF_DATA", 2)], inside={1: [(100, 101, 96, 97), (97, 98, 94, 97)]}),
    magnified("finer_limit_entry_left_open", "X5, X2: stop and target in the second finer candle",
              [START, (100, 101, 94, 97), flat(97)], [long(0, "limit", 95, stop_price=94, target_price=99)],
              [trade(1, 95, 1, 94, "SL", -1, True)], inside={1: [(100, 101, 95, 96), (96, 99, 94, 97)]}),
    magnified("finer_open_beyond_stop", "X1: the second finer candle opens beyond the stop of 97",
              [START, (100, 101, 94, 96), flat(96)], [long(0, stop_price=97)], [trade(1, 100, 1, 96, "SL_GAP", -4)],
              inside={1: [(100, 101, 98, 99), (96, 97, 94, 96)]}, reading="'the same rules' are those of opens, too"),
    magnified("finer_open_beyond_target", "X1", [START, (100, 106, 99, 105), flat(105)], [long(0, target_price=104)],
              [trade(1, 100, 1, 105, "TP_GAP", 5)], inside={1: [(100, 101, 99, 101), (105, 106, 104, 105)]},
              reading="'the same rules' are those of opens, too"),
    magnified("finer_open_beyond_stop_entry", "E1: the second finer candle opens beyond 105",
              [START, (100, 107, 99, 106), flat(106)], [long(0, "stop", 105)],
              [trade(1, 106, 2, 106, "END_OF_DATA", 0)], inside={1: [(100, 102, 99, 102), (106, 107, 105, 106)]},
              reading="'the same rules' are those of opens, too"),
    magnified("finer_trail_of_the_coarse", "X6: the level in force is that of the candle's start, 97",
              [START, (100, 106, 99, 105), flat(105)], [long(0, trail=3)],
              [trade(1, 100, 2, 105, "END_OF_DATA", 5, exit_stop_price=103)],
              inside={1: [(100, 106, 100, 105), (105, 105, 99, 105)]}),
    magnified("finer_max_bars_of_the_coarse", "X3: counts the candles themselves",
              [START, (100, 103, 99, 102), flat(105), flat(109)], [long(0, max_bars=2)],
              [trade(1, 100, 2, 105, "TIME", 5, bars=2)], inside={1: [(100, 101, 99, 101), (101, 103, 100, 102)]}),
    magnified("finer_expiry_of_the_coarse", "D3: the second finer candle is of the first candle still",
              [START, (100, 106, 99, 104), flat(104)], [long(0, "stop", 105, expiry=1)],
              [trade(1, 105, 2, 104, "END_OF_DATA", -1)], inside={1: [(100, 101, 99, 100), (100, 106, 100, 104)]}),
    magnified("finer_halves", "X9: the first target, then the stop, both decided",
              [START, (100, 102, 98, 100), flat(100)], [],
              [trade(1, 100, 1, 102, "TP", 4, size=2), trade(1, 100, 1, 98, "SL", -4, size=2)],
              inside={1: [(100, 102, 99, 101), (101, 101, 98, 100)]}, size=4,
              strategy={"enter_long": [1, 0, 0], "stop": 2, "targets": ((0.5, 2), (0.5, 4))}),
    magnified("finer_stop_limit", "E3: triggered in the first half, filled in the second at the limit by E2",
              [START, (100, 106, 99, 104), flat(104)], [long(0, "stop_limit", 105, limit_price=103)],
              [trade(1, 103, 2, 104, "END_OF_DATA", 1)], inside={1: [(100, 106, 99, 104), (104, 105, 102, 104)]},
              reading="triggered on a finer candle it rests on the next finer one"),
]  # fmt: skip
