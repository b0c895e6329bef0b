from collections.abc import Sequence
from typing import Any

import numpy as np
from typing_extensions import disjoint_base

from btcore._core.engine import Driver
from btcore._core.holdings import OpenPosition, WaitingOrder
from btcore._core.stream import Stream
from btcore._core.types import TRADE_DTYPE as TRADE_DTYPE

@disjoint_base
class Session:
    def __new__(
        cls,
        driver: Driver,
        stream: Stream,
        unit: float,
        whole: bool,
        scale: float,
        is_ratio: bool,
        factor: int,
        below: int,
        above: int,
        converts: bool,
        finances: bool,
    ) -> Session: ...
    def take(
        self,
        timestamp: Any,
        open: float,
        high: float,
        low: float,
        close: float,
        volume: float,
        ask: Sequence[float] | None,
        spread: int,
        moment: tuple[float, int, bool, bool] = ...,
    ) -> list[tuple[str, int, Any, Any]]: ...
    def failure(self) -> tuple[int, BaseException] | None: ...
    @property
    def count(self) -> int: ...
    @property
    def last(self) -> int: ...
    def nanoseconds(self, timestamp: Any) -> int: ...
    @property
    def equity(self) -> float: ...
    def positions(self) -> list[OpenPosition]: ...
    def orders(self) -> list[WaitingOrder]: ...
    def trades(self) -> np.ndarray: ...
    def finish(self) -> tuple[np.ndarray, dict[str, float], dict[str, int]]: ...
    @property
    def key(self) -> bytes: ...
    def save(self) -> list[bytes]: ...
    def restore(self, parts: list[bytes]) -> None: ...
