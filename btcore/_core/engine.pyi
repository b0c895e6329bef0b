from typing import Any

import numpy as np
from typing_extensions import disjoint_base

from btcore._core.market import Market
from btcore._core.pipeline import Pipeline
from btcore._core.types import TRADE_DTYPE as TRADE_DTYPE

@disjoint_base
class Driver:
    def __new__(cls, terms: dict[str, Any], start: int, end: int, cash: float, slots: int, keep: bool) -> Driver: ...
    def follow_conditions(
        self,
        masks: list[int],
        levels: tuple[list[list[Any]], ...],
        percents: tuple[int, ...],
        kind: int,
        size_kind: int,
        trail_on_close: bool,
        max_bars: int,
        expiry: int,
    ) -> None: ...
    def follow_orders(self, orders: np.ndarray, levels: np.ndarray) -> None: ...
    def keep_equity(self) -> None: ...
    def trades(self) -> np.ndarray: ...
    def equity(self) -> np.ndarray | None: ...
    def totals(self) -> dict[str, float]: ...
    def rejected(self) -> dict[str, int]: ...

def run(pipeline: Pipeline, market: Market, drivers: list[Driver]) -> None: ...
