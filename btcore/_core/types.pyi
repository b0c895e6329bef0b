from enum import IntEnum
from typing import Final

import numpy as np

BLOCK: Final[int]
ZONE: Final[int]
WORD: Final[int]
LANES: Final[int]
RANK_PERCENT: Final[int]
OPCODES: Final[dict[str, int]]
INTERPOLATIONS: Final[dict[str, int]]
RANK_METHODS: Final[dict[str, int]]
TRADE_DTYPE: Final[np.dtype[np.void]]

class EntryKind(IntEnum):
    MARKET = 0
    STOP = 1
    LIMIT = 2
    STOP_LIMIT = 3
    CLOSE = 4

class ExitReason(IntEnum):
    SL = 0
    SL_GAP = 1
    SL_AT_ENTRY = 2
    TP = 3
    TP_GAP = 4
    TP_AT_ENTRY = 5
    TRAIL = 6
    TRAIL_GAP = 7
    SIGNAL = 8
    TIME = 9
    SESSION = 10
    LIQUIDATED = 11
    END_OF_DATA = 12

class RejectReason(IntEnum):
    NO_NEXT_BAR = 0
    IN_POSITION = 1
    CONFLICT = 2
    NAN_LEVEL = 3
    WRONG_SIDE = 4
    SIZE_BELOW_MIN = 5
    REPLACED = 6
    EXPIRED = 7
    UNFILLED = 8

class AmbiguityMode(IntEnum):
    WORST = 0
    BEST = 1
    OPEN_NEAREST = 2
    OHLC = 3
    OLHC = 4

class Level(IntEnum):
    LEVEL_PRICE = 0
    LEVEL_STOP = 1
    LEVEL_TARGET = 2
    LEVEL_TRAIL = 3
    LEVEL_STOP_PRICE = 4
    LEVEL_TARGET_PRICE = 5
    LEVEL_ACTIVATE = 6
    LEVEL_BREAKEVEN = 7
    LEVEL_SIZE = 8
    LEVEL_LIMIT_PRICE = 9
    LEVEL_TRAIL_PRICE = 10

class SizeKind(IntEnum):
    SIZE_UNITS = 0
    SIZE_CASH = 1
    SIZE_EQUITY = 2
    SIZE_RISK = 3
    SIZE_VOLATILITY = 4

class SlipKind(IntEnum):
    SLIP_FIXED = 0
    SLIP_PERCENT = 1
    SLIP_RANGE = 2
    SLIP_RANDOM = 3

class SlotKind(IntEnum):
    NUMBERS = 0
    CONDITIONS = 1
    TIMES = 2
