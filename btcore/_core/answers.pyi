from enum import IntEnum

import numpy as np
from typing_extensions import disjoint_base

class PositionField(IntEnum):
    HELD = 0
    SIDE = 1
    SIZE = 2
    ENTRY_PRICE = 3
    ENTRY_INDEX = 4
    STOP = 5
    TARGET = 6
    PROFIT = 7
    EQUITY = 8

class OrderField(IntEnum):
    EXIT = 0
    SIDE = 1
    KIND = 2
    MAX_BARS = 3
    EXPIRY = 4
    PRICE = 5
    STOP = 6
    TARGET = 7
    TRAIL = 8
    STOP_PRICE = 9
    TARGET_PRICE = 10
    ACTIVATE = 11
    BREAKEVEN = 12
    SIZE = 13
    LIMIT_PRICE = 14
    TRAIL_PRICE = 15

@disjoint_base
class Memory:
    def __new__(cls, held: object) -> Memory: ...

@disjoint_base
class Asker: ...

@disjoint_base
class CompiledAsker(Asker):
    def __init__(self, address: int, window: int, slots: list[int], state: np.ndarray) -> None: ...
