"""Fifty simulations over all candles: seconds, and the memory of all processes together, mapped candles included.

    python -m bench.research.fifty [--quick] --out bench/results/research/fifty.json

From opening saved candles to the statistics of all simulations, each case in a fresh process. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from bench import machine
from bench.parallel.watch import MARK, Peak

ROOT = Path(__file__).parents[2]
FULL, QUICK = 6_922_364, 400_000
SIMULATIONS = 50
ROUNDS = 5
CASES = ({"executor": "serial", "workers": 1}, {"executor": "threads", "workers": 2},
         {"executor": "processes", "workers": 2})  # fmt: skip
Row = dict[str, Any]


def measure(folder: str, executor: str, workers: int) -> Row:
    """One case in this process and its workers."""
    import btcore as bt
    from bench.batches import cross, pairs

    watch = Peak(os.environ[MARK], "Pss")
    watch.start()
    begun, used = time.perf_counter(), time.process_time()
    candles = bt.Candles.load(folder)
    experiment = bt.sweep(cross, candles, pairs(SIMULATIONS), executor=executor, workers=workers, progress=False)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    peak = watch.stop()
    assert experiment.status == {"completed": SIMULATIONS}
    trades = sum(s.result.stats["trades"] for s in experiment.simulations)
    return {"simulations": SIMULATIONS, "candles": len(candles), "trades": int(trades), "executor": executor,
            "workers": workers, "seconds": seconds, "cpu_seconds": cpu, "peak_mb": peak}  # fmt: skip


def measured_apart(folder: str, case: Row, rounds: int) -> Row:
    """The round with the median time; memory is the most of all rounds."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "bench.research.fifty", "--case", json.dumps({"folder": folder, **case})]
    found = []
    for _ in range(rounds):
        environment = {**os.environ, "PYTHONPATH": path, MARK: uuid.uuid4().hex}
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT)
        found.append(json.loads(done.stdout))
    median = statistics.median_low(row["seconds"] for row in found)
    return next(row for row in found if row["seconds"] == median) | {"peak_mb": max(row["peak_mb"] for row in found)}


def measured(candles: int, rounds: int) -> Row:
    """All cases. The candles are simulated on once, which writes the zones beside them as any first use does."""
    import btcore as bt

    with tempfile.TemporaryDirectory() as temporary:
        folder = str(Path(temporary) / "candles")
        saved = bt.synthetic_candles(candles, seed=1).save(folder)
        bt.simulate([bt.Order(0, "long", max_bars=1)], saved)
        return {"rows": [measured_apart(folder, case, rounds) for case in CASES]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few candles, for trying it")
    parser.add_argument("--case", help="measure one case in this process and print it as JSON")
    parser.add_argument("--out", type=Path, help="file for all figures, as JSON")
    options = parser.parse_args()
    if options.case:
        print(json.dumps(measure(**json.loads(options.case))))
        return
    made = machine.facts("btcore", "numpy", "multiprocess")
    found = measured(QUICK, 1) if options.quick else measured(FULL, ROUNDS)
    for row in found["rows"]:
        print(row)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps({"made": made, "quick": options.quick, **found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
