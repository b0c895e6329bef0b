"""A chunk as a task: called here, or as a parcel of bytes in another process."""

from __future__ import annotations

import time
from dataclasses import replace

from btcore.batch.chunks import Chunk
from btcore.batch.parcels import Shelf, pack, unpack
from btcore.batch.work import Broken, Failure, Job, Outcome, run_jobs

__all__ = ["Answer", "packed", "run_packed", "timed"]

Answer = tuple[list[Outcome], float] | Failure


def timed(chunk: Chunk, trades: bool) -> Answer:
    """The outcomes of a chunk and the seconds that they took."""
    begun = time.perf_counter()
    outcomes = run_jobs(chunk.candles, chunk.jobs, trades=trades)
    return outcomes, time.perf_counter() - begun


def packed(chunk: Chunk, trades: bool, shelf: Shelf) -> bytes:
    """The parcel of a chunk; a simulation that cannot be packed becomes one that fails with the reason."""
    try:
        return pack((chunk, trades), shelf)
    except Exception:
        jobs = tuple(_sendable(job, shelf) for job in chunk.jobs)
        return pack((replace(chunk, jobs=jobs), trades), shelf)


def _sendable(job: Job, shelf: Shelf) -> Job:
    try:
        pack(job, shelf)
    except Exception as error:
        return replace(job, strategy=Broken(Failure.of(error)))
    return job


def run_packed(parcel: bytes) -> bytes:
    """``timed`` in another process. The answer is a Failure where the parcel cannot be opened there."""
    try:
        answer: Answer = timed(*unpack(parcel))
    except Exception as error:
        answer = Failure.of(error)
    return pack(answer)
