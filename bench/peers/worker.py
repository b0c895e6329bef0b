"""Measures one engine in a process of its own: ``python -m bench.peers.worker MODULE:CLASS FOLDER OUT RUNS``.

Writes OUT.json (seconds, memory, versions) and OUT.npz (the trades). Runs in any environment that has numpy.
"""

from __future__ import annotations

import gc
import importlib
import importlib.metadata
import json
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.peers.workload import load
from bench.process import megabytes, reset_peak

WARM_UP = 20_000  # candles of the run that compiles and imports what an engine leaves until then
ENOUGH = 90.0  # seconds after which no further run of the same kind is started


def measure(run: Callable[[], Any], runs: int) -> tuple[list[float], dict[str, float], Any]:
    """Seconds of each run, memory in MB (before, peak), and the last result."""
    seconds: list[float] = []
    gc.collect()
    memory = {"before": megabytes("VmRSS")}
    reset_peak()
    result = run()  # untimed: what is made once and kept
    while len(seconds) < runs and sum(seconds) < ENOUGH:
        result = None
        gc.collect()
        begun = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - begun)
    memory["peak"] = megabytes("VmHWM")
    return seconds, memory, result


def main(engine_name: str, folder: str, out: str, runs: int) -> None:
    module, _, name = engine_name.partition(":")
    make = getattr(importlib.import_module(f"bench.peers.{module}"), name)
    workload = load(Path(folder))
    short = make(workload.head(WARM_UP))
    short.trades(short.ready())
    if short.end_to_end is not None:
        short.end_to_end()
    engine = make(workload)
    seconds, memory, result = measure(engine.ready, runs)
    report = {
        "version": _version(make.package),
        "python": platform.python_version(),
        "comparable": make.comparable,
        "ready_seconds": seconds,
        "ready_mb": memory,
    }
    trades = engine.trades(result)
    np.savez(f"{out}.npz", **trades)
    report["trades"] = len(trades["entry_index"])
    if engine.end_to_end is not None:
        result = None
        seconds, memory, result = measure(engine.end_to_end, runs)
        report |= {"end_to_end_seconds": seconds, "end_to_end_mb": memory}
        count = report["end_to_end_trades"] = len(engine.trades(result)["entry_index"])
        if abs(count / report["trades"] - 1) > 0.05:
            raise RuntimeError(f"{count} trades end to end, {report['trades']} from ready signals: not the same work")
    Path(f"{out}.json").write_text(json.dumps(report))


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "source tree"


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]))
