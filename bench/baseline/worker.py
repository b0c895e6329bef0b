"""Runs one engine once in a process of its own: ``python -m bench.baseline.worker ENGINE FOLDER OUT``.

ENGINE is ``baseline`` or ``btcore``; FOLDER holds the candles. Writes seconds, memory and trades to OUT as JSON.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import machine
from bench.baseline.workload import Prices, load
from bench.process import megabytes, reset_peak

RUNS = 7  # of btcore, whose figures are medians


def measured(run: Callable[[], Any], runs: int) -> tuple[dict[str, float], Any]:
    """Figures of some runs, memory of the first included, and what the last one returned."""
    gc.collect()
    before = megabytes("VmRSS")
    reset_peak()
    taken = []
    for _ in range(runs):
        begun, computed = time.perf_counter(), time.process_time()
        done = run()
        taken.append((time.perf_counter() - begun, time.process_time() - computed))
    peak = megabytes("VmHWM")
    figures = {
        "seconds": statistics.median(clock for clock, _ in taken),
        "cpu_seconds": statistics.median(computing for _, computing in taken),
        "peak_mb": round(peak, 1),
        "above_mb": round(peak - before, 1),
    }
    return figures, done


def run_baseline(prices: Prices) -> tuple[dict[str, float], list[Any]]:
    from bench.baseline import engine

    frame = engine.frame_of(prices)
    engine.signals(frame.head(200), prices.tie)  # what is loaded at the first use
    return measured(lambda: engine.trades(prices, engine.signals(frame, prices.tie)), 1)


def run_btcore(prices: Prices) -> tuple[dict[str, float], list[Any]]:
    import btcore as bt
    from bench.baseline import ours

    strategy, candles = ours.strategy(prices.tie), ours.candles_of(prices)
    bt.simulate(strategy, candles)  # zones and ends of days, kept with the candles
    figures, result = measured(lambda: bt.simulate(strategy, candles), RUNS)
    return figures, ours.trades(prices, result)


def main(engine: str, folder: str, out: str) -> None:
    prices = load(Path(folder))
    started_at_load = machine.load()
    figures, trades = {"baseline": run_baseline, "btcore": run_btcore}[engine](prices)
    candles = len(prices.close)
    row = {"engine": engine, "candles": candles, "trades": len(trades), **figures, "load": started_at_load}
    row["us_per_candle"] = figures["cpu_seconds"] / candles * 1e6
    Path(out).write_text(json.dumps({"row": row, "trades": trades}))


if __name__ == "__main__":
    main(*sys.argv[1:4])
