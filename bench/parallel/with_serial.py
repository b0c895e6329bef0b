"""A loop: what everything else is measured against."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from bench.parallel.tools import caught


class Tool:
    def __init__(self, workers: int) -> None:
        pass

    def map(self, function: Callable[[Any], Any], items: Iterable[Any], chunk: int = 1) -> list[Any]:
        return [function(item) for item in items]

    def outcomes(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        return [caught(partial(function, item)) for item in items]

    def close(self) -> None:
        pass
