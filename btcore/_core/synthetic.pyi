import numpy as np

def fill(
    seed: int,
    start: int,
    scale: float,
    is_ratio: bool,
    timestamp: np.ndarray,
    open_: np.ndarray,
    high: np.ndarray,
    low: np.ndarray,
    close: np.ndarray,
    volume: np.ndarray,
) -> None: ...
