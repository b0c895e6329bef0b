"""Sets of parameters: all of a grid, some of them by chance, evenly spread ones; with constraints between them."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from btcore.errors import ParameterError

__all__ = ["Constraint", "endless_random_sets", "grid_product", "parameter_sets", "random_sets", "sobol_sets"]

Parameters = dict[str, Any]
Constraint = Callable[..., bool]
TRIES_PER_SET = 1_000
SOBOL_BITS = 30


def parameter_sets(grid: Mapping[str, Iterable[Any]] | Iterable[Mapping[str, Any]]) -> list[Parameters]:
    """The parameter sets of a ``grid`` argument: a mapping means all combinations, anything else is a list of sets.

    >>> parameter_sets({"fast": [5, 10], "slow": [50]})
    [{'fast': 5, 'slow': 50}, {'fast': 10, 'slow': 50}]
    """
    if isinstance(grid, Mapping):
        return grid_product(grid)
    try:
        sets = list(grid)
    except TypeError:
        raise ParameterError(f"grid is a mapping name -> values or a list of mappings, got {grid!r}") from None
    wrong = next((made for made in sets if not isinstance(made, Mapping)), None)
    if wrong is not None:
        raise ParameterError(f"a list of parameter sets holds mappings name -> value, got {wrong!r}")
    return [dict(made) for made in sets]


def grid_product(grid: Mapping[str, Iterable[Any]], *, where: Constraint | None = None) -> list[Parameters]:
    """All combinations of the values, the last name varying fastest; those for which `where(**set)` is false left out.

    >>> len(grid_product({"fast": range(5, 30, 5), "slow": [10, 20]}, where=lambda fast, slow: fast < slow))
    4
    """
    named = _values(grid)
    made = (dict(zip(named, chosen, strict=True)) for chosen in itertools.product(*named.values()))
    return [one for one in made if where is None or where(**one)]


def random_sets(
    grid: Mapping[str, Any], count: int, *, seed: int = 0, where: Constraint | None = None
) -> list[Parameters]:
    """`count` different sets by chance.

    Parameters
    ----------
    grid : mapping of name to values, or to a pair (low, high) of floats for a range
    count : int
    seed : int
        Equal seeds give equal sets, on every machine.
    where : callable, optional
        ``where(**set)`` says whether a set is wanted.

    Raises
    ------
    ParameterError
        If the grid does not hold so many different sets that are wanted.

    Examples
    --------
    >>> sets = random_sets({"fast": range(5, 50), "k": (1.0, 3.0)}, 10, where=lambda fast, k: fast * k < 60)
    >>> len(sets), all(one["fast"] * one["k"] < 60 for one in sets)
    (10, True)
    """
    return _collected(count, endless_random_sets(grid, seed=seed, where=where))


def endless_random_sets(
    grid: Mapping[str, Any], *, seed: int = 0, where: Constraint | None = None
) -> Iterator[Parameters]:
    """The sets of ``random_sets``, one after the other; it ends when no further one is found in many tries."""
    rng = random.Random(seed)
    return _distinct(grid, where, ([rng.random() for _ in grid] for _ in itertools.count()))


def sobol_sets(
    grid: Mapping[str, Any], count: int, *, seed: int | None = None, where: Constraint | None = None
) -> list[Parameters]:
    """`count` different sets spread evenly over the grid (Sobol's sequence; with a seed, scrambled). Needs SciPy.

    The arguments are those of ``random_sets``; counts that are powers of two are spread best.

    Source: I. M. Sobol' (1967); scrambling by J. Matousek (1998), both as in ``scipy.stats.qmc.Sobol``.

    Examples
    --------
    >>> sorted(one["quarter"] for one in sobol_sets({"quarter": [1, 2, 3, 4], "k": (1.0, 3.0)}, 4))
    [1, 2, 3, 4]
    """
    try:
        from scipy.stats import qmc
    except ImportError:
        raise ParameterError("sobol_sets needs SciPy: pip install scipy, or use random_sets") from None
    engine = qmc.Sobol(len(grid), scramble=seed is not None, seed=seed, bits=SOBOL_BITS)
    first = _power(count)
    powers = itertools.chain([first], itertools.count(first))  # the engine wants the number of all to be a power of two
    points = (point for power in powers for point in engine.random_base2(power).tolist())
    return _collected(count, _distinct(grid, where, points))


def _power(count: int) -> int:
    return max(1, math.ceil(math.log2(max(count, 2))))


def _collected(count: int, sets: Iterator[Parameters]) -> list[Parameters]:
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ParameterError(f"count is a whole number >= 1, got {count!r}")
    found = list(itertools.islice(sets, count))
    if len(found) < count:
        raise ParameterError(
            f"only {len(found)} different sets were found in many tries, {count} are wanted: "
            "ask for fewer, or widen the grid or its constraint"
        )
    return found


def _distinct(
    grid: Mapping[str, Any], where: Constraint | None, points: Iterator[Sequence[float]]
) -> Iterator[Parameters]:
    """A set for each point that is new and wanted, until all were seen, or none comes in many tries for each so far."""
    pickers = {name: _picker(name, values) for name, values in grid.items()}
    total = math.prod(_choices(values) for values in grid.values())
    seen: set[tuple[Any, ...]] = set()
    given = tries = 0
    for point in points:
        made = {name: pick(u) for (name, pick), u in zip(pickers.items(), point, strict=True)}
        key = tuple(map(repr, made.values()))
        wanted = key not in seen and (where is None or where(**made))
        seen.add(key)
        if wanted:
            yield made
        given, tries = (given + 1, 0) if wanted else (given, tries + 1)
        if len(seen) >= total or tries > TRIES_PER_SET * (given + 1):
            return


def _choices(values: Any) -> float:
    """How many different ones there are."""
    return math.inf if _is_range(values) else len(set(map(repr, values)))


def _is_range(values: Any) -> bool:
    """Whether they are a pair (low, high) of floats."""
    return isinstance(values, tuple) and len(values) == 2 and all(isinstance(v, float) for v in values)


def _picker(name: str, values: Any) -> Callable[[float], Any]:
    """From a number in [0, 1) to a value."""
    if _is_range(values):
        low, high = values
        if not low < high or not math.isfinite(high - low):
            raise ParameterError(f"{name}: a range is (low, high) with low < high, got {values!r}")
        return lambda u: low + (high - low) * u
    choices = _values({name: values})[name]
    return lambda u: choices[min(int(u * len(choices)), len(choices) - 1)]


def _values(grid: Mapping[str, Iterable[Any]]) -> dict[str, list[Any]]:
    named: dict[str, list[Any]] = {}
    for name, values in grid.items():
        if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
            raise ParameterError(
                f"grid: {name} needs a list of values, got {values!r}; for one value give [{values!r}]"
            )
        named[name] = list(values)
        if not named[name]:
            raise ParameterError(f"grid: {name} has no values")
    return named
