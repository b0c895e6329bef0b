"""Measures btcore and its peers on one workload and prints a table of ratios.

    python -m bench.peers.run --candles 6922364 --out bench/results/peers.json
    python -m bench.peers.run --data FILE ... --runs 1 --out bench/results/peers-real.json

Every engine runs in a process of its own, one after the other, on the same arrays: candles, signals, and levels that
are rounded to ticks already. Peers other than numba get an environment of their own (Python 3.12, pinned versions).
btcore is measured first and again last, and its figure is the median of both, so that a drift of the machine shows.
Needs an installed btcore (or a built source tree) and, for the hand-made engine, numba. Linux only.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench import machine
from bench.peers.agreement import compare
from bench.peers.environments import environment, find_python
from bench.peers.workload import SEED, load, prepare

ROOT = Path(__file__).parents[2]
BTCORE = "btcore"
WAYS = ("ready", "end_to_end")
PEERS = {  # name: (module:class, requirements; none: this interpreter)
    BTCORE: ("btcore_engine:Engine", None),
    "numba, hand-made": ("numba_engine:Engine", None),
    "raptorbt, arrays": ("raptorbt_engine:Engine", "raptorbt"),
    "raptorbt, candle by candle": ("raptorbt_engine:Session", "raptorbt"),
    "vectorbt, Rust": ("vectorbt_engine:Rust", "vectorbt"),
    "vectorbt, numba": ("vectorbt_engine:Engine", "vectorbt"),
    "neutrinobt": ("neutrinobt_engine:Engine", "neutrinobt"),
    "backtesting.py": ("backtesting_engine:Engine", "backtesting"),
    "backtrader": ("backtrader_engine:Engine", "backtrader"),
    "akquant": ("akquant_engine:Engine", "akquant"),
}
# Minutes to hours over 20 years of minutes: measured when asked for by name, or over a file.
SLOW = ("backtesting.py", "backtrader", "akquant")


def measured(name: str, folder: Path, runs: int, python: str | None) -> dict[str, Any] | None:
    """What the worker of one engine reports, with its trades; None where the engine cannot run here."""
    engine, requirements = PEERS[name]
    interpreter = sys.executable
    if requirements is not None:
        if python is None:
            print(f"{name}: left out, no Python 3.12 found; name one with --python")
            return None
        interpreter = environment(requirements, python)
    elif name != BTCORE and importlib.util.find_spec("numba") is None:
        print(f"{name}: left out, numba is not installed")
        return None
    print(f"{name} ...", flush=True)
    out = folder / engine.replace(":", "-")
    before = machine.load()
    command = [interpreter, "-m", "bench.peers.worker", engine, str(folder), str(out), str(runs)]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.DEVNULL)
    report: dict[str, Any] = json.loads(Path(f"{out}.json").read_text())
    with np.load(f"{out}.npz") as trades:
        return {**report, "load_before": before, "arrays": dict(trades)}


def run(candles: Any, runs: int, names: list[str], python: str | None, folder: Path) -> dict[str, Any]:
    prepare(folder, candles)
    workload = load(folder)
    reports: dict[str, Any] = {}
    for name in names:
        report = measured(name, folder, runs, python)
        if report is not None:
            reports[name] = report
    again = measured(BTCORE, folder, runs, python)
    assert again is not None
    for way in WAYS:
        for key in ("seconds", "cpu_seconds"):
            reports[BTCORE][way][key] += again[way][key]
    ours = reports[BTCORE]["arrays"]
    for name, report in reports.items():
        if name != BTCORE and report["comparable"]:
            report["agreement"] = compare(workload, ours, report["arrays"])
    for report in reports.values():
        del report["arrays"]
    facts = machine.facts("btcore", "numpy", "numba")
    source = {"seed": SEED} if isinstance(candles, int) else {"data": candles.symbol}
    return {"candles": len(workload), **source, "machine": facts, "engines": reports}


def real(path: Path) -> Any:
    """The candles of a file, as one side without a spread; the file's name is their symbol."""
    import btcore as bt

    c = bt.read_candles(path, tz="UTC", cache=False)
    columns = (c.timestamp, c.open, c.high, c.low, c.close, c.volume)
    return bt.Candles(*columns, symbol=path.stem, tick=c.tick)


def _median(report: dict[str, Any], way: str, key: str) -> float | None:
    return statistics.median(report[way][key]) if way in report else None


def _cell(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def table(results: dict[str, Any]) -> str:
    """A Markdown table, each way as seconds on the clock / seconds of computing.

    Ratios are those of computing, which other users of the machine disturb least, to btcore in the same run. Memory
    above inputs: the most that a run held beyond the arrays that all engines share and the engine's own form of them.
    """
    lines = [
        "| engine | version | ready signals s | ratio | end to end s | ratio "
        "| MB above inputs | trades | equal to btcore's | differing |",
        f"|{'---|' * 10}",
    ]
    own = {way: _median(results["engines"][BTCORE], way, "cpu_seconds") for way in WAYS}
    for name, report in results["engines"].items():
        cells = [name, report["version"]]
        for way in WAYS:
            clock, computing = (_median(report, way, key) for key in ("seconds", "cpu_seconds"))
            cells.append("-" if clock is None else f"{clock:.3f} / {computing:.3f}")
            cells.append(_cell(computing / own[way] if computing else None, ".2f"))
        above = [report[way]["peak_mb"] - report[way]["before_mb"] for way in WAYS if way in report]
        agreement = report.get("agreement", {})
        cells += [f"{max(above):,.0f}", f"{report['ready']['trades']:,}"]
        cells += [_cell(agreement.get("matched"), ","), _cell(agreement.get("differing"), ",")]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def differences(results: dict[str, Any]) -> str:
    """Reasons of the differences, and the first of each peer as (entry candle, price, exit candle, price) in ticks."""
    lines: list[str] = []
    for name, report in results["engines"].items():
        agreement = report.get("agreement", {"differing": 0})
        if agreement["differing"]:
            lines += ["", f"{name}:"]
            lines += [f"  {count:,} x {reason}" for reason, count in agreement["reasons"].items()]
            lines += [f"  first: btcore {row['btcore']}, peer {row['peer']}" for row in agreement["first"][:2]]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candles", type=int, default=6_922_364)
    parser.add_argument("--data", type=Path, nargs="+", default=[], help="files of real candles instead")
    parser.add_argument("--runs", type=int, default=5, help="of each kind and engine; the median counts")
    parser.add_argument("--only", nargs="+", choices=list(PEERS), help="peers to measure")
    parser.add_argument("--python", help="a Python 3.12 for the environments of the peers")
    parser.add_argument("--out", type=Path, help="file for all figures, as JSON")
    options = parser.parse_args()
    wanted = options.only or [name for name in PEERS if options.data or name not in SLOW]
    names = [BTCORE, *(name for name in wanted if name != BTCORE)]
    python = find_python(options.python)
    found = []
    for candles in [real(path) for path in options.data] or [options.candles]:
        with tempfile.TemporaryDirectory() as folder:
            found.append(run(candles, options.runs, names, python, Path(folder)))
        print(table(found[-1]))
        print(differences(found[-1]))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(found if options.data else found[0], indent=1) + "\n")


if __name__ == "__main__":
    main()
