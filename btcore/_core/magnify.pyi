import numpy as np

from btcore._core.market import Market

class Finer:
    market: Market
    def __init__(self, market: Market, begin: np.ndarray, end: np.ndarray) -> None: ...
