"""The worker process: parcels in, parcels out, until the parent closes the connection or is gone."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from typing import Any

from btcore.batch.tasks import run_packed

__all__ = ["work"]


def work(connection: Any, memory_limit: int | None, shelf: str | None) -> None:
    """Serve one connection.

    Parameters
    ----------
    connection : Connection
        Of ``multiprocess``; parcels as bytes.
    memory_limit : int, optional
        Bytes of memory of its own that the process may take on top of what it has now.
    shelf : str, optional
        Folder to remove if the parent is killed and cannot do it.
    """
    import btcore.batch.executors.preload  # noqa: F401  where no fork server has done it

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    _watch_parent(shelf)
    if memory_limit is not None:
        _limit_memory(memory_limit)
    while True:
        try:
            parcel = connection.recv_bytes()
        except (EOFError, OSError):
            return
        connection.send_bytes(run_packed(parcel))


def _watch_parent(shelf: str | None) -> None:
    import multiprocess
    from multiprocess.connection import wait

    parent = multiprocess.parent_process()

    def leave() -> None:
        wait([parent.sentinel])
        if shelf is not None:
            shutil.rmtree(shelf, ignore_errors=True)
        os._exit(1)

    if parent is not None:
        threading.Thread(target=leave, daemon=True).start()


def _limit_memory(extra: int) -> None:
    """Private memory only: mapped candles do not count. Allocations beyond it raise MemoryError."""
    import resource

    with open("/proc/self/statm") as statm:
        data = int(statm.read().split()[5]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = data + extra
    resource.setrlimit(resource.RLIMIT_DATA, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
