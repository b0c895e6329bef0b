"""dask: a cluster of processes on this machine."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from distributed import Client, LocalCluster

from bench.parallel.tools import caught, parts_of, several


class Tool:
    def __init__(self, workers: int) -> None:
        self.cluster = LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        )
        self.client = Client(self.cluster)

    def map(self, function: Callable[[Any], Any], items: Iterable[Any], chunk: int = 1) -> list[Any]:
        if chunk == 1:
            found: list[Any] = self.client.gather(self.client.map(function, list(items), pure=False))
            return found
        futures = self.client.map(functools.partial(several, function), parts_of(items, chunk), pure=False)
        return [value for part in self.client.gather(futures) for value in part]

    def outcomes(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        futures = self.client.map(function, list(items), pure=False)
        return [caught(future.result) for future in futures]

    def close(self) -> None:
        self.client.close()
        self.cluster.close()
