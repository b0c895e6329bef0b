"""btcore's own executors, through the batch that users call: an item is a simulation whose strategy is made by it.

The items run in the workers as they do with the other tools, and come back as outcomes of simulations: a value is not
brought back, and chunks are the batch's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import btcore as bt


def made_by(function: Callable[[Any], Any]) -> Callable[[Any], list[bt.Order]]:
    """A function that builds a strategy without orders, after calling another."""

    def build(item: Any) -> list[bt.Order]:
        function(item)
        return []

    return build


class Tool:
    def __init__(self, workers: int, executor: str) -> None:
        self.workers, self.executor = workers, executor
        self.candles = bt.synthetic_candles(2)

    def _run(self, function: Callable[[Any], Any], items: Iterable[Any]) -> bt.Experiment:
        grid = [{"item": item} for item in items]
        options: dict[str, Any] = {"executor": self.executor, "workers": self.workers, "progress": False}
        return bt.sweep(made_by(function), self.candles, grid, **options)

    def map(self, function: Callable[[Any], Any], items: Iterable[Any], chunk: int = 1) -> list[Any]:
        experiment = self._run(function, items)
        if experiment.failures:
            raise RuntimeError(str(experiment.failures[0].error))
        return [None for _ in experiment.simulations]

    def outcomes(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        experiment = self._run(function, items)
        return [Failed(str(s.error)) if s.error else None for s in experiment.simulations]

    def close(self) -> None:
        pass


class Failed(Exception):
    """A simulation's error, which is text."""
