"""``multiprocessing.Pool`` of the standard library, by start method."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable
from typing import Any

from bench.parallel.tools import caught


class Tool:
    library: Any = multiprocessing

    def __init__(self, workers: int, method: str) -> None:
        context = self.library.get_context(method)
        if method == "forkserver":
            context.set_forkserver_preload(["btcore.batch.executors.preload"])
        self.pool = context.Pool(workers)

    def map(self, function: Callable[[Any], Any], items: Iterable[Any], chunk: int = 1) -> list[Any]:
        found: list[Any] = self.pool.map(function, items, chunk)
        return found

    def outcomes(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        waiting = [self.pool.apply_async(function, (item,)) for item in items]
        return [caught(result.get) for result in waiting]

    def close(self) -> None:
        self.pool.terminate()
        self.pool.join()
