from enum import IntFlag

import numpy as np

class Status(IntFlag):
    OK = ...
    INVALID = ...
    OFF_GRID = ...
    TOO_WIDE = ...

def convert(
    timestamp: np.ndarray,
    open_: np.ndarray,
    high: np.ndarray,
    low: np.ndarray,
    close: np.ndarray,
    scale: float,
    is_ratio: bool,
    near: float,
    keep: float,
    open_ticks: np.ndarray,
    high_ticks: np.ndarray,
    low_ticks: np.ndarray,
    close_ticks: np.ndarray,
) -> tuple[Status, int]: ...
def day_ends(timestamp: np.ndarray, out: np.ndarray) -> int: ...
def majority_step(timestamp: np.ndarray) -> int: ...
def shortest_step(timestamp: np.ndarray) -> int: ...
