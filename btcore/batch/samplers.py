"""Samplers: which parameter sets a search tries next, and what it is told of those that it tried."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from btcore.batch.grids import Constraint, endless_random_sets
from btcore.errors import ParameterError

if TYPE_CHECKING:
    import optuna

__all__ = ["OptunaSampler", "RandomSampler", "Sampler"]

Plain = (type(None), bool, int, float, str)  # what Optuna's categories can be


class Sampler(Protocol):
    """What ``search`` asks for sets and tells their values."""

    def ask(self, count: int) -> Sequence[Mapping[str, Any]]:
        """Up to `count` parameter sets to try next; none: the search has ended."""
        ...

    def tell(self, sets: Sequence[Mapping[str, Any]], values: Sequence[float | None]) -> None:
        """The values of the sets that were asked for, in their order; None where a set failed or has no number."""
        ...


class RandomSampler:
    """Different sets by chance, those of ``random_sets``; it learns nothing. Ends when the grid is used up.

    Parameters
    ----------
    grid : mapping of name to values, or to a pair (low, high) of floats for a range
    seed : int
        Equal seeds give equal sets, on every machine.
    where : callable, optional
        ``where(**set)`` says whether a set is wanted.

    Examples
    --------
    >>> import btcore as bt
    >>> sampler = bt.RandomSampler({"fast": [5, 10], "slow": [20, 40]}, seed=1)
    >>> [len(sampler.ask(3)) for _ in range(3)]
    [3, 1, 0]
    """

    def __init__(self, grid: Mapping[str, Any], *, seed: int = 0, where: Constraint | None = None) -> None:
        self._sets = endless_random_sets(grid, seed=seed, where=where)

    def ask(self, count: int) -> list[dict[str, Any]]:
        """The next `count` sets; fewer where there are no more."""
        return list(itertools.islice(self._sets, count))

    def tell(self, sets: Sequence[Mapping[str, Any]], values: Sequence[float | None]) -> None:
        """Nothing is done with it."""


class OptunaSampler:
    """Sets that an Optuna study suggests. Needs Optuna (``pip install btcore[search]``).

    Parameters
    ----------
    study : optuna.Study
        Of one objective. Its direction is yours to choose: "maximize" for a Sharpe ratio, "minimize" for a drawdown.
        Which sets it suggests is up to its own sampler and that one's seed; several sets are asked for before any value
        is told, so ``TPESampler(constant_liar=True)`` spreads them better.
    space : mapping of name to values
        A ``range`` for whole numbers, a pair (low, high) of floats for a range, a list of None, bool, int, float and
        str for categories without an order, or a distribution of Optuna's.

    Raises
    ------
    ParameterError
        If `study` has several objectives, or `space` holds something else.

    Examples
    --------
    >>> import btcore as bt
    >>> def suggestions(study):  # study = optuna.create_study(direction="maximize")
    ...     sampler = bt.OptunaSampler(study, {"fast": range(5, 50), "k": (1.0, 3.0), "side": ["long", "short"]})
    ...     return sampler.ask(4)
    """

    def __init__(self, study: optuna.Study, space: Mapping[str, Any]) -> None:
        if len(study.directions) != 1:
            raise ParameterError(f"study has one objective, got one with {len(study.directions)}")
        self._study = study
        self._space = {name: _distribution(name, values) for name, values in space.items()}
        self._asked: list[Any] = []

    def ask(self, count: int) -> list[dict[str, Any]]:
        """The next `count` sets; some may repeat earlier ones."""
        self._asked = [self._study.ask(self._space) for _ in range(count)]
        return [dict(trial.params) for trial in self._asked]

    def tell(self, sets: Sequence[Mapping[str, Any]], values: Sequence[float | None]) -> None:
        """The study notes the values, and None as a failed trial."""
        from optuna.trial import TrialState

        for trial, value in zip(self._asked, values, strict=True):
            if value is None:
                self._study.tell(trial, state=TrialState.FAIL)
            else:
                self._study.tell(trial, value)
        self._asked = []


def _distribution(name: str, values: Any) -> Any:
    from optuna import distributions

    if isinstance(values, distributions.BaseDistribution):
        return values
    if isinstance(values, range) and len(values) and values.step > 0:
        return distributions.IntDistribution(values[0], values[-1], step=values.step)
    if isinstance(values, tuple) and len(values) == 2 and all(isinstance(v, float) for v in values):
        return distributions.FloatDistribution(*values)
    if isinstance(values, list) and values and all(isinstance(value, Plain) for value in values):
        return distributions.CategoricalDistribution(values)
    raise ParameterError(
        f"space: {name} is a range, a pair (low, high) of floats, a list of None, bool, int, float and str, or a "
        f"distribution of Optuna's, got {values!r}"
    )
