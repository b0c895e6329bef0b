import numpy as np
from typing_extensions import disjoint_base

@disjoint_base
class Market:
    def __init__(
        self,
        bid: tuple[tuple[np.ndarray, ...], np.ndarray, int, int],
        ask: tuple[tuple[np.ndarray, ...], np.ndarray, int, int],
        timestamps: np.ndarray,
        day_ends: np.ndarray,
        unit: float,
        whole: bool,
    ) -> None: ...
    @property
    def length(self) -> int: ...
