"""loky: an executor of the standard library's kind that notices dead workers and sends functions by value."""

from __future__ import annotations

from concurrent.futures import Executor

from loky import get_reusable_executor

from bench.parallel import with_futures


class Tool(with_futures.Tool):
    def __init__(self, workers: int) -> None:
        super().__init__(workers, "loky")

    def _made(self, workers: int, method: str) -> Executor:
        pool: Executor = get_reusable_executor(max_workers=workers)
        return pool
