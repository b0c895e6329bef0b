from typing import Any

import numpy as np
from typing_extensions import disjoint_base

@disjoint_base
class Pipeline:
    def __new__(
        cls,
        kinds: list[bool],
        constants: list[tuple[int, float]],
        sources: list[tuple[int, np.ndarray]],
        operators: list[tuple[Any, ...]],
        length: int,
    ) -> Pipeline: ...
    @property
    def length(self) -> int: ...
    def evaluate(self, slots: list[int]) -> list[np.ndarray]: ...
