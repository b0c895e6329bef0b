"""Processes of a measurement, found by a mark in their environment, and the memory that they hold. Linux only."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

MARK = "BTCORE_BENCH_MARK"
SECONDS_BETWEEN_LOOKS = 0.02


def marked(mark: str) -> list[int]:
    """Living processes that carry the mark, this one included: children keep the environment of their parents."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            carries = wanted in path.joinpath("environ").read_bytes().split(b"\0")
            if carries and path.joinpath("stat").read_text().rpartition(")")[2].split()[0] != "Z":
                found.append(int(path.name))
        except OSError:  # it has ended
            continue
    return found


def end_all(mark: str) -> int:
    """Kill what is left of a measurement; how many processes that were."""
    left = [pid for pid in marked(mark) if pid != os.getpid()]
    for pid in left:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return len(left)


def megabytes(pids: list[int], *fields: str) -> float:
    """PSS of these processes: shared pages are divided among those that share them.

    `fields` of ``smaps_rollup``; without any, anonymous and shared memory but not mapped files.
    """
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        wanted = tuple(f"{field}:" for field in fields or ("Pss_Anon", "Pss_Shmem"))
        total += sum(int(line.split()[1]) for line in lines if line.startswith(wanted))
    return total / 1024


class Peak(threading.Thread):
    """The most memory that the marked processes held together, until it is asked for; `fields` as of ``megabytes``."""

    def __init__(self, mark: str, *fields: str) -> None:
        super().__init__(daemon=True)
        self._mark, self._fields, self._done = mark, fields, threading.Event()
        self.peak, self.processes = 0.0, 0

    def run(self) -> None:
        while not self._done.wait(SECONDS_BETWEEN_LOOKS):
            pids = marked(self._mark)
            self.peak, self.processes = max(self.peak, megabytes(pids, *self._fields)), max(self.processes, len(pids))

    def stop(self) -> float:
        self._done.set()
        self.join()
        return self.peak
