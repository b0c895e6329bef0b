"""Three workloads on more engines: A on the slow ones, B of fifty pairs of means, C a Python function per candle.

    python -m bench.peers.more [--quick] [--only ENGINE ...] --out bench/results/peers-more.json

A and the candles are those of ``bench.peers.run``. B trades A's brackets on the crosses of fifty pairs of means. C
calls a Python function with the last 100 closes: it buys at the next open where the last close lies far below their
mean and leaves above it (``workload.decision``); *nothing* is the same call with a function that looks at nothing.
Engines that need more than a microsecond a candle run on few candles, and on half of them: where the time of the second
is half, it may be carried over to longer histories. Trades are compared one by one with btcore's. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench import machine
from bench.peers.agreement import compare
from bench.peers.environments import environment, find_python
from bench.peers.run import BTCORE, PEERS, SLOW
from bench.peers.workload import load, prepare

ROOT = Path(__file__).parents[2]
ENGINES = {**PEERS, "btcore, own aggregates": ("btcore_engine:Native", None)}
FIFTY = ("btcore", "numba, hand-made", "raptorbt, arrays", "vectorbt, Rust", "vectorbt, numba", "neutrinobt")
CALLING = (BTCORE, "btcore, own aggregates", "raptorbt, candle by candle", *SLOW)
Row = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """Candles of each kind of job."""

    slow: int
    many: int
    many_full: int
    many_slow: int
    called: int
    runs: int


FULL = Sizes(slow=200_000, many=200_000, many_full=6_922_364, many_slow=20_000, called=200_000, runs=3)
QUICK = Sizes(slow=6_000, many=20_000, many_full=20_000, many_slow=6_000, called=6_000, runs=1)


@dataclass(frozen=True)
class Job:
    """One figure: `pairs` simulations, and whether half the candles are measured too."""

    workload: str
    engine: str
    way: str
    candles: int
    pairs: int = 1
    halved: bool = False


def jobs(sizes: Sizes) -> list[Job]:
    found = [Job("A", name, "ready", sizes.slow, halved=True) for name in SLOW]
    found += [Job("A", BTCORE, "ready", sizes.slow)]
    found += [Job("B", name, "many", sizes.many_full, 50) for name in FIFTY[:2]]
    found += [Job("B", name, "many", sizes.many, 50, halved=name not in FIFTY[:2]) for name in FIFTY]
    found += [Job("B", name, "many", sizes.many_slow, 5, halved=True) for name in SLOW]
    found += [Job("C", name, "callback", sizes.called, halved=True) for name in CALLING]
    return found + [Job("C", name, "nothing", sizes.called) for name in CALLING if name != "btcore, own aggregates"]


class Bench:
    """Runs jobs on the workload of a folder."""

    def __init__(self, folder: Path, runs: int, python: str | None) -> None:
        self.folder, self.runs, self.python = folder, runs, python

    def interpreter(self, name: str) -> str | None:
        requirements = ENGINES[name][1]
        if requirements is None:
            return sys.executable
        return None if self.python is None else environment(requirements, self.python)

    def report(self, job: Job, candles: int) -> Row:
        """What the worker says, with its trades."""
        interpreter = self.interpreter(job.engine)
        assert interpreter is not None
        out = self.folder / "report"
        long = job.engine in SLOW or (job.way == "many" and job.halved)
        given = {"way": job.way, "candles": candles, "pairs": job.pairs, "runs": 1 if long else self.runs}
        command = [interpreter, "-m", "bench.peers.more_worker", ENGINES[job.engine][0], str(self.folder), str(out)]
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        subprocess.run(
            [*command, json.dumps(given)], check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        found: Row = json.loads(Path(f"{out}.json").read_text())
        if job.way != "many":
            with np.load(f"{out}.npz") as trades:
                found["arrays"] = dict(trades)
        return found

    def row(self, job: Job) -> Row:
        """The figures of a job, and its trades under `arrays`."""
        found = self.report(job, job.candles)
        seconds = statistics.median(found["cpu_seconds"])
        simulations = job.pairs
        row = {
            "workload": job.workload, "engine": job.engine, "version": found["version"], "python": found["python"],
            "way": job.way, "candles": job.candles, "simulations": simulations,
            "seconds": statistics.median(found["seconds"]), "cpu_seconds": seconds,
            "us_per_candle": seconds / job.candles / simulations * 1e6,
            "above_mb": found["peak_mb"] - found["before_mb"], "trades": found["trades"],
            "comparable": found["comparable"], "arrays": found.get("arrays"),
        }  # fmt: skip
        if job.halved:
            half = self.report(job, job.candles // 2)
            row["of_half"] = seconds / statistics.median(half["cpu_seconds"])
        return row


def measured(sizes: Sizes, python: str | None, only: list[str] | None = None, workloads: str = "ABC") -> Row:
    """All rows, with the agreement of those that have trades."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        prepare(folder, max(sizes.many_full, sizes.slow, sizes.called))
        bench = Bench(folder, sizes.runs, python)
        chosen = [job for job in jobs(sizes) if job.workload in workloads and (only is None or job.engine in only)]
        chosen = [job for job in chosen if bench.interpreter(job.engine) is not None]
        rows = []
        for job in chosen:
            rows.append(bench.row(job))
            print({name: value for name, value in rows[-1].items() if name != "arrays"}, flush=True)
        workload = load(folder)
        for row in rows:
            _agree(rows, row, workload)
        for row in rows:
            del row["arrays"]
    return {"rows": rows}


