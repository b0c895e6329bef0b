"""What every executor does: take chunks from a queue, give back reports of them in the order in which they end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from btcore.batch.chunks import Chunk, Queue
from btcore.batch.parcels import Shelf, unpack
from btcore.batch.tasks import Answer
from btcore.batch.work import Failure, Outcome

__all__ = ["Context", "Executor", "Report", "report_of"]


@dataclass(frozen=True, slots=True)
class Context:
    """What an executor needs to know of the batch.

    Parameters
    ----------
    shelf : Shelf
        Where large things lie for other processes.
    trades : bool
        Whether the trades come back.
    started : callable
        To be called with (worker, chunk) when a worker begins with a chunk; workers are counted from 0.
    """

    shelf: Shelf
    trades: bool
    started: Callable[[int, Chunk], None]


@dataclass(frozen=True, slots=True)
class Report:
    """A chunk has ended. `outcomes` None: it has to be run again, because the worker died over it or could not open it.

    `seconds` is what it took where it was computed.
    """

    worker: int
    chunk: Chunk
    outcomes: list[Outcome] | None
    seconds: float = 0.0


def report_of(worker: int, chunk: Chunk, answer: bytes | Answer) -> Report:
    """What the answer of a worker means for its chunk."""
    found: Answer = unpack(answer) if isinstance(answer, bytes) else answer
    if not isinstance(found, Failure):
        return Report(worker, chunk, *found)
    if len(chunk.jobs) > 1:
        return Report(worker, chunk, None)  # one of them spoiled the parcel
    return Report(worker, chunk, [Outcome(chunk.jobs[0].number, failure=found)])


class Executor(Protocol):
    """Computes chunks somewhere."""

    workers: int

    def run(self, queue: Queue, context: Context) -> Iterator[Report]:
        """Compute everything that the queue gives, one report per chunk.

        The caller may put chunks back into the queue between two reports. Closing the iterator stops all workers.
        """
        ...
