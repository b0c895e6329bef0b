"""The tools by name: the file that adapts each, its options, and the package whose version counts."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol


class Tool(Protocol):
    """A pool of workers, used as the page of the tool says.

    ``map`` gives the results or raises; ``outcomes`` gives a value or an exception for each item, where the tool can;
    ``close`` does what leaving the tool's ``with`` block does.
    """

    def __init__(self, workers: int, **options: Any) -> None: ...

    def map(self, function: Callable[[Any], Any], items: Iterable[Any], chunk: int = 1) -> list[Any]: ...

    def outcomes(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Kind:
    """Where the adapter of a tool is, and whether the tool runs in this process."""

    module: str
    options: dict[str, Any] = field(default_factory=dict)
    package: str = ""
    local: bool = False


TOOLS = {
    "serial": Kind("with_serial", local=True),
    "threads": Kind("with_futures", {"method": "threads"}, local=True),
    "multiprocessing.Pool, fork": Kind("with_multiprocessing", {"method": "fork"}),
    "multiprocessing.Pool, forkserver": Kind("with_multiprocessing", {"method": "forkserver"}),
    "multiprocessing.Pool, spawn": Kind("with_multiprocessing", {"method": "spawn"}),
    "ProcessPoolExecutor, fork": Kind("with_futures", {"method": "fork"}),
    "ProcessPoolExecutor, forkserver": Kind("with_futures", {"method": "forkserver"}),
    "ProcessPoolExecutor, spawn": Kind("with_futures", {"method": "spawn"}),
    "multiprocess.Pool, fork": Kind("with_multiprocess", {"method": "fork"}, "multiprocess"),
    "multiprocess.Pool, forkserver": Kind("with_multiprocess", {"method": "forkserver"}, "multiprocess"),
    "loky": Kind("with_loky", package="loky"),
    "joblib": Kind("with_joblib", package="joblib"),
    "dask": Kind("with_dask", package="distributed"),
    "ray": Kind("with_ray", package="ray"),
    "btcore, serial": Kind("with_btcore", {"executor": "serial"}, "btcore", local=True),
    "btcore, threads": Kind("with_btcore", {"executor": "threads"}, "btcore", local=True),
    "btcore, processes": Kind("with_btcore", {"executor": "processes"}, "btcore"),
}


def make(name: str, workers: int) -> Tool:
    """The tool, started."""
    kind = TOOLS[name]
    tool: Tool = importlib.import_module(f"bench.parallel.{kind.module}").Tool(workers, **kind.options)
    return tool


def caught(get: Callable[[], Any]) -> Any:
    """What `get` returns, or the exception that it raises."""
    try:
        return get()
    except Exception as error:
        return error


def parts_of(items: Iterable[Any], size: int) -> list[list[Any]]:
    """Items in parts, for tools that have no chunks of their own."""
    listed = list(items)
    return [listed[k : k + size] for k in range(0, len(listed), size)]


def several(function: Callable[[Any], Any], items: list[Any]) -> list[Any]:
    """A part as one task."""
    return [function(item) for item in items]


def here() -> list[str]:
    """Tools whose package this interpreter has."""
    return [name for name, kind in TOOLS.items() if not kind.package or importlib.util.find_spec(kind.package)]
