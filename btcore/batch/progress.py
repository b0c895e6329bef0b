"""What a batch shows while it runs: bars on a terminal and in a notebook, lines in a log, or a call for each chunk."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from btcore.batch.simulations import Simulation, Status
from btcore.errors import ParameterError

__all__ = ["BatchProgress", "Display", "display_of"]

SECONDS_BETWEEN_LINES = 10.0


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far a batch is: what a callback of ``progress=`` is given after each chunk.

    Parameters
    ----------
    name : str
        Of the batch.
    total, done, failed : int
        Simulations: all, those that have ended (with failures and those read from the ledger), those that failed.
    running : int
        Simulations that workers have now.
    seconds : float
        Since the batch began.
    rate : float
        Simulations per second in this run; 0 before the first has ended.
    remaining : float
        Estimated seconds to the end; NaN while nothing is known.
    finished : tuple of Simulation
        Those that have just ended.

    Examples
    --------
    >>> import btcore as bt
    >>> simulations = [bt.Simulation([bt.Order(5, "long")], bt.synthetic_candles(100))]
    >>> _ = bt.run_batch(simulations, executor="serial", progress=lambda now: print(now.done, "of", now.total))
    0 of 1
    1 of 1
    """

    name: str
    total: int
    done: int
    failed: int
    running: int
    seconds: float
    rate: float
    remaining: float
    finished: tuple[Simulation, ...]


class Display(Protocol):
    """Shows progress."""

    def prepare(self, name: str, total: int) -> None: ...

    def begin(self, workers: int, now: BatchProgress) -> None: ...

    def started(self, worker: int, simulations: Sequence[Simulation]) -> None: ...

    def finished(self, worker: int, now: BatchProgress) -> None: ...

    def close(self) -> None: ...


class Silent:
    """Shows nothing."""

    def prepare(self, name: str, total: int) -> None: ...

    def begin(self, workers: int, now: BatchProgress) -> None: ...

    def started(self, worker: int, simulations: Sequence[Simulation]) -> None: ...

    def finished(self, worker: int, now: BatchProgress) -> None: ...

    def close(self) -> None: ...


class Called(Silent):
    """Calls a function of the caller after each chunk."""

    def __init__(self, function: Callable[[BatchProgress], Any]) -> None:
        self._function = function

    def begin(self, workers: int, now: BatchProgress) -> None:
        self._function(now)

    def finished(self, worker: int, now: BatchProgress) -> None:
        self._function(now)


class Lines(Silent):
    """A line on standard error now and then: for logs and pipes."""

    def __init__(self, seconds: float = SECONDS_BETWEEN_LINES) -> None:
        self._pause, self._last = seconds, 0.0

    def begin(self, workers: int, now: BatchProgress) -> None:
        known = now.done - now.failed
        already = f", {known:,} of them known already" if known else ""
        simulations = f"{now.total:,} simulation{'s' * (now.total != 1)}"
        self._say(f"{now.name}: {simulations} on {workers} worker{'s' * (workers > 1)}{already}")

    def finished(self, worker: int, now: BatchProgress) -> None:
        if now.done == now.total or time.monotonic() - self._last >= self._pause:
            self._say(f"{now.name}: {counts(now)}, {pace(now)}")

    def _say(self, line: str) -> None:
        self._last = time.monotonic()
        print(line, file=sys.stderr, flush=True)


