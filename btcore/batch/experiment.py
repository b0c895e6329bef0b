"""An experiment: simulations that belong together, and what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from btcore.batch.simulations import Simulation, Status
from btcore.errors import ParameterError

if TYPE_CHECKING:
    import polars

__all__ = ["Experiment"]

LOWER_IS_BETTER = (
    "max_drawdown",
    "max_drawdown_percent",
    "costs",
    "longest_losing_streak",
    "seconds",
    "ambiguous_share",
)


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
            columns[column] = _column([s.parameters.get(name) for s in self.simulations])
        columns["status"] = [str(s.status) for s in self.simulations]
        columns["seconds"] = [s.execution_time for s in self.simulations]
        for name in figures:
            columns[name] = [s.result.stats.get(name) if s.result else None for s in self.simulations]
        columns["error"] = [None if s.error is None else str(s.error) for s in self.simulations]
        return polars.DataFrame(columns, strict=False)

    def best(self, by: str, *, lowest: bool | None = None) -> Simulation:
        """The completed simulation with the highest `by`; the first of equals.

        Parameters
        ----------
        by : str
            A statistic of ``Result.stats``, or "seconds".
        lowest : bool, optional
            Whether the lowest is best; None: for drawdowns, costs, losing streaks and seconds.

        Raises
        ------
        ParameterError
            If no completed simulation has such a number (NaN is none).
        """
        lowest = by in LOWER_IS_BETTER if lowest is None else lowest
        sign = -1.0 if lowest else 1.0
        ranked = [
            (sign * value, s) for s in self.simulations if (value := _figure(s, by)) is not None and value == value
        ]
        if not ranked:
            known = next((sorted(s.result.stats) for s in self.simulations if s.result), [])
            raise ParameterError(f"no completed simulation has a number for {by!r}; statistics are {', '.join(known)}")
        return max(ranked, key=lambda pair: pair[0])[1]

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

    def explain(self) -> str:
        """How the batch is computed: plans, operators, what is shared, and what it will cost, as text."""
        from btcore.batch.explaining import explained

        return explained(self.simulations)

    def __repr__(self) -> str:
        counts = ", ".join(f"{count:,} {status}" for status, count in self.status.items()) or "no simulations"
        return f"Experiment({self.name!r}: {counts})"


def _figure(simulation: Simulation, name: str) -> float | None:
    if simulation.result is None:
        return None
    return simulation.execution_time if name == "seconds" else simulation.result.stats.get(name)


def _column(values: list[Any]) -> list[Any]:
    """Values as a frame can hold them: those of mixed or unknown kinds as text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} or (len(kinds) == 1 and kinds <= {str, bool}):
        return values
    return [None if value is None else str(value) for value in values]
