"""Which executor an argument means."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from btcore.batch.executors.base import Executor
from btcore.batch.simulations import Simulation
from btcore.errors import ParameterError

__all__ = ["EXECUTORS", "checked_limit", "chosen_executor", "cores"]

AUTO_SERIAL_CANDLES = 20_000_000  # candles times simulations under which starting workers costs more than it saves
_SCALES = {"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40, "B": 1}


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _serial(workers: int, memory_limit: int | None) -> Executor:
    from btcore.batch.executors.serial import Serial

    return Serial()


def _threads(workers: int, memory_limit: int | None) -> Executor:
    from btcore.batch.executors.threads import threads

    return threads(workers)


def _processes(workers: int, memory_limit: int | None) -> Executor:
    from btcore.batch.executors.processes import Processes

    return Processes(workers, memory_limit)


def _dask(workers: int, memory_limit: int | None) -> Executor:
    from btcore.batch.executors.dask import local_dask

    return local_dask(workers)


def _ray(workers: int, memory_limit: int | None) -> Executor:
    from btcore.batch.executors.ray import local_ray

    return local_ray(workers)


EXECUTORS: dict[str, Callable[[int, int | None], Executor]] = {
    "serial": _serial, "threads": _threads, "processes": _processes, "dask": _dask, "ray": _ray,
}  # fmt: skip


def chosen_executor(
    executor: Any, workers: int | None, memory_limit: Any, simulations: Sequence[Simulation]
) -> Executor:
    """The executor that the arguments of ``run_batch`` mean.

    Raises
    ------
    ParameterError
        If there is none, or it cannot do what is asked.
    """
    count = cores() if workers is None else workers
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ParameterError(f"workers is a whole number >= 1, got {workers!r}")
    limit = checked_limit(memory_limit)
    if limit is not None and executor != "processes":
        raise ParameterError(f"memory_limit= is kept by executor='processes' alone, got executor={executor!r}")
    if limit is not None and not sys.platform.startswith("linux"):
        raise ParameterError("memory_limit needs Linux: other systems do not limit the memory of a process reliably")
    if executor == "auto":
        executor = _automatic(count, simulations)
    if isinstance(executor, str):
        if executor not in EXECUTORS:
            raise ParameterError(f"executor is one of auto, {', '.join(EXECUTORS)} or has submit, got {executor!r}")
        return EXECUTORS[executor](count, limit)
    if callable(getattr(executor, "run", None)) and hasattr(executor, "workers"):
        own: Executor = executor
        return own
    if not callable(getattr(executor, "submit", None)):
        raise ParameterError(f"an executor has submit(fn, *args) -> Future; {executor!r} has not")
    return _of_submit(executor, count)


def _of_submit(executor: Any, workers: int) -> Executor:
    from concurrent.futures import ThreadPoolExecutor

    from btcore.batch.executors.futures import Futures

    return Futures(executor.submit, workers, local=isinstance(executor, ThreadPoolExecutor))


def _automatic(workers: int, simulations: Sequence[Simulation]) -> str:
    """Serial for little work; threads where all is compiled; processes where functions of the caller hold the GIL."""
    if workers == 1 or sum(len(s.candles) for s in simulations) < AUTO_SERIAL_CANDLES:
        return "serial"
    return "threads" if all(s.is_compiled for s in simulations) else "processes"


def checked_limit(limit: Any) -> int | None:
    """Bytes from a number or a text such as "2GB"; None stays None."""
    if limit is None:
        return None
    if isinstance(limit, str):
        text = limit.strip().upper()
        scale = next((unit for unit in _SCALES if text.endswith(unit)), None)
        try:
            limit = int(float(text.removesuffix(scale or "")) * _SCALES[scale or "B"])
        except ValueError:
            raise ParameterError(f"memory_limit is a number of bytes or a text like '2GB', got {limit!r}") from None
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise ParameterError(f"memory_limit is a number of bytes or a text like '2GB', got {limit!r}")
    return limit
