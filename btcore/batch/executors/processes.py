"""Worker processes of our own, each watched: one that dies costs one chunk and says which.

``multiprocess`` starts them. Its Pool is not used: it waits for ever for the answer of a worker that was killed.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
import types
from collections.abc import Iterator
from typing import Any

import multiprocess
from multiprocess.connection import wait

from btcore.batch.chunks import Chunk, Queue
from btcore.batch.executors import SAFE_PATH
from btcore.batch.executors.base import Context, Report, report_of
from btcore.batch.executors.worker import work
from btcore.batch.tasks import packed

__all__ = ["Processes"]

LONGEST_FOLDER = 70  # bytes: the fork server's socket lies in the temporary folder, and names of sockets are short
PRELOAD = "btcore.batch.executors.preload"
SECONDS_TO_LEAVE = 0.3

_main_lock = threading.Lock()


class Processes:
    """Worker processes, supervised.

    Parameters
    ----------
    workers : int
    memory_limit : int, optional
        Bytes of its own that each worker may take; beyond them a simulation fails with MemoryError.
    start_method : {"forkserver", "spawn"}, optional
        None: a fork server where there can be one. ``fork`` is not offered: a process with threads must not be forked.
    """

    def __init__(self, workers: int, memory_limit: int | None = None, start_method: str | None = None) -> None:
        start_method = start_method or usual_method()
        self.workers = workers
        self._memory_limit = memory_limit
        self._context = multiprocess.get_context(start_method)
        if start_method == "forkserver":
            self._context.set_forkserver_preload([PRELOAD])

    def run(self, queue: Queue, context: Context) -> Iterator[Report]:
        """See ``Executor``."""
        crew: dict[Any, _Worker] = {}
        try:
            while self._feed(crew, queue, context):
                ready = wait([item for worker in crew.values() for item in (worker.connection, worker.sentinel)])
                for worker in [w for w in crew.values() if w.connection in ready or w.sentinel in ready]:
                    report = worker.report()
                    if worker.dead:
                        worker.stop()
                        del crew[worker.number]
                    if report is not None:
                        yield report
        finally:
            _stop_all(list(crew.values()))

    def _feed(self, crew: dict[Any, _Worker], queue: Queue, context: Context) -> bool:
        """Give idle workers chunks, and start workers where more are needed; whether any is at work."""
        for number in range(self.workers):
            worker = crew.get(number)
            if worker is not None and worker.chunk is not None:
                continue
            chunk = queue.take()
            if chunk is None:
                break
            if worker is None:
                worker = crew[number] = _Worker(number, self._context, self._memory_limit, context)
            worker.give(chunk)
            context.started(number, chunk)
        return any(worker.chunk is not None for worker in crew.values())


def usual_method() -> str:
    """A fork server; new interpreters on Windows, and where the temporary folder has too long a name for a socket."""
    folder = os.fsencode(tempfile.gettempdir())
    return "spawn" if sys.platform == "win32" or len(folder) > LONGEST_FOLDER else "forkserver"


class _Worker:
    """One process, the connection to it, and the chunk that it computes."""

    def __init__(self, number: int, methods: Any, memory_limit: int | None, context: Context) -> None:
        self.number = number
        self.chunk: Chunk | None = None
        self.dead = False
        self._context = context
        self.connection, theirs = methods.Pipe()
        shelf = str(context.shelf.folder)
        self._process = methods.Process(target=work, args=(theirs, memory_limit, shelf), daemon=True)
        with _hidden_main(), _same_path():
            self._process.start()
        theirs.close()
        self.sentinel = self._process.sentinel

    def give(self, chunk: Chunk) -> None:
        """Send a chunk; if the worker is dead already, its sentinel will tell."""
        self.chunk = chunk
        parcel = packed(chunk, self._context.trades, self._context.shelf)
        with contextlib.suppress(OSError):
            self.connection.send_bytes(parcel)

    def report(self) -> Report | None:
        """What has come of the chunk; None where the worker died without one."""
        chunk, self.chunk = self.chunk, None
        try:
            answer = self.connection.recv_bytes() if self.connection.poll() else None
        except (EOFError, OSError):
            answer = None
        self.dead = answer is None or not self._process.is_alive()
        if chunk is None:
            return None
        return Report(self.number, chunk, None) if answer is None else report_of(self.number, chunk, answer)

    def leave(self) -> None:
        """Ask the process to go: idle workers see the end of the connection, others the signal."""
        self.connection.close()
        if self.chunk is not None:
            self._process.terminate()

    def stop(self) -> None:
        """Make sure that the process is gone."""
        self._process.join(SECONDS_TO_LEAVE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def _stop_all(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.leave()
    for worker in workers:
        worker.stop()


@contextlib.contextmanager
def _hidden_main() -> Iterator[None]:
    """Start a process without the caller's script: what a worker needs of it travels by value.

    ``multiprocess`` would run the script again in each worker, which never ends where a script has no
    ``if __name__ == "__main__"``, and has no file to run in a notebook or with ``python -``.
    """
    with _main_lock:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


@contextlib.contextmanager
def _same_path() -> Iterator[None]:
    """Start a process that looks for modules where this one does.

    A new interpreter puts its working folder before all others, also where this one (a console script, a script of
    another folder) does not look there at all. A folder ``btcore`` or a file ``random.py`` in it would come first.
    """
    if "PYTHONSAFEPATH" in os.environ or _looks_in_working_folder():
        yield
        return
    os.environ["PYTHONSAFEPATH"] = SAFE_PATH
    try:
        yield
    finally:
        del os.environ["PYTHONSAFEPATH"]


def _looks_in_working_folder() -> bool:
    try:
        return "" in sys.path or os.getcwd() in sys.path
    except FileNotFoundError:  # it was removed
        return False
