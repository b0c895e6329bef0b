"""An experiment: simulations that belong together, and what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from btcore.batch.criteria import Criterion, Measure
from btcore.batch.simulations import Simulation, Status
from btcore.errors import ParameterError

if TYPE_CHECKING:
    import polars

    from btcore.batch.trials import Overfitting

__all__ = ["Experiment"]


class Experiment:
    """What ``run_batch`` and ``sweep`` give back.

    Attributes
    ----------
    name : str
    simulations : list of Simulation
        In the order in which they were given.
    path : Path, optional
        The ledger, where there is one.

    Examples
    --------
    >>> import btcore as bt
    >>> candles = bt.synthetic_candles(3_000)
    >>> def cross(fast, slow):
    ...     enter = bt.crosses_above(bt.ema(bt.close, fast), bt.ema(bt.close, slow))
    ...     return bt.Strategy(enter, stop=0.0010, target=0.0020)
    >>> experiment = bt.sweep(cross, candles, {"fast": [5, 10], "slow": [20, 40]}, executor="serial", progress=False)
    >>> experiment.status
    {'completed': 4}
    >>> experiment.table().shape[0], sorted(experiment.best("net").parameters)
    (4, ['fast', 'slow'])
    """

    def __init__(self, name: str, simulations: Sequence[Simulation], path: Path | None = None) -> None:
        self.name = name
        self.simulations = list(simulations)
        self.path = path

    @classmethod
    def open(cls, path: Any) -> Experiment:
        """The experiment of a ledger, also while another process is running it.

        Its simulations have results with statistics; trades where they were written. They hold no candles and no
        strategies, so nothing can be worked out anew.

        Parameters
        ----------
        path : the ``.sqlite`` file, or a folder with one such file

        Raises
        ------
        DataError
            If there is none, or it is no ledger.
        """
        from btcore.batch.recall import recalled

        return recalled(Path(path))

    @property
    def status(self) -> dict[str, int]:
        """How many simulations are pending, running, completed, failed; what does not occur is left out."""
        counts = Counter(simulation.status for simulation in self.simulations)
        return {status.value: counts[status] for status in Status if counts[status]}

    @property
    def failures(self) -> list[Simulation]:
        """The simulations that failed; ``simulation.error`` says why."""
        return [simulation for simulation in self.simulations if simulation.status == Status.FAILED]

    def table(self) -> polars.DataFrame:
        """A row per simulation, in their order.

        Columns: ``strategy``, ``instrument``, the parameters, ``status``, ``seconds``, every statistic, ``error``.
        Statistics are null where a simulation has none, NaN where they have no meaning (see ``metrics``).
        """
        import polars

        parameters = list(dict.fromkeys(name for s in self.simulations for name in s.parameters))
        figures = list(dict.fromkeys(name for s in self.simulations if s.result for name in s.result.stats))
        shadowed = [
            name for name in parameters if name in ("strategy", "instrument", "status", "seconds", "error", *figures)
        ]
        columns: dict[str, list[Any]] = {
            "strategy": [s.name for s in self.simulations],
            "instrument": [s.instrument for s in self.simulations],
        }
        for name in parameters:
            column = f"parameter_{name}" if name in shadowed else name
            columns[column] = column_of([s.parameters.get(name) for s in self.simulations])
        columns["status"] = [str(s.status) for s in self.simulations]
        columns["seconds"] = [s.execution_time for s in self.simulations]
        for name in figures:
            columns[name] = [s.result.stats.get(name) if s.result else None for s in self.simulations]
        columns["error"] = [None if s.error is None else str(s.error) for s in self.simulations]
        return polars.DataFrame(columns, strict=False)

    def best(self, by: Measure, *, lowest: bool | None = None) -> Simulation:
        """The completed simulation with the highest `by`; the first of equals.

        Parameters
        ----------
        by : str or callable
            A statistic of ``Result.stats``, "seconds", or a function of all statistics; None and NaN are no number.
        lowest : bool, optional
            Whether the lowest is best; None: for drawdowns, costs, losing streaks and seconds, by their names.

        Raises
        ------
        ParameterError
            If no completed simulation has such a number.
        """
        criterion = Criterion(by, lowest)
        completed = [(s, s.result.stats) for s in self.simulations if s.result is not None]
        timed = [(s, {"seconds": s.execution_time} if by == "seconds" else stats) for s, stats in completed]
        found = criterion.best((criterion.value(stats), s) for s, stats in timed)
        if found is None:
            known = ", ".join(sorted(completed[0][1])) if completed else ""
            raise ParameterError(f"no completed simulation has a number for {criterion.text!r}; statistics are {known}")
        return found

    def heatmap(self, x: str, y: str, value: str) -> polars.DataFrame:
        """The mean of a statistic over two parameters: a row per `y`, a column per `x`, both in ascending order.

        Other parameters, instruments and strategies are averaged over; null where no simulation completed.

        Raises
        ------
        ParameterError
            If there is no such parameter or statistic.
        """
        import polars

        table = self.table()
        for name in (x, y, value):
            if name not in table.columns:
                raise ParameterError(f"heatmap: there is no column {name!r}; columns are {', '.join(table.columns)}")
        means = table.group_by(x, y).agg(polars.col(value).mean()).sort(x, y)
        return means.pivot(on=x, index=y, values=value).sort(y)

    def overfitting(
        self,
        *,
        instrument: str | None = None,
        blocks: int = 16,
        trials: float | None = None,
        workers: int | None = None,
    ) -> Overfitting:
        """How much of the best Sharpe ratio the number of tries explains, from the daily returns of all trials.

        The equity curves are worked out again, a run for each completed simulation, in threads; of each curve only the
        daily values are kept.

        Parameters
        ----------
        instrument : str, optional
            Whose simulations; needed where there are several instruments, since figures are of one.
        blocks : int
            As for ``probability_of_overfitting``.
        trials : float, optional
            As for ``deflated_sharpe``: how many independent trials the simulations amount to. Give more than there are
            here if others were tried before; nobody else knows of them.
        workers : int, optional
            How many curves are worked out at a time; each takes 8 bytes per candle. None: one per core.

        Raises
        ------
        ParameterError
            If fewer than 2 completed simulations have a Sharpe ratio, their instruments or evaluation windows differ,
            or the days do not suffice for the blocks.
        DataError
            If the experiment was opened from its ledger alone, which keeps no equity.
        """
        from btcore.batch.trials import overfitting_of

        return overfitting_of(self.simulations, instrument, blocks, trials, workers)

    def explain(self) -> str:
        """How the batch is computed: plans, operators, what is shared, and what it will cost, as text."""
        from btcore.batch.explaining import explained

        return explained(self.simulations)

    def __repr__(self) -> str:
        counts = ", ".join(f"{count:,} {status}" for status, count in self.status.items()) or "no simulations"
        return f"Experiment({self.name!r}: {counts})"


def column_of(values: list[Any]) -> list[Any]:
    """Values as a frame can hold them: those of mixed or unknown kinds as text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} or (len(kinds) == 1 and kinds <= {str, bool}):
        return values
    return [None if value is None else str(value) for value in values]
