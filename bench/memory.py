"""Peak memory of one simulation beyond candles, ticks and zones, at one and at twice the history.

    python -m bench.memory --candles 6922364 --out bench/results/memory.json

Each size is measured in a process of its own (Linux: VmHWM). What a simulation keeps, its trades, is shown apart: the
rest must not grow with the history.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench import machine
from bench.process import megabytes, reset_peak

MEGABYTE = 2**20
ROOT = Path(__file__).parents[1]


def measure(candles: int) -> dict[str, float]:
    """Megabytes of one simulation of the workload, in this process."""
    import btcore as bt
    from bench.peers.btcore_engine import strategy

    built = strategy()
    bt.simulate(built, bt.synthetic_candles(5_000))  # what is loaded at the first use
    data = bt.synthetic_candles(candles, seed=1)
    bt.simulate([bt.Order(0, "long", max_bars=1)], data)  # zones and ends of days, kept with the candles
    gc.collect()
    before = megabytes("VmRSS")
    reset_peak()
    result = bt.simulate(built, data)
    beyond = megabytes("VmHWM") - before
    trades = result.trades.to_numpy().nbytes / MEGABYTE
    return {
        "candles": candles,
        "trades": len(result.trades),
        "candles_ticks_zones_mb": round(before, 1),
        "beyond_mb": round(beyond, 1),
        "trades_mb": round(trades, 1),
        "rest_mb": round(beyond - trades, 1),
    }


def measured_apart(candles: int) -> dict[str, float]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "bench.memory", "--here", "--candles", str(candles)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path})
    report: dict[str, float] = json.loads(done.stdout)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candles", type=int, default=6_922_364)
    parser.add_argument("--here", action="store_true", help="measure one size in this process and print it as JSON")
    parser.add_argument("--out", type=Path, help="file for all figures, as JSON")
    options = parser.parse_args()
    if options.here:
        print(json.dumps(measure(options.candles)))
        return
    sizes = [measured_apart(options.candles), measured_apart(2 * options.candles)]
    results: dict[str, Any] = {"machine": machine.facts("btcore", "numpy"), "sizes": sizes}
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(results, indent=1) + "\n")
    print("| candles | trades | beyond candles, ticks, zones MB | of it trades MB | rest MB |")
    print("|---|---|---|---|---|")
    for row in sizes:
        figures = f"{row['beyond_mb']} | {row['trades_mb']} | {row['rest_mb']}"
        print(f"| {row['candles']:,} | {row['trades']:,} | {figures} |")


if __name__ == "__main__":
    main()