def _agree(rows: list[Row], row: Row, workload: Any) -> None:
    """Trades against those of btcore on the same workload."""
    of_ours = [r for r in rows if (r["workload"], r["engine"], r["way"]) == (row["workload"], BTCORE, row["way"])]
    if row["arrays"] is None or row["way"] == "nothing" or row["engine"] == BTCORE or not of_ours:
        return
    found = compare(workload.head(row["candles"]), of_ours[0]["arrays"], row["arrays"])
    row |= {"equal": found["matched"], "differing": found["differing"], "reasons": found["reasons"]}


def table(found: Row) -> str:
    """Markdown, a row per job."""
    lines = [
        "| workload | engine | candles | simulations | s | us per candle and simulation | s of half the candles | "
        "MB above inputs | trades | equal | differing |",
        f"|---|---|{'--:|' * 9}",
    ]
    for row in found["rows"]:
        way = " (nothing)" if row["way"] == "nothing" else ""
        half = f"1 / {row['of_half']:.2f}" if "of_half" in row else "-"
        equal = [f"{row[name]:,}" if name in row else "-" for name in ("equal", "differing")]
        name, sizes = f"{row['engine']} {row['version']}", f"{row['candles']:,} | {row['simulations']}"
        times = f"{row['cpu_seconds']:.3g} | {row['us_per_candle']:.3g} | {half}"
        trades = f"{row['above_mb']:,.0f} | {row['trades']:,} | {' | '.join(equal)}"
        lines.append(f"| {row['workload']}{way} | {name} | {sizes} | {times} | {trades} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few candles, for trying it")
    parser.add_argument("--only", nargs="+", choices=list(ENGINES), help="engines to measure")
    parser.add_argument("--workloads", default="ABC", help="such as BC; the rows of others in the file are kept")
    parser.add_argument("--python", help="a Python 3.12 for the environments of the peers")
    parser.add_argument("--out", type=Path, help="file for all figures, as JSON")
    options = parser.parse_args()
    made = machine.facts("btcore", "numpy", "numba")
    found = measured(QUICK if options.quick else FULL, find_python(options.python), options.only, options.workloads)
    if options.out and options.out.exists():
        old = json.loads(options.out.read_text())
        found["rows"] = [row for row in old["rows"] if row["workload"] not in options.workloads] + found["rows"]
        found["rows"].sort(key=lambda row: str(row["workload"]))
    print(table(found))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps({"made": made, "quick": options.quick, **found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
