"""Measures one tool in a process of its own: ``python -m bench.alternatives.worker TOOL FOLDER OUT RUNS``.

Writes seconds and memory to OUT.json, and the signals of the last run to OUT.npz.
"""

from __future__ import annotations

import gc
import importlib
import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np

from bench.baseline.workload import load
from bench.process import megabytes, reset_peak

ENOUGH = 20.0  # seconds after which no further run is started


def main(tool: str, folder: str, out: str, runs: int) -> None:
    prices = load(Path(folder))
    signals = importlib.import_module(f"bench.alternatives.{tool}").signals
    begun = time.perf_counter()
    signals(prices)
    first = time.perf_counter() - begun
    gc.collect()
    before = megabytes("VmRSS")
    reset_peak()
    clock, computing = [], []
    while len(clock) < runs and sum(clock) < ENOUGH:
        found = None
        begun, computed = time.perf_counter(), time.process_time()
        found = signals(prices)
        clock.append(time.perf_counter() - begun)
        computing.append(time.process_time() - computed)
    report = {
        "seconds": statistics.median(clock),
        "least_seconds": min(clock),
        "runs": len(clock),
        "first_seconds": first,
        "cpu_seconds": statistics.median(computing),
        "above_mb": round(megabytes("VmHWM") - before, 1),
    }
    np.savez(f"{out}.npz", **found._asdict())
    Path(f"{out}.json").write_text(json.dumps(report))


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]))
