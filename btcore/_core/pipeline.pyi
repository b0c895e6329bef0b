from typing import Any

import numpy as np
from typing_extensions import disjoint_base

@disjoint_base
class Pipeline:
    def __new__(
        cls,
        kinds: list[int],
        constants: list[tuple[int, float]],
        sources: list[tuple[int, np.ndarray]],
        operators: list[tuple[Any, ...]],
        length: int,
        clocks: list[int] | None = None,
    ) -> Pipeline: ...
    @property
    def length(self) -> int: ...
    def evaluate(self, slots: list[int], out: list[np.ndarray | None]) -> list[np.ndarray]: ...
    def save(self) -> bytes: ...
    def restore(self, saved: bytes) -> None: ...
