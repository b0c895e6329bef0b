import numpy as np
from typing_extensions import disjoint_base

from btcore._core.market import Market

@disjoint_base
class Finer:
    market: Market
    def __init__(self, market: Market, begin: np.ndarray, end: np.ndarray) -> None: ...
