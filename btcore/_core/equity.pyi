from typing import Any

import numpy as np

from btcore._core.market import Market

def equity_curve(
    market: Market, terms: dict[str, Any], trades: np.ndarray, start: int, end: int, cash: float
) -> np.ndarray: ...
