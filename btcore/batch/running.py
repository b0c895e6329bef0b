"""``run_batch``: simulations in, an experiment out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from btcore.batch.chunks import Chunk, Queue, Sizes
from btcore.batch.executors.base import Context, Executor
from btcore.batch.executors.choice import chosen_executor
from btcore.batch.experiment import Experiment
from btcore.batch.keeping import Keeper
from btcore.batch.parcels import Shelf
from btcore.batch.progress import Display, Tally, display_of
from btcore.batch.simulations import Simulation, Status
from btcore.batch.work import Job, Outcome
from btcore.candles import Candles
from btcore.errors import ParameterError

__all__ = ["BatchInterrupted", "run_batch", "run_more"]


class BatchInterrupted(KeyboardInterrupt):
    """Ctrl-C during a batch. ``experiment`` holds what was finished; with a store, running it again goes on there.

    >>> try:
    ...     raise BatchInterrupted(Experiment("night", []))
    ... except KeyboardInterrupt as interruption:
    ...     print(interruption.experiment)
    Experiment('night': no simulations)
    """

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(f"interrupted: {experiment!r}")
        self.experiment = experiment


def run_batch(
    simulations: Iterable[Simulation],
    *,
    name: str | None = None,
    executor: Any = "processes",
    workers: int | None = None,
    store: Any = None,
    progress: Any = True,
    trades: bool = False,
    memory_limit: int | str | None = None,
) -> Experiment:
    """Run many simulations. One that fails is ``failed`` with its error; the others get their results.

    Parameters
    ----------
    simulations : iterable of Simulation
        Any strategies, candles and costs. A simulation can be run again; its state begins anew.
    name : str, optional
        Of the experiment and of its ledger; None: "experiment".
    executor : {"processes", "threads", "serial", "auto", "dask", "ray"} or object with ``submit``
        Who computes: see the page on batches. An object has ``submit(fn, *args) -> concurrent.futures.Future``; one of
        your own may also have ``workers`` and ``run``, as ``btcore.batch.executors.base.Executor`` says.
    workers : int, optional
        None: one per core that this process may use.
    store : path, optional
        Folder of ledgers. What an earlier run of the same name finished there is read and not run.
    progress : {True, False, "bars", "lines"} or callable
        True: bars on a terminal, a bar in the cell of a notebook, lines elsewhere. A callable is given a
        ``BatchProgress`` per chunk.
    trades : bool
        Keep the trades: with a store in Parquet files beside the ledger, else in memory. Without, a result works them
        out when they are asked for.
    memory_limit : int or str, optional
        Bytes ("2GB") that a worker process may take for itself; beyond that its simulation fails with MemoryError.
        Mapped candles do not count. Processes on Linux only.

    Returns
    -------
    Experiment

    Raises
    ------
    ParameterError
        If an argument has no meaning.
    DataError
        If the store holds something else under this name.
    BatchInterrupted
        At Ctrl-C, with what was finished.

    Examples
    --------
    >>> import btcore as bt
    >>> candles = bt.synthetic_candles(2_000)
    >>> trend = bt.Strategy(bt.close > bt.ema(bt.close, 20), stop=0.0010, target=0.0020)
    >>> experiment = bt.run_batch([bt.Simulation(trend, candles)], executor="serial", progress=False)
    >>> experiment.simulations[0].result.stats["trades"] > 0
    True
    """
    options = {"name": name, "executor": executor, "workers": workers, "store": store, "progress": progress,
               "trades": trades, "memory_limit": memory_limit}  # fmt: skip
    return run_more((), simulations, **options)


def run_more(
    ended: Sequence[Simulation],
    simulations: Iterable[Simulation],
    *,
    name: str | None = None,
    executor: Any = "processes",
    workers: int | None = None,
    store: Any = None,
    progress: Any = True,
    trades: bool = False,
    memory_limit: int | str | None = None,
) -> Experiment:
    """``run_batch``, with simulations before its own that such a batch has ended already: they stay as they are."""
    listed = [*ended, *_numbered(simulations, len(ended))]
    if len({id(simulation) for simulation in listed}) < len(listed):
        raise ParameterError("a simulation stands twice in the batch; make another Simulation of the same strategy")
    name = "experiment" if name is None else name
    display = display_of(progress)
    chosen = chosen_executor(executor, workers, memory_limit, listed[len(ended) :])
    display.prepare(name, len(listed))
    try:
        keeper = Keeper.of(store, name, listed, trades)
        try:
            return _run_all(Experiment(name, listed, keeper.path), chosen, keeper, display, trades)
        finally:
            keeper.close()
    finally:
        display.close()


def _run_all(experiment: Experiment, executor: Executor, keeper: Keeper, display: Display, trades: bool) -> Experiment:
    simulations = experiment.simulations
    pending = [simulation for simulation in simulations if simulation.status == Status.PENDING]
    shelf = Shelf(keeper.folder)
    run = _Run(simulations, executor, keeper, display, Tally(experiment.name, simulations))
    try:
        run.all(_queue(pending, executor, keeper), shelf, trades)
    except KeyboardInterrupt:
        raise BatchInterrupted(experiment) from None
    finally:
        shelf.clear()
        cut_off = [simulation for simulation in simulations if simulation.status == Status.RUNNING]
        for simulation in cut_off:
            simulation.reset(simulation.id)
        keeper.cut_off(cut_off)
    return experiment


class _Run:
    """The loop over reports."""

    def __init__(
        self, simulations: Sequence[Simulation], executor: Executor, keeper: Keeper, display: Display, tally: Tally
    ) -> None:
        self._simulations, self._executor, self._keeper = simulations, executor, keeper
        self._display, self._tally = display, tally

    def all(self, queue: Queue, shelf: Shelf, trades: bool) -> None:
        """Everything in the queue."""
        self._display.begin(self._executor.workers, self._tally.now())
        reports = self._executor.run(queue, Context(shelf, trades, self._started))
        try:
            for report in reports:
                self._tally.give_back(len(report.chunk.jobs))
                if report.outcomes is None:
                    self._finished(report.worker, queue.died(report.chunk))
                else:
                    queue.sizes.learn(report.chunk, report.seconds)
                    self._finished(report.worker, report.outcomes)
        finally:
            close = getattr(reports, "close", None)
            if close is not None:
                close()

    def _started(self, worker: int, chunk: Chunk) -> None:
        taken = self._of(job.number for job in chunk.jobs)
        for simulation in taken:
            simulation.begin()
        self._tally.start(len(taken))
        self._keeper.begin(taken)
        self._display.started(worker, taken)

    def _finished(self, worker: int, outcomes: Sequence[Outcome]) -> None:
        if not outcomes:
            return
        self._keeper.keep(outcomes)
        ended = self._of(outcome.number for outcome in outcomes)
        for simulation, outcome in zip(ended, outcomes, strict=True):
            simulation.finish(outcome)
        self._keeper.ended(ended)
        self._display.finished(worker, self._tally.finish(ended))

    def _of(self, numbers: Iterable[int]) -> list[Simulation]:
        return [self._simulations[number] for number in numbers]


def _numbered(simulations: Iterable[Simulation], first: int) -> list[Simulation]:
    listed = list(simulations)
    for number, simulation in enumerate(listed, first):
        if not isinstance(simulation, Simulation):
            raise ParameterError(f"run_batch takes Simulation objects, got {simulation!r}; or use sweep")
        simulation.reset(number)
    return listed


def _queue(pending: Sequence[Simulation], executor: Executor, keeper: Keeper) -> Queue:
    """Simulations over the same candles are neighbours, and among them those of one kind: they share operators."""
    parts: dict[int, tuple[Candles, dict[str, list[Job]]]] = {}
    for simulation in pending:
        _, kinds = parts.setdefault(id(simulation.candles), (simulation.candles, {}))
        kinds.setdefault(simulation.name, []).append(keeper.job(simulation))
    grouped = [(candles, [job for jobs in kinds.values() for job in jobs]) for candles, kinds in parts.values()]
    return Queue(grouped, Sizes(len(pending), executor.workers))
