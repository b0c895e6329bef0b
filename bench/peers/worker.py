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


def measure(run: Callable[[], Any], runs: int) -> tuple[dict[str, Any], Any]:
    """Figures of some runs, and the last result.

    Seconds on the clock and seconds of computing, of each run (they differ where others use the machine); resident
    megabytes before the runs and at their peak.
    """
    clock: list[float] = []
    computing: list[float] = []
    gc.collect()
    before = megabytes("VmRSS")
    reset_peak()
    result = run()  # untimed: what is made once and kept
    while len(clock) < runs and sum(clock) < ENOUGH:
        result = None
        gc.collect()
        begun, computed = time.perf_counter(), time.process_time()
        result = run()
        clock.append(time.perf_counter() - begun)
        computing.append(time.process_time() - computed)
    memory = {"before_mb": before, "peak_mb": megabytes("VmHWM")}
    return {"seconds": clock, "cpu_seconds": computing, **memory}, result


def main(engine_name: str, folder: str, out: str, runs: int) -> None:
    module, _, name = engine_name.partition(":")
    make = getattr(importlib.import_module(f"bench.peers.{module}"), name)
    workload = load(Path(folder))
    short = make(workload.head(WARM_UP))
    short.trades(short.ready())
    if short.end_to_end is not None:
        short.end_to_end()
    engine = make(workload)
    figures, result = measure(engine.ready, runs)
    trades = engine.trades(result)
    np.savez(f"{out}.npz", **trades)
    figures["trades"] = len(trades["entry_index"])
    report = {
        "version": _version(make.package),
        "python": platform.python_version(),
        "comparable": make.comparable,
        "ready": figures,
    }
    if engine.end_to_end is not None:
        result = None
        figures, result = measure(engine.end_to_end, runs)
        figures["trades"] = len(engine.trades(result)["entry_index"])
        if abs(figures["trades"] / report["ready"]["trades"] - 1) > 0.05:
            raise RuntimeError(f"{make.package}: other trades end to end than from ready signals: not the same work")
        report["end_to_end"] = figures
    Path(f"{out}.json").write_text(json.dumps(report))


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "source tree"


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]))
