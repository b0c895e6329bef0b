"""``search``: simulations in rounds, each chosen after what the rounds before gave."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from btcore.batch.criteria import Criterion, Measure
from btcore.batch.experiment import Experiment
from btcore.batch.running import run_more
from btcore.batch.samplers import Sampler
from btcore.batch.simulations import Simulation
from btcore.batch.sweeping import simulations_of
from btcore.candles import Candles
from btcore.costs import Costs
from btcore.errors import ParameterError
from btcore.rules import Rules

__all__ = ["search"]

Key = tuple[tuple[str, str], ...]


def search(
    build: Callable[..., Any],
    candles: Candles | Mapping[str, Candles],
    sampler: Sampler,
    *,
    by: Measure,
    rounds: int,
    per_round: int,
    costs: Costs | None = None,
    size: Any = None,
    cash: float = 10_000.0,
    rules: Rules | None = None,
    start: Any = None,
    end: Any = None,
    **options: Any,
) -> Experiment:
    """Ask a sampler for parameter sets, run them as a batch, tell it what came of them; again and again.

    Parameters
    ----------
    build : callable
        Takes the parameters by name and gives a Strategy, or a list of Order and Exit, as for ``sweep``.
    candles : Candles, or mapping of symbol to Candles
        With several instruments, the value of a set is the mean over them.
    sampler : RandomSampler, OptunaSampler or object with ``ask`` and ``tell``
        ``ask(count)`` gives up to `count` sets (mappings of name to value), none to end the search;
        ``tell(sets, values)`` is given them again with their values in the same order: numbers as the statistic has
        them, whichever way is better, or None where a simulation failed or has no number.
    by : str or callable
        The value: a statistic of ``Result.stats``, or a function of all of them that gives a number, None or NaN.
    rounds, per_round : int
        How often the sampler is asked, and for how many sets.
    costs, size, cash, rules, start, end :
        As in ``simulate``, the same for all.
    **options :
        Those of ``run_batch``: name, executor, workers, store, progress, trades, memory_limit. With a store, a search
        that is run again reads from the ledger what it knows: a sampler that asks for the same sets goes on where the
        search was interrupted.

    Returns
    -------
    Experiment
        Of all rounds; a set that was asked for again is in it once, and was not run again.

    Raises
    ------
    ParameterError
        If an argument has no meaning, or the sampler asks for something that is no set of parameters.
    DataError, BatchInterrupted
        As ``run_batch``; the interruption holds the experiment so far.

    Examples
    --------
    >>> import btcore as bt
    >>> candles = bt.synthetic_candles(3_000)
    >>> def breakout(window, hold):
    ...     return bt.Strategy(bt.close > bt.rolling_max(bt.high, window).shift(1), max_bars=hold)
    >>> sampler = bt.RandomSampler({"window": range(5, 60), "hold": range(1, 30)}, seed=3)
    >>> found = bt.search(breakout, candles, sampler, by="net", rounds=3, per_round=4, executor="serial",
    ...                   progress=False)
    >>> found.status, sorted(found.best("net").parameters)
    ({'completed': 12}, ['hold', 'window'])
    """
    criterion = Criterion.checked(by)
    for name, value in (("rounds", rounds), ("per_round", per_round)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ParameterError(f"{name} is a whole number >= 1, got {value!r}")
    conditions = {"costs": costs, "size": size, "cash": cash, "rules": rules, "start": start, "end": end}
    if not (callable(getattr(sampler, "ask", None)) and callable(getattr(sampler, "tell", None))):
        raise ParameterError(f"a sampler has ask(count) and tell(sets, values); {sampler!r} has not")
    options = {"name": "search"} | options
    experiment: Experiment | None = None
    tried: dict[Key, list[Simulation]] = {}
    for _ in range(rounds):
        sets = _asked(sampler, per_round)
        if not sets:
            break
        new = {key: one for one in sets if (key := _key(one)) not in tried}
        fresh = simulations_of(build, candles, new.values(), **conditions)
        if fresh:
            experiment = run_more(experiment.simulations if experiment else (), fresh, **options)
        for simulation in fresh:
            tried.setdefault(_key(simulation.parameters), []).append(simulation)
        sampler.tell(sets, [_value(tried[_key(one)], criterion) for one in sets])
    return experiment or run_more((), (), **options)


def _asked(sampler: Sampler, count: int) -> list[dict[str, Any]]:
    sets = list(sampler.ask(count))
    wrong = next((one for one in sets if not isinstance(one, Mapping)), None)
    if wrong is not None:
        raise ParameterError(f"ask gives a list of mappings name -> value, got {wrong!r} in it")
    return [dict(one) for one in sets]


def _key(parameters: Mapping[str, Any]) -> Key:
    """Equal for equal sets, whatever their order."""
    return tuple(sorted((name, repr(value)) for name, value in parameters.items()))


def _value(simulations: Sequence[Simulation], criterion: Criterion) -> float | None:
    """The mean over the instruments; None if one of them has no number."""
    if any(simulation.result is None for simulation in simulations):
        return None
    values = [criterion.value(s.result.stats) for s in simulations if s.result is not None]
    mean = sum(values) / len(values)
    return None if math.isnan(mean) else mean