class Bars(Silent):
    """One bar for the whole and a line for each worker, kept up to date in place (rich)."""

    def __init__(self, console: Any) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

        text = TextColumn("{task.fields[text]}", markup=False)
        self._bars = Progress(
            SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), text,
            console=console, refresh_per_second=4,
        )  # fmt: skip
        self._whole: Any = None
        self._workers: list[Any] = []
        self._taken: dict[int, int] = {}

    def prepare(self, name: str, total: int) -> None:
        self._bars.start()
        self._whole = self._bars.add_task(name, total=total, text="looking up what is known")

    def begin(self, workers: int, now: BatchProgress) -> None:
        self._bars.update(self._whole, completed=now.done, text="")
        self._workers = [self._bars.add_task(f"worker {k}", total=None, text="starting") for k in range(workers)]

    def started(self, worker: int, simulations: Sequence[Simulation]) -> None:
        more = f" and {len(simulations) - 1:,} more" if len(simulations) > 1 else ""
        text = _label(simulations[0]) + more
        self._bars.update(self._workers[worker], total=len(simulations), completed=0, text=text)

    def finished(self, worker: int, now: BatchProgress) -> None:
        left = f", {_clock(now.remaining)} left" if now.done < now.total and now.remaining >= 0 else ""
        failed = f", {now.failed:,} failed" if now.failed else ""
        self._bars.update(self._whole, completed=now.done, text=f"{now.rate:,.1f}/s{failed}{left}")
        self._bars.update(self._workers[worker], completed=len(now.finished), total=len(now.finished), text="idle")

    def close(self) -> None:
        for task in self._workers:
            self._bars.remove_task(task)
        self._bars.stop()


def _label(simulation: Simulation) -> str:
    shown = ", ".join(f"{name}={value}" for name, value in simulation.parameters.items())
    return " ".join(part for part in (simulation.instrument, simulation.name, shown) if part)


def counts(now: BatchProgress) -> str:
    """How many have ended."""
    failed = f" ({now.failed:,} failed)" if now.failed else ""
    return f"{now.done:,} of {now.total:,}{failed}"


def pace(now: BatchProgress) -> str:
    """How fast it goes, and how long it will."""
    left = f", about {_clock(now.remaining)} left" if now.done < now.total and now.remaining >= 0 else ""
    return f"{now.rate:,.1f}/s{left}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def display_of(progress: Any) -> Display:
    """The display that a ``progress`` argument means.

    Parameters
    ----------
    progress : {True, False, "bars", "lines"} or callable
        True: bars on a terminal, a bar in the cell of a notebook, else lines.
    """
    if progress is False or progress is None:
        return Silent()
    if callable(progress):
        return Called(progress)
    if progress in (True, "bars", "lines"):
        if progress == "lines":
            return Lines()
        from rich.console import Console

        console = Console(stderr=True)
        if console.is_jupyter:
            from btcore.batch.notebook import Cell

            return Cell()
        return Bars(console) if progress == "bars" or console.is_terminal else Lines()
    raise ParameterError(f"progress is True, False, 'bars', 'lines' or a function, got {progress!r}")


class Tally:
    """Counts what has ended, for the displays."""

    def __init__(self, name: str, simulations: Sequence[Simulation]) -> None:
        self._name, self._total = name, len(simulations)
        self._begun = time.monotonic()
        self._known = self._done = sum(s.status == Status.COMPLETED for s in simulations)
        self._failed = sum(s.status == Status.FAILED for s in simulations)
        self._done += self._failed
        self._known += self._failed
        self._running = 0

    def start(self, count: int) -> None:
        """So many simulations were given to a worker."""
        self._running += count

    def give_back(self, count: int) -> None:
        """A worker is done with so many, whatever came of them."""
        self._running -= count

    def finish(self, finished: Sequence[Simulation]) -> BatchProgress:
        """They have ended."""
        self._done += len(finished)
        self._failed += sum(s.status == Status.FAILED for s in finished)
        return self.now(finished)

    def now(self, finished: Sequence[Simulation] = ()) -> BatchProgress:
        """How far the batch is."""
        seconds = time.monotonic() - self._begun
        fresh = self._done - self._known
        rate = fresh / seconds if seconds > 0 else 0.0
        remaining = (self._total - self._done) / rate if rate > 0 else float("nan")
        return BatchProgress(
            self._name, self._total, self._done, self._failed, self._running, seconds, rate, remaining, tuple(finished)
        )
