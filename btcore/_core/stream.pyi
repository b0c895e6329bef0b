from collections.abc import Callable
from typing import Any, Self

from typing_extensions import disjoint_base

def sealed(data: bytes, key: bytes) -> bytes: ...
def unsealed(saved: bytes, key: bytes) -> bytes: ...

@disjoint_base
class Stream:
    def __new__(
        cls,
        kinds: list[int],
        constants: list[tuple[int, float]],
        columns: list[tuple[int, int]],
        operators: list[tuple[Any, ...]],
        slots: list[int],
        gather: Callable[[list[Any]], Any] | None,
        clocks: list[int] | None = None,
        period: int = 0,
    ) -> Self: ...
    @property
    def period(self) -> int: ...
    @property
    def key(self) -> bytes: ...
    @property
    def count(self) -> int: ...
    def push(self, timestamp: Any, open: float, high: float, low: float, close: float, volume: float = 0.0) -> Any: ...
    def save(self) -> bytes: ...
    def restore(self, saved: bytes) -> None: ...
