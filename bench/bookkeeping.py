"""What comes with each simulation of a batch, whatever its candles: making, keys, the ledger, memory, progress.

    python -m bench.bookkeeping --out bench/results/bookkeeping.json
    python -m bench.report bench/results/bookkeeping.json --plan

The workload is that of ``bench.batches``. Seconds are those of computing, but for starting.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import btcore as bt
from bench import machine
from bench.batches import cross, pairs
from bench.report import plan
from bench.sizes import CANDLES
from btcore.batch.sweeping import simulations_of

FEW, MANY = 20, 200  # pairs in one chunk: what both share and what each adds
SMALL = 1_000  # simulations over a hundred candles
ROUNDS = 5


def seconds(run: Callable[[], Any], rounds: int = ROUNDS, clock: Callable[[], float] = time.process_time) -> float:
    """The median of some runs."""
    taken = []
    for _ in range(rounds):
        begun = clock()
        run()
        taken.append(clock() - begun)
    return statistics.median(taken)


def sweep(candles: bt.Candles, count: int, **options: Any) -> bt.Experiment:
    return bt.sweep(cross, candles, pairs(count), **{"executor": "serial", "progress": False, **options})


def of_trades(candles: bt.Candles) -> dict[str, float]:
    """Nanoseconds per trade, and what a chunk costs before the first: operators and zones of all candles."""
    trades = {count: sum(s.result.stats["trades"] for s in sweep(candles, count).simulations) for count in (FEW, MANY)}
    taken = {count: seconds(partial(sweep, candles, count), 3) for count in (FEW, MANY)}
    per_trade = (taken[MANY] - taken[FEW]) / (trades[MANY] - trades[FEW])
    return {
        "candles": len(candles),
        "trades_per_simulation": round(trades[MANY] / MANY),
        "seconds_few": round(taken[FEW], 3),
        "seconds_many": round(taken[MANY], 3),
        "ns_per_trade": round(per_trade * 1e9, 1),
        "ms_per_simulation": round(taken[MANY] / MANY * 1e3, 3),
    }


def of_simulations(folder: Path) -> dict[str, float]:
    """Microseconds and bytes that come with each simulation, whatever its candles."""
    short = bt.synthetic_candles(100)
    sets = pairs(SMALL)
    tracemalloc.start()
    simulations = simulations_of(cross, short, sets)
    held = tracemalloc.get_traced_memory()[0] / SMALL
    done = bt.run_batch(simulations, executor="serial", progress=False)
    held_done = tracemalloc.get_traced_memory()[0] / len(done.simulations)
    tracemalloc.stop()
    plain = seconds(lambda: sweep(short, SMALL), 3)
    stores = iter(range(10))
    stored = seconds(lambda: sweep(short, SMALL, store=folder / f"store{next(stores)}"), 3)
    again = seconds(lambda: sweep(short, SMALL, store=folder / "store0"), 3)
    ledger = (folder / "store0" / "experiment.sqlite").stat().st_size
    return {
        "us_per_simulation": round(plain / SMALL * 1e6, 1),
        "us_store": round((stored - plain) / SMALL * 1e6, 1),
        "us_known": round(again / SMALL * 1e6, 1),
        "bytes_held": round(held),
        "bytes_done": round(held_done),
        "bytes_ledger": round(ledger / SMALL),
    }


def of_starting() -> dict[str, float]:
    """Seconds of a batch of one small simulation, with two workers."""
    short = bt.synthetic_candles(100)
    names = ("serial", "threads", "processes")
    runs = {name: partial(sweep, short, 1, executor=name, workers=2) for name in names}
    return {f"start_{name}": round(seconds(run, clock=time.perf_counter), 4) for name, run in runs.items()}


def of_progress(candles: bt.Candles) -> dict[str, float]:
    """What bars on a terminal take in the calling process, in percent of what two busy workers compute."""
    used: dict[Any, float] = {}
    lasted = 0.0
    os.environ["FORCE_COLOR"] = "1"  # rich writes as it would to a terminal
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
        for progress in (False, "bars"):
            run = partial(sweep, candles, MANY, executor="processes", workers=2, progress=progress)
            used[progress] = seconds(run, 3)
            lasted = seconds(run, 3, time.perf_counter)
    return {"bars_percent": round((used["bars"] - used[False]) / (2 * lasted) * 100, 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="file for all figures, as JSON")
    options = parser.parse_args()
    candles = bt.synthetic_candles(CANDLES, seed=1)
    with tempfile.TemporaryDirectory() as folder:
        saved = candles.save(Path(folder) / "candles")
        on_disk = sum(path.stat().st_size for path in (Path(folder) / "candles").iterdir())
        figures = {**of_trades(saved), **of_simulations(Path(folder)), "bytes_candle": round(on_disk / CANDLES, 1)}
        figures |= of_starting() | of_progress(saved)
    results = {"machine": machine.facts("btcore", "numpy", "polars"), "figures": figures}
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(results, indent=1) + "\n")
    print("\n".join(plan(figures)))


if __name__ == "__main__":
    main()
