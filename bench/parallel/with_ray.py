"""ray: a node on this machine with as many cores as workers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import ray

from bench.parallel.tools import caught, parts_of, several


class Tool:
    def __init__(self, workers: int) -> None:
        ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, configure_logging=False)

    def _task(self, function: Callable[[Any], Any]) -> Any:
        return ray.remote(num_cpus=1)(function)

    def map(self, function: Callable[[Any], Any], items: Iterable[Any], chunk: int = 1) -> list[Any]:
        if chunk == 1:
            task = self._task(function)
            found: list[Any] = ray.get([task.remote(item) for item in items])
            return found
        task = self._task(lambda part: several(function, part))
        return [value for part in ray.get([task.remote(part) for part in parts_of(items, chunk)]) for value in part]

    def outcomes(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        task = self._task(function)
        waiting = [task.remote(item) for item in items]
        return [caught(lambda each=each: ray.get(each)) for each in waiting]

    def close(self) -> None:
        ray.shutdown()
