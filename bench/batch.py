"""Many simulations: time and memory by their number, their candles and the workers; each case in processes of its own.

    python -m bench.batch --out bench/results/batch.json

Memory is that of all processes of a case, shared pages divided among those that share them (PSS), beyond the mapped
candles; Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from bench import machine

ROOT = Path(__file__).parents[1]
FULL = 6_922_364
SIMULATIONS = (1, 10, 50, 200, 1_000)
LENGTHS = (865_295, 1_730_591, 3_461_182, FULL)
SECONDS_BETWEEN_LOOKS = 0.05


def private_megabytes(pids: list[int]) -> float:
    """PSS of anonymous memory: what these processes have of their own."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:  # it has ended
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:"))
    return total / 1024


def family() -> list[int]:
    """This process and all that came of it."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(status.parent.name)] = int(fields[1])
    found = [os.getpid()]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


class Watch(threading.Thread):
    """Looks at the memory of the family until it is told to stop."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak, self._done = 0.0, threading.Event()

    def run(self) -> None:
        while not self._done.wait(SECONDS_BETWEEN_LOOKS):
            self.peak = max(self.peak, private_megabytes(family()))

    def stop(self) -> float:
        self._done.set()
        self.join()
        return self.peak


def measure(case: dict[str, Any], folder: str) -> dict[str, Any]:
    """One case, in this process and its workers."""
    import btcore as bt
    from bench.batches import cross, mixed, pairs

    candles = [stored(folder, case["candles"], seed) for seed in range(2 if case["what"] == "mixed" else 1)]
    options = {"executor": case["executor"], "workers": case["workers"], "progress": False}
    for one in candles:
        bt.simulate([bt.Order(0, "long", max_bars=1)], one)  # zones, kept with the candles
    before = private_megabytes([os.getpid()])
    watch = Watch() if case.get("watched") else None
    if watch:
        watch.start()
    begun, used = time.perf_counter(), time.process_time()
    if case["what"] == "mixed":
        experiment = bt.run_batch(mixed(candles), **options)
    else:
        experiment = bt.sweep(cross, candles[0], pairs(case["simulations"]), **options)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    peak = watch.stop() if watch else before
    assert experiment.status == {"completed": case["simulations"]}
    trades = sum(s.result.stats["trades"] for s in experiment.simulations)
    return {**case, "seconds": round(seconds, 3), "cpu_seconds": round(cpu, 3), "trades": trades,
            "megabytes": round(max(0.0, peak - before), 1)}  # fmt: skip


def stored(folder: str, length: int, seed: int) -> Any:
    """Mapped candles, made once."""
    import btcore as bt
    from btcore.candles.cache import load_folder

    path = Path(folder) / f"{length}-{seed}"
    if not path.exists():
        bt.synthetic_candles(length, seed=seed).save(path)
    return load_folder(path)


def cases() -> list[dict[str, Any]]:
    """Everything that is measured."""
    pairs = {"what": "pairs", "candles": FULL}
    serial, two = {"executor": "serial", "workers": 1}, {"executor": "processes", "workers": 2}
    return [
        *({**pairs, **serial, "simulations": n} for n in SIMULATIONS),
        *({**pairs, **serial, "simulations": 50, "candles": n} for n in LENGTHS[:-1]),
        {**pairs, "executor": "threads", "workers": 2, "simulations": 200},
        {**pairs, "executor": "processes", "workers": 1, "simulations": 1_000},
        {**pairs, **two, "simulations": 200},
        {**pairs, **two, "simulations": 1_000},
        {"what": "mixed", "candles": FULL, **serial, "simulations": 50},
    ]


def measured_apart(case: dict[str, Any], folder: str, rounds: int) -> dict[str, Any]:
    """The round with the median time of some, each in a new process, and the memory of one that was watched.

    Watching takes time: the system goes through all mapped pages of a process to say what it has.
    """
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    found = []
    for watched in (True, *[False] * rounds):
        given = json.dumps({**case, "watched": watched})
        command = [sys.executable, "-m", "bench.batch", "--case", given, "--folder", folder]
        done = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
        )
        found.append(json.loads(done.stdout))
    median = sorted(found[1:], key=lambda row: row["seconds"])[rounds // 2]
    del median["watched"]
    return {**median, "megabytes": found[0]["megabytes"]}


def table(rows: list[dict[str, Any]]) -> list[str]:
    """The rows as Markdown."""
    lines = ["| batch | candles | simulations | executor | trades | seconds | ns per trade | MB beyond candles |",
             "|---|--:|--:|---|--:|--:|--:|--:|"]  # fmt: skip
    for row in rows:
        workers = f", {row['workers']} workers" if row["workers"] > 1 else ""
        per_trade = row["seconds"] / row["trades"] * 1e9
        lines.append(
            f"| {row['what']} | {row['candles']:,} | {row['simulations']:,} | {row['executor']}{workers} | "
            f"{row['trades']:,} | {row['seconds']:.2f} | {per_trade:.0f} | {row['megabytes']:.0f} |"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", help="measure one case in this process and print it as JSON")
    parser.add_argument("--folder", help="where candles are kept between cases; a temporary one if not given")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, help="file for all figures, as JSON")
    options = parser.parse_args()
    if options.case:
        print(json.dumps(measure(json.loads(options.case), options.folder)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        rows = []
        for case in cases():
            rows.append(measured_apart(case, options.folder or temporary, options.rounds))
            print("\n".join(table(rows[-1:])[-1:]), flush=True)
    if options.out:
        results = {"machine": machine.facts("btcore", "numpy", "multiprocess"), "rows": rows}
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
