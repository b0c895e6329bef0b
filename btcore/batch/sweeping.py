"""``sweep``: one kind of strategy, many sets of parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from btcore.batch.experiment import Experiment
from btcore.batch.grids import parameter_sets
from btcore.batch.running import run_batch
from btcore.batch.simulations import Simulation
from btcore.batch.work import Build
from btcore.candles import Candles
from btcore.costs import Costs
from btcore.errors import ParameterError
from btcore.rules import Rules

__all__ = ["simulations_of", "sweep"]


def sweep(
    build: Callable[..., Any],
    candles: Candles | Mapping[str, Candles],
    grid: Mapping[str, Iterable[Any]] | Iterable[Mapping[str, Any]],
    *,
    costs: Costs | None = None,
    size: Any = None,
    cash: float = 10_000.0,
    rules: Rules | None = None,
    start: Any = None,
    end: Any = None,
    **options: Any,
) -> Experiment:
    """Run ``build(**parameters)`` for every set of parameters on every instrument.

    Parameters
    ----------
    build : callable
        Takes the parameters by name and gives a Strategy, or a list of Order and Exit. It is called where the
        simulation is run; if it raises, that simulation has failed.
    candles : Candles, or mapping of symbol to Candles
    grid : mapping of name to values, or iterable of mappings
        A mapping means all combinations, the last name varying fastest. ``random_sets``, ``sobol_sets`` and
        ``grid_product(..., where=...)`` make lists of sets.
    costs, size, cash, rules, start, end :
        As in ``simulate``, the same for all.
    **options :
        Those of ``run_batch``: name, executor, workers, store, progress, trades, memory_limit.

    Returns
    -------
    Experiment
        Its rows in the order of the grid, instrument by instrument.

    Raises
    ------
    ParameterError, DataError, BatchInterrupted
        As ``run_batch``.

    Examples
    --------
    >>> import btcore as bt
    >>> candles = bt.synthetic_candles(3_000)
    >>> def breakout(window):
    ...     return bt.Strategy(bt.close > bt.rolling_max(bt.high, window).shift(1), max_bars=window)
    >>> experiment = bt.sweep(breakout, candles, {"window": [10, 20, 40]}, executor="serial", progress=False)
    >>> experiment.table()["window"].to_list()
    [10, 20, 40]
    """
    conditions = {"costs": costs, "size": size, "cash": cash, "rules": rules, "start": start, "end": end}
    return run_batch(simulations_of(build, candles, parameter_sets(grid), **conditions), **options)


def simulations_of(
    build: Callable[..., Any],
    candles: Candles | Mapping[str, Candles],
    sets: Iterable[Mapping[str, Any]],
    **conditions: Any,
) -> list[Simulation]:
    """A simulation per instrument and set of parameters."""
    if not callable(build):
        raise ParameterError(f"build is a function of the parameters, got {build!r}; for one strategy use Simulation")
    instruments = candles.values() if isinstance(candles, Mapping) else [candles]
    wanted = [dict(parameters) for parameters in sets]
    return [
        Simulation(Build(build, parameters), one, parameters=parameters, **conditions)
        for one in instruments
        for parameters in wanted
    ]
