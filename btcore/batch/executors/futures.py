"""Chunks on anything that has ``submit(fn, *args) -> concurrent.futures.Future``: threads, loky, dask, others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from typing import Any

from btcore.batch.chunks import Chunk, Queue
from btcore.batch.executors.base import Context, Report, report_of
from btcore.batch.tasks import packed, run_packed, timed

__all__ = ["Futures"]

DEATHS = (BrokenExecutor,)


class Futures:
    """Chunks as futures, two per worker and one more in flight.

    Parameters
    ----------
    submit : callable
        ``submit(fn, *args) -> Future``.
    workers : int
        How many chunks are computed at the same time.
    local : bool
        Whether the functions run in this process, so that chunks need no packing.
    deaths : tuple of exception classes
        What a future raises when its worker died.
    restart : callable, optional
        Gives a new `submit` after a death, where the old one is broken.
    close : callable, optional
        Called at the end and when the batch is interrupted.
    """

    def __init__(
        self,
        submit: Callable[..., Future[Any]],
        workers: int,
        *,
        local: bool = False,
        deaths: tuple[type[BaseException], ...] = DEATHS,
        restart: Callable[[], Callable[..., Future[Any]]] | None = None,
        close: Callable[[], None] | None = None,
    ) -> None:
        self.workers = workers
        self._submit, self._local, self._deaths, self._restart, self._close = submit, local, deaths, restart, close

    def run(self, queue: Queue, context: Context) -> Iterator[Report]:
        """See ``Executor``. While suspects wait, one chunk is in flight at a time, so that the culprit is certain."""
        flying: dict[Future[Any], tuple[int, Chunk]] = {}
        try:
            while self._fill(flying, queue, context) or flying:
                done, _ = wait(flying, return_when=FIRST_COMPLETED)
                for future in done:
                    yield self._report(future, *flying.pop(future))
                if any(isinstance(future.exception(), self._deaths) for future in done):
                    yield from self._after_death(flying)
        finally:
            for future in flying:
                future.cancel()
            if self._close is not None:
                self._close()

    def _fill(self, flying: dict[Future[Any], tuple[int, Chunk]], queue: Queue, context: Context) -> bool:
        """Submit what there is room for; whether anything was."""
        filled = False
        while len(flying) < (1 if queue.has_suspects else 2 * self.workers + 1):
            if any(chunk.again for _, chunk in flying.values()):
                break
            chunk = queue.take()
            if chunk is None:
                break
            taken = {place for place, _ in flying.values()}
            place = next(k for k in range(2 * self.workers + 1) if k not in taken)
            worker = place % self.workers
            flying[self._send(chunk, context)] = place, chunk
            context.started(worker, chunk)
            filled = True
        return filled

    def _send(self, chunk: Chunk, context: Context) -> Future[Any]:
        if self._local:
            return self._submit(timed, chunk, context.trades)
        return self._submit(run_packed, packed(chunk, context.trades, context.shelf))

    def _report(self, future: Future[Any], place: int, chunk: Chunk) -> Report:
        worker = place % self.workers
        error = future.exception()
        if isinstance(error, self._deaths):
            return Report(worker, chunk, None)
        if error is not None:
            raise error
        return report_of(worker, chunk, future.result())

    def _after_death(self, flying: dict[Future[Any], tuple[int, Chunk]]) -> Iterator[Report]:
        """With a broken executor everything in flight is lost."""
        if self._restart is None:
            return
        wait(flying)
        for future in list(flying):
            yield self._report(future, *flying.pop(future))
        self._submit = self._restart()
