"""Ways to give the candles to the workers: seconds until all have read every value, and the most memory it takes.

A way is measured with the tool that it belongs to; those of the standard library with ``ProcessPoolExecutor``.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import shared_memory
from typing import Any

import numpy as np

from bench.parallel import work
from bench.parallel.watch import MARK, Peak, marked, megabytes

ROUNDS = 2  # reads by each worker
Ready = Callable[[], Any]  # hands over and lets every worker read; gives what the reads returned

_kept: dict[str, Any] = {}  # of the process: what an initializer or a fork left here


def _keep(columns: Any) -> None:
    _kept["columns"] = columns


def _of_process(_: int) -> float:
    return work.total(_kept["columns"])


def _of_segment(segment: tuple[str, list[tuple[str, int]]]) -> float:
    name, layout = segment
    memory = shared_memory.SharedMemory(name, track=False) if _can_untrack() else shared_memory.SharedMemory(name)
    columns, offset = [], 0
    for dtype, count in layout:
        columns.append(np.frombuffer(memory.buf, dtype, count, offset))
        offset += columns[-1].nbytes
    result = work.total(columns)
    columns.clear()
    memory.close()
    return result


def _can_untrack() -> bool:
    return sys.version_info >= (3, 13)


def _pool(workers: int, method: str, **options: Any) -> ProcessPoolExecutor:
    context: Any = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["btcore.batch.executors.preload"])
    return ProcessPoolExecutor(workers, mp_context=context, **options)


def _warm(pool: Any, workers: int) -> Any:
    list(pool.map(work.first_use, range(workers)))
    return pool


def by_files(columns: Any, folder: str, workers: int) -> Ready:
    pool = _warm(_pool(workers, "forkserver"), workers)
    return lambda: list(pool.map(work.total_of_folder, [folder] * (workers * ROUNDS)))


def by_pickle(columns: Any, folder: str, workers: int) -> Ready:
    pool = _warm(_pool(workers, "forkserver"), workers)
    return lambda: list(pool.map(work.total, [columns] * (workers * ROUNDS)))


def by_initializer(columns: Any, folder: str, workers: int) -> Ready:
    def run() -> list[float]:
        pool = _pool(workers, "forkserver", initializer=_keep, initargs=(columns,))
        return list(pool.map(_of_process, range(workers * ROUNDS)))

    _warm(_pool(workers, "forkserver"), workers).shutdown()  # the server runs
    return run


def by_fork(columns: Any, folder: str, workers: int) -> Ready:
    def run() -> list[float]:
        _keep(columns)
        return list(_pool(workers, "fork").map(_of_process, range(workers * ROUNDS)))

    return run


def by_shared_memory(columns: Any, folder: str, workers: int) -> Ready:
    pool = _warm(_pool(workers, "forkserver"), workers)

    def run() -> list[float]:
        memory = shared_memory.SharedMemory(create=True, size=sum(column.nbytes for column in columns))
        layout, offset = [], 0
        for column in columns:
            np.frombuffer(memory.buf, column.dtype, len(column), offset)[:] = column
            layout.append((column.dtype.str, len(column)))
            offset += column.nbytes
        found = list(pool.map(_of_segment, [(memory.name, layout)] * (workers * ROUNDS)))
        _segments.append(memory)
        return found

    return run


_segments: list[shared_memory.SharedMemory] = []


def by_joblib(columns: Any, folder: str, workers: int) -> Ready:
    import joblib

    run = joblib.Parallel(n_jobs=workers, batch_size=1)
    run(joblib.delayed(work.first_use)(k) for k in range(workers))
    return lambda: run(joblib.delayed(work.total)(columns) for _ in range(workers * ROUNDS))


def by_dask(columns: Any, folder: str, workers: int) -> Ready:
    from bench.parallel.with_dask import Tool

    tool = Tool(workers)
    tool.map(work.first_use, range(workers))

    def run() -> list[float]:
        data = tool.client.scatter([columns], broadcast=True)[0]
        found: list[float] = tool.client.gather(
            [tool.client.submit(work.total, data, pure=False) for _ in range(workers * ROUNDS)]
        )
        return found

    return run


def by_ray(columns: Any, folder: str, workers: int) -> Ready:
    import ray

    from bench.parallel.with_ray import Tool

    tool = Tool(workers)
    tool.map(work.first_use, range(workers))
    task = ray.remote(work.total)

    def run() -> list[float]:
        data = ray.put(columns)
        found: list[float] = ray.get([task.remote(data) for _ in range(workers * ROUNDS)])
        return found

    return run


def by_saving(columns: Any, folder: str, workers: int) -> Ready:
    """What a batch does with candles that are in memory alone."""
    import btcore as bt

    candles = bt.Candles(*columns, tick=work.mapped(folder).tick)
    pool = _warm(_pool(workers, "forkserver"), workers)

    def run() -> list[float]:
        candles.save(f"{folder}-handed")
        return list(pool.map(work.total_of_folder, [f"{folder}-handed"] * (workers * ROUNDS)))

    return run


WAYS: dict[str, tuple[str, Callable[..., Ready]]] = {
    "mapped files": ("ProcessPoolExecutor", by_files),
    "written to files once, then mapped": ("ProcessPoolExecutor", by_saving),
    "fork, copy on write": ("ProcessPoolExecutor", by_fork),
    "shared_memory": ("ProcessPoolExecutor", by_shared_memory),
    "ray.put": ("ray", by_ray),
    "argument that joblib maps": ("joblib", by_joblib),
    "arguments of an initializer": ("ProcessPoolExecutor", by_initializer),
    "client.scatter to all": ("dask", by_dask),
    "pickled with each task": ("ProcessPoolExecutor", by_pickle),
}


def measure(way: str, options: dict[str, Any]) -> dict[str, Any]:
    """Seconds from having the candles to the last of two reads by each worker, and again when they are there."""
    folder, workers = f"{options['folder']}/whole", options["workers"]
    candles = work.mapped(folder)
    mapped = [getattr(candles, name) for name in work.COLUMNS]
    columns = mapped if way == "mapped files" else [np.array(column) for column in mapped]
    run = WAYS[way][1](columns, folder, workers)
    watch = Peak(os.environ[MARK])
    before = megabytes(marked(os.environ[MARK]))
    watch.start()
    begun = time.perf_counter()
    found = run()
    seconds = time.perf_counter() - begun
    memory = watch.stop() - before
    if len({round(value) for value in [*found, work.total(columns)]}) != 1:
        raise RuntimeError(f"{way}: other values than here")
    reading = min(_clocked(partial(work.total, columns)) for _ in range(3))
    for segment in _segments:
        segment.close()
        segment.unlink()
    _segments.clear()
    size = sum(column.nbytes for column in columns) / 2**20
    return {"seconds": seconds, "reading_s": reading, "more_mb": memory, "candles_mb": size}


def _clocked(run: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun
