"""Parameters of ``btcore batch`` as text: values of a grid, constraints, names that belong to one strategy alone."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import CodeType
from typing import Any

import click

from btcore.batch.grids import grid_product, random_sets
from btcore.cli.strategies import StrategyFile
from btcore.cli.values import parsed

__all__ = ["Constraint", "Family", "families", "grid_values"]

MOST_VALUES = 1_000_000
MOST_SETS = 10_000_000
FUNCTIONS: dict[str, Callable[..., Any]] = {"abs": abs, "max": max, "min": min, "round": round}

Parameters = dict[str, Any]


@dataclass(frozen=True)
class Family:
    """A strategy and its sets of parameters.

    Parameters
    ----------
    label : str
        What it is called: its name in the file, with the file where that alone is not clear.
    strategy : StrategyFile
    sets : list of dict
    """

    label: str
    strategy: StrategyFile
    sets: list[Parameters]


def grid_values(text: str) -> Any:
    """The values that a text means: ``5:30:5`` with both ends, a list with commas, or ``1.0..3.0`` for any between.

    >>> grid_values("5:20:5"), grid_values("0.1:0.3:0.1"), grid_values("10,market,true"), grid_values("1..3")
    ([5, 10, 15, 20], [0.1, 0.2, 0.3], [10, 'market', True], (1.0, 3.0))
    """
    low, dots, high = text.partition("..")
    if dots:
        try:
            return float(low), float(high)
        except ValueError:
            raise click.BadParameter(f"{text!r} is no range; any number between two is 1.0..3.0") from None
    found = [value for part in text.split(",") for value in _values(part.strip())]
    return list({repr(value): value for value in found}.values())


def _values(part: str) -> list[Any]:
    if not part:
        raise click.BadParameter("a value is missing: give a list like 5,10,20 or a range like 5:30:5")
    ends = part.split(":")
    try:
        low, high, step = (Decimal(end) for end in ends)
    except (InvalidOperation, ValueError):
        return [parsed(part)]
    if not step or not all(number.is_finite() for number in (low, high, step)) or (high - low) / step < 0:
        raise click.BadParameter(f"{part!r} is no range: first:last:step, e.g. 5:30:5, both ends included")
    count = int((high - low) / step) + 1
    if count > MOST_VALUES:
        raise click.BadParameter(f"{part!r} has {count:,} values; the most are {MOST_VALUES:,}")
    kind = int if all(_is_whole(end) for end in ends) else float
    return [kind(low + k * step) for k in range(count)]


def _is_whole(text: str) -> bool:
    return text.strip().lstrip("+-").isdecimal()


@dataclass(frozen=True)
class Constraint:
    """A condition between parameters, such as ``fast < slow``."""

    text: str
    names: frozenset[str]
    code: CodeType

    @classmethod
    def of(cls, text: str) -> Constraint:
        """Raises click.BadParameter where the text is no expression."""
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except (SyntaxError, ValueError):
            raise click.BadParameter(f"{text!r} is no condition; give one like 'fast < slow'") from None
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - FUNCTIONS.keys()
        if not names:
            raise click.BadParameter(f"{text!r} names no parameter; give a condition like 'fast < slow'")
        return cls(text, frozenset(names), compile(tree, "--where", "eval"))

    def __call__(self, **parameters: Any) -> bool:
        try:
            return bool(eval(self.code, {"__builtins__": {}, **FUNCTIONS}, parameters))
        except Exception as error:
            shown = ", ".join(f"{name}={parameters[name]!r}" for name in sorted(self.names))
            raise click.UsageError(f"--where {self.text!r}: {type(error).__name__}: {error} (with {shown})") from error


def families(
    references: Sequence[str],
    grid: Mapping[str, Any],
    settings: Mapping[str, Any],
    where: Constraint | None,
    count: int | None,
    seed: int,
) -> list[Family]:
    """Each strategy with its sets of parameters.

    Parameters
    ----------
    references : sequence of str
        ``path/to/file.py:name``, different ones.
    grid, settings : mapping of name to values, to one value
        A name is for all strategies, or ``strategy.name`` for one alone.
    where : Constraint, optional
        Counts for the strategies that have a parameter that it names.
    count, seed : int
        How many sets by chance, all where there are no more; None: all.

    Raises
    ------
    click.UsageError
        For a parameter that a strategy does not take, a strategy that is not there, or no sets at all.
    """
    opened = _opened(references)
    both = sorted(grid.keys() & settings.keys())
    if both:
        raise click.UsageError(f"{both[0]} is given twice, as a grid and as one value")
    _check_owners([*grid, *settings], opened)
    found = []
    used: set[str] = set()
    for label, strategy in opened.items():
        own_grid = _own(label, grid)
        given = _own(label, settings) | {name: values[0] for name, values in own_grid.items()}
        fixed = _bound(strategy, given, label, opened)
        wanted = _applying(where, label, fixed)
        used |= where.names & fixed.keys() if where else set()
        sets = _sets({**{name: [value] for name, value in fixed.items()}, **own_grid}, wanted, count, seed)
        if not sets:
            raise click.UsageError(f"--where {where.text if where else ''!r} leaves no set of parameters of {label}")
        found.append(Family(label, strategy, sets))
    if where and where.names - used:
        raise click.UsageError(f"--where {where.text!r}: no strategy has a parameter {min(where.names - used)}")
    return found


def _opened(references: Sequence[str]) -> dict[str, StrategyFile]:
    """The strategies by label."""
    opened = [StrategyFile.open(reference) for reference in references]
    ways: tuple[Callable[[StrategyFile], str], ...] = (
        lambda one: one.name, lambda one: f"{Path(one.path).stem}:{one.name}", str,
    )  # fmt: skip
    for label in ways:
        labelled = {label(one): one for one in opened}
        if len(labelled) == len(opened):
            return labelled
    raise click.UsageError("a strategy is given twice")


def _check_owners(names: Sequence[str], opened: Mapping[str, Any]) -> None:
    for name in names:
        owner, dot, _ = name.rpartition(".")
        if dot and owner not in opened:
            raise click.UsageError(f"{name}: there is no strategy {owner}; strategies are {', '.join(opened)}")


def _own(label: str, given: Mapping[str, Any]) -> Parameters:
    """What is given for all strategies and for this one; the latter counts."""
    own = {name: value for name, value in given.items() if "." not in name}
    return own | {name.rpartition(".")[2]: v for name, v in given.items() if name.rpartition(".")[0] == label}


def _bound(strategy: StrategyFile, given: Mapping[str, Any], label: str, opened: Mapping[str, Any]) -> Parameters:
    try:
        return strategy.bind(given, "--grid")
    except click.UsageError as error:
        if len(opened) > 1:
            hint = f"{label}.NAME=... is for {label} alone"
            raise click.UsageError(f"{error.message}; {hint}") from error
        raise


def _applying(where: Constraint | None, label: str, parameters: Mapping[str, Any]) -> Constraint | None:
    if where is None or not where.names & parameters.keys():
        return None
    missing = sorted(where.names - parameters.keys())
    if missing:
        raise click.UsageError(f"--where {where.text!r}: {label} has no parameter {missing[0]}")
    return where


def _sets(grid: Mapping[str, Any], where: Constraint | None, count: int | None, seed: int) -> list[Parameters]:
    ranges = [name for name, values in grid.items() if isinstance(values, tuple)]
    size = math.inf if ranges else math.prod(len(values) for values in grid.values())
    if count is not None and size > count:
        return random_sets(grid, count, seed=seed, where=where)
    if ranges:
        raise click.UsageError(f"--grid {ranges[0]} is any number in a range: that needs --random")
    if size > MOST_SETS:
        raise click.UsageError(f"the grid has {size:,} sets of parameters; --random takes some of them by chance")
    return grid_product(grid, where=where)
