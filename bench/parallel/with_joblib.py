"""joblib with its own backend (loky). It gives all results or raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import joblib


class Tool:
    def __init__(self, workers: int) -> None:
        self.workers = workers

    def map(self, function: Callable[[Any], Any], items: Iterable[Any], chunk: int = 1) -> list[Any]:
        run = joblib.Parallel(n_jobs=self.workers, batch_size=chunk)
        found: list[Any] = run(joblib.delayed(function)(item) for item in items)
        return found

    def outcomes(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        listed, found = list(items), []
        run = joblib.Parallel(n_jobs=self.workers, batch_size=1, return_as="generator")
        try:
            for value in run(joblib.delayed(function)(item) for item in listed):
                found.append(value)
        except Exception as error:
            found += [error] * (len(listed) - len(found))
        return found

    def close(self) -> None:
        pass
