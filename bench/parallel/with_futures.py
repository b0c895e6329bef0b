"""``concurrent.futures``: threads, and processes by start method."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

from bench.parallel.tools import caught


class Tool:
    def __init__(self, workers: int, method: str) -> None:
        self.pool = self._made(workers, method)

    def _made(self, workers: int, method: str) -> Executor:
        if method == "threads":
            return ThreadPoolExecutor(workers)
        context: Any = multiprocessing.get_context(method)
        if method == "forkserver":
            context.set_forkserver_preload(["btcore.batch.executors.preload"])
        return ProcessPoolExecutor(workers, mp_context=context)

    def map(self, function: Callable[[Any], Any], items: Iterable[Any], chunk: int = 1) -> list[Any]:
        return list(self.pool.map(function, items, chunksize=chunk))

    def outcomes(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        waiting: list[Any] = [caught(lambda item=item: self.pool.submit(function, item)) for item in items]
        return [caught(each.result) if isinstance(each, Future) else each for each in waiting]

    def close(self) -> None:
        self.pool.shutdown(wait=True)
