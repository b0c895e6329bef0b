"""Which simulations travel together, and which of them again."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from btcore.batch.work import Failure, Job, Outcome
from btcore.candles import Candles

__all__ = ["Chunk", "Queue", "Sizes"]

LONG_SECONDS = 4.0  # a shorter chunk spends much of its time on operators that the next one computes again
SHARED = 4  # simulations that take about as long as the operators which those of a chunk share
PER_WORKER = 8  # chunks that each worker gets, so that all end at about the same time; fewer where they would be short
SMOOTHING = 0.3


@dataclass(frozen=True, slots=True)
class Chunk:
    """Simulations over the same candles that a worker computes in one go.

    Parameters
    ----------
    candles : Candles
    jobs : tuple of Job
    again : bool
        Whether it is run a second time because a worker died of it, or beside it.
    """

    candles: Candles
    jobs: tuple[Job, ...]
    again: bool = False


class Sizes:
    """How many simulations go into a chunk, from what chunks took so far.

    A large chunk shares more operators, a small one spreads better over the workers and shows progress sooner.
    """

    def __init__(self, simulations: int, workers: int) -> None:
        self._workers = workers
        self._share = max(1, -(-simulations // (PER_WORKER * workers)))
        self._seconds: float | None = None  # of one simulation per candle

    def learn(self, chunk: Chunk, seconds: float) -> None:
        """Note what a chunk took."""
        measured = seconds / ((len(chunk.jobs) + SHARED) * len(chunk.candles))
        self._seconds = measured if self._seconds is None else self._seconds + SMOOTHING * (measured - self._seconds)

    def wanted(self, candles: Candles, left: int) -> int:
        """How many of those left over these candles.

        One while nothing is known; then a small share, and where that would take less than `LONG_SECONDS`, so many that
        each worker gets equally many chunks of about that time.
        """
        if self._seconds is None:
            return 1
        long = max(1, int(LONG_SECONDS / max(self._seconds * len(candles), 1e-9)))
        rounds = -(-left // (self._workers * long))
        return max(self._share, -(-left // (self._workers * rounds)))


class Queue:
    """Chunks that wait to be run: those of the batch in order, and what has to be run again.

    Parameters
    ----------
    parts : sequence of (Candles, list of Job)
        All simulations, grouped by candles.
    sizes : Sizes
    """

    def __init__(self, parts: Sequence[tuple[Candles, list[Job]]], sizes: Sizes) -> None:
        self._parts = deque((candles, deque(jobs)) for candles, jobs in parts if jobs)
        self._again: deque[Chunk] = deque()
        self.sizes = sizes

    @property
    def has_suspects(self) -> bool:
        """Whether a chunk waits that may have killed a worker."""
        return bool(self._again)

    def take(self) -> Chunk | None:
        """The next chunk, suspects first; None where nothing waits."""
        if self._again:
            return self._again.popleft()
        if not self._parts:
            return None
        candles, jobs = self._parts[0]
        taken = tuple(jobs.popleft() for _ in range(min(self.sizes.wanted(candles, len(jobs)), len(jobs))))
        if not jobs:
            self._parts.popleft()
        return Chunk(candles, taken)

    def died(self, chunk: Chunk) -> list[Outcome]:
        """A worker died over this chunk: its simulations wait again, each alone; one that was alone already has failed.

        So the culprit is certain, and nothing that was finished is lost.
        """
        if chunk.again and len(chunk.jobs) == 1:
            reason = (
                "the worker process died twice over this simulation (killed, out of memory, or a crash in native code)"
            )
            return [Outcome(chunk.jobs[0].number, failure=Failure("WorkerDied", reason))]
        self._again.extend(Chunk(chunk.candles, (job,), again=True) for job in chunk.jobs)
        return []
