"""One chunk after the other, in the calling thread."""

from __future__ import annotations

import time
from collections.abc import Iterator

from btcore.batch.chunks import Queue
from btcore.batch.executors.base import Context, Report
from btcore.batch.work import run_jobs

__all__ = ["Serial"]


class Serial:
    """Needs nothing and shares nothing: for small batches, for debuggers."""

    workers = 1

    def run(self, queue: Queue, context: Context) -> Iterator[Report]:
        """See ``Executor``."""
        while (chunk := queue.take()) is not None:
            context.started(0, chunk)
            begun = time.perf_counter()
            outcomes = run_jobs(chunk.candles, chunk.jobs, trades=context.trades)
            yield Report(0, chunk, outcomes, time.perf_counter() - begun)
