"""What a worker does with a chunk of simulations, in this process or in another one."""

from __future__ import annotations

import contextlib
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from btcore.candles import Candles
from btcore.deciders import fresh
from btcore.errors import CallbackError
from btcore.metrics import summary
from btcore.plan import Conditions, Plan, market_key

__all__ = ["Broken", "Build", "Failure", "Job", "Outcome", "run_jobs"]


@dataclass(frozen=True, slots=True)
class Build:
    """A strategy that is made where it is run: ``function(**parameters)``."""

    function: Callable[..., Any]
    parameters: Mapping[str, Any]

    def make(self) -> Any:
        """The strategy; whatever the function raises."""
        return self.function(**self.parameters)


@dataclass(frozen=True, slots=True)
class Job:
    """One simulation as it travels.

    Parameters
    ----------
    number : int
        Its place in the batch.
    strategy : Strategy, sequence of Order and Exit, Build or Broken
    conditions : Conditions
    trades_file : str, optional
        Where its trades are to be written.
    """

    number: int
    strategy: Any
    conditions: Conditions
    trades_file: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a simulation gave no result, as text: exceptions themselves may not survive the way between processes.

    Parameters
    ----------
    kind : str
        Name of the exception's class, or ``WorkerDied``.
    message, traceback : str
    """

    kind: str
    message: str
    traceback: str = ""

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """What an exception says, even one that cannot say it."""
        try:
            message = str(error)
        except Exception:
            message = "(the exception could not be printed)"
        text = "".join(traceback.format_exception(error, chain=True))
        return cls(type(error).__name__, message, text)

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}" if self.message else self.kind


@dataclass(frozen=True, slots=True)
class Broken:
    """Stands for a strategy that could not be sent to where it would be run."""

    failure: Failure


@dataclass(slots=True)
class Outcome:
    """What came of one simulation: statistics, or why there are none.

    Parameters
    ----------
    number : int
        That of the job.
    seconds : float
        Its share of the time of its chunk: by candles that needed a step.
    stats : dict of str to float
    rejected : dict of str to int
    trades : structured array, optional
        Where they were asked for and not written to a file.
    failure : Failure, optional
    """

    number: int
    seconds: float = 0.0
    stats: dict[str, float] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    trades: np.ndarray | None = None
    failure: Failure | None = None


def run_jobs(candles: Candles, jobs: Sequence[Job], *, trades: bool) -> list[Outcome]:
    """Simulate all jobs over the same candles; one that fails has a failure as its outcome, the others their results.

    They share one plan per market. If the plan as a whole raises, which only functions of the caller do, each of its
    jobs is run in a plan of its own.
    """
    outcomes: list[Outcome] = []
    plans: dict[Any, list[Job]] = {}
    for job in jobs:
        if isinstance(job.strategy, Broken):
            outcomes.append(Outcome(job.number, failure=job.strategy.failure))
        else:
            plans.setdefault(market_key(job.conditions.costs), []).append(job)
    for together in plans.values():
        outcomes += _run_plan(candles, together, trades)
    return outcomes


def _run_plan(candles: Candles, jobs: Sequence[Job], trades: bool) -> list[Outcome]:
    begun = time.perf_counter()
    plan, drivers, outcomes = Plan(candles), [], []
    for job in jobs:
        try:
            strategy = job.strategy.make() if isinstance(job.strategy, Build) else fresh(job.strategy)
            drivers.append((job, plan.add(strategy, job.conditions, keep=trades)))
        except Exception as error:
            outcomes.append(Outcome(job.number, failure=Failure.of(error)))
    try:
        with contextlib.suppress(CallbackError):  # of single simulations, whose outcome it is
            plan.run()
        found = [_outcome(plan, job, driver, trades) for job, driver in drivers]
    except Exception as error:
        if len(jobs) > 1:
            return [outcome for job in jobs for outcome in _run_plan(candles, [job], trades)]
        return [Outcome(jobs[0].number, time.perf_counter() - begun, failure=Failure.of(error))]
    _share_time(found, [driver.steps for _, driver in drivers], time.perf_counter() - begun)
    return outcomes + found


def _outcome(plan: Plan, job: Job, driver: Any, trades: bool) -> Outcome:
    conditions, symbol = job.conditions, plan.candles.symbol
    try:
        plan.check(driver)
    except CallbackError as error:
        return Outcome(job.number, failure=Failure.of(error))
    rows = driver.trades() if trades else None
    if rows is not None and job.trades_file is not None:
        from btcore.batch.records import write_trades

        write_trades(rows, symbol, Path(job.trades_file))
        rows = None
    stats = summary(driver.totals(), conditions.end - conditions.start)
    return Outcome(job.number, stats=stats, rejected=driver.rejected(), trades=rows)


def _share_time(outcomes: Sequence[Outcome], steps: Sequence[int], seconds: float) -> None:
    """One step is added to each, so that a simulation without any has its share of the operators too."""
    total = sum(steps) + len(steps)
    for outcome, own in zip(outcomes, steps, strict=True):
        outcome.seconds = seconds * (own + 1) / total
