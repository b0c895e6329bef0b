"""One job on one engine in a process of its own: ``python -m bench.peers.more_worker MODULE:CLASS FOLDER OUT JOB``.

JOB is JSON: `way` (ready, many, callback, nothing), `candles`, `pairs`, `runs`. Writes OUT.json, and OUT.npz where
there are trades. Runs in any environment that has numpy.
"""

from __future__ import annotations

import importlib
import json
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.peers.worker import _version, measure
from bench.peers.workload import Workload, load, nothing

WARM_UP = 3_000


def call(engine: Any, workload: Workload, way: str, pairs: int) -> Callable[[], Any]:
    """What is measured; entries of pairs are made before."""
    if way == "many":
        own = getattr(engine, "own_signals", False)
        workloads = [workload] * pairs if own else workload.pairs()[:pairs]
        return lambda: engine.many(workloads)
    if way == "nothing":
        return lambda: engine.callback(nothing)
    made: Callable[[], Any] = getattr(engine, way)
    return made


def main(engine_name: str, folder: str, out: str, job: str) -> None:
    options = json.loads(job)
    module, _, name = engine_name.partition(":")
    make = getattr(importlib.import_module(f"bench.peers.{module}"), name)
    workload = load(Path(folder)).head(options["candles"])
    short = workload.head(WARM_UP)
    call(make(short), short, options["way"], 1)()
    engine = make(workload)
    figures, result = measure(call(engine, workload, options["way"], options["pairs"]), options["runs"])
    if options["way"] == "many":
        figures["trades"] = int(result)
    else:
        trades = engine.trades(result)
        np.savez(f"{out}.npz", **trades)
        figures["trades"] = len(trades["entry_index"])
    versions = {"version": _version(make.package), "python": platform.python_version()}
    Path(f"{out}.json").write_text(json.dumps({**versions, "comparable": make.comparable, **figures}))


if __name__ == "__main__":
    main(*sys.argv[1:5])
