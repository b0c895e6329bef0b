"""Measures tools that run Python on several cores, on the work of a batch; each figure in a fresh process.

    python -m bench.parallel.run [--quick] --out bench/results/research/parallel.json

dask, joblib, loky and ray get an environment of their own on top of the running one, in the cache folder of the
benchmarks (``BTCORE_BENCH_CACHE``). A measurement that does not end within its limit is killed: it *hangs*. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import machine
from bench.parallel import work
from bench.parallel.handover import WAYS
from bench.parallel.tools import TOOLS, here
from bench.parallel.watch import MARK, end_all, marked
from bench.peers.environments import over_this_one

ROOT = Path(__file__).parents[2]
REQUIREMENTS = Path(__file__).parent / "requirements.txt"
FAILURES = {"raises": "raising", "stubborn": "raising_stubborn", "killed": "dying"}
VARIANTS = {  # left out of quick runs
    "multiprocessing.Pool, forkserver", "multiprocessing.Pool, spawn", "ProcessPoolExecutor, fork",
    "ProcessPoolExecutor, spawn", "multiprocess.Pool, forkserver", "btcore, serial",
}  # fmt: skip
GONE = 3.0  # seconds after which a process that is left counts
Row = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    candles: int
    large: int  # tasks
    small: int
    empty: int
    rounds: int
    starts: int
    limit: float  # seconds of a measurement that has to end
    patience: float  # seconds of one that may hang
    beside: int = 1  # tools measured at the same time: more than one where figures do not count


FULL = Sizes(work.FULL, work.LARGE, work.SMALL, 2_000, 3, 3, 180.0, 20.0)
QUICK = Sizes(400_000, 10, 100, 200, 1, 1, 60.0, 8.0, beside=2)


class Bench:
    """Runs cases with one interpreter, candles and sizes."""

    def __init__(self, python: str, folder: Path, sizes: Sizes, workers: int) -> None:
        self.python, self.folder, self.sizes, self.workers = python, folder, sizes, workers

    def begin(self, name: str, what: str, options: Row) -> tuple[subprocess.Popen[str], Path, str]:
        """A case in a session of its own, where its figures will be, and the mark of its processes."""
        mark = uuid.uuid4().hex
        out = self.folder / f"{mark}.json"
        given = {"workers": self.workers, "folder": str(self.folder), "partial": str(out), **options}
        command = [self.python, "-m", "bench.parallel.case", name, what, json.dumps(given), str(out)]
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        environment = {**os.environ, "PYTHONPATH": path, MARK: mark, "RAY_USAGE_STATS_ENABLED": "0"}
        with open(self.folder / f"{mark}.log", "w") as log:
            process = subprocess.Popen(
                command, env=environment, cwd=self.folder, stdout=log, stderr=log, text=True, start_new_session=True
            )
        return process, out, mark

    def case(self, name: str, what: str, limit: float, **options: Any) -> Row:
        """Its figures; `hangs` where it did not end, `fails` with the last line where it broke.

        The limit counts from when the tool has started.
        """
        process, out, mark = self.begin(name, what, options)
        code = self._ended(process, out, limit)
        left = self.left(mark) if code == 0 else end_all(mark)
        process.wait()
        figures: Row = json.loads(out.read_text()) if out.exists() else {}
        if code is None:
            return {**figures, "hangs": True, "limit_s": limit}
        if code != 0:
            lines = (self.folder / f"{mark}.log").read_text().strip().splitlines()
            return {**figures, "fails": lines[-1][:200] if lines else f"exit code {code}", "code": code}
        return {**figures, "left": left}

    def _ended(self, process: subprocess.Popen[str], out: Path, limit: float) -> int | None:
        """The exit code; None where the case did not end in time."""
        begun = time.monotonic()
        ready = out.with_suffix(".ready")
        while process.poll() is None and not ready.exists() and time.monotonic() - begun < self.sizes.limit:
            time.sleep(0.02)
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            return None

    def left(self, mark: str) -> int:
        """Processes that have not gone some time after the program; they are killed."""
        begun = time.monotonic()
        while marked(mark) and time.monotonic() - begun < GONE:
            time.sleep(0.05)
        return end_all(mark)

    def interrupted(self, name: str) -> Row:
        """Ctrl-C while tasks run: seconds until the program has ended, and processes that are left some time later."""
        sign = Path(tempfile.mkdtemp(dir=self.folder))
        process, _, mark = self.begin(name, "interrupted", {"sign": str(sign)})
        waiting = time.monotonic() + self.sizes.limit
        while not any(sign.iterdir()) and process.poll() is None and time.monotonic() < waiting:
            time.sleep(0.02)
        time.sleep(0.2)
        begun = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(self.sizes.patience)
            row: Row = {"seconds": time.monotonic() - begun, "code": process.returncode}
        except subprocess.TimeoutExpired:
            row = {"hangs": True, "limit_s": self.sizes.patience}
        row["left"] = self.left(mark) if "seconds" in row else end_all(mark)
        process.wait()
        return row

    def tool(self, name: str) -> Row:
        """Everything about one tool."""
        s = self.sizes
        starts = [self.case(name, "start", s.limit) for _ in range(s.starts)]
        row: Row = {"tool": name, "local": TOOLS[name].local, **starts[0]}
        if all("start_s" in start for start in starts):
            row["start_s"] = statistics.median(start["start_s"] for start in starts)
        row |= self.case(name, "empty", s.limit, empty=s.empty)
        for kind, count in (("large", s.large), ("small", s.small)):
            row |= self.case(name, "throughput", s.limit, kind=kind, count=count, rounds=s.rounds)
        return row | self.troubles(name)

    def troubles(self, name: str) -> Row:
        """What goes wrong, side by side: those cases wait more than they compute."""
        patience = self.sizes.patience
        with ThreadPoolExecutor() as side:
            found = {k: side.submit(self.case, name, "failing", patience, function=f) for k, f in FAILURES.items()}
            found["anonymous"] = side.submit(self.case, name, "anonymous", patience)
            row = {key: future.result() for key, future in found.items()}
        return {**row, "interrupted": self.interrupted(name)}


def measured(python: str, sizes: Sizes, names: list[str], ways: list[str], workers: int) -> Row:
    """All rows; `candles` and `tasks` say what was measured."""
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(python, Path(temporary), sizes, workers)
        work.prepare(bench.folder, sizes.candles)
        tools = []
        with ThreadPoolExecutor(sizes.beside) as side:
            for row in side.map(bench.tool, names):
                tools.append(row)
                print(summary(row), flush=True)
        handed = []
        for way in ways:
            found = bench.case(way, "handover", sizes.limit)
            handed.append({"way": way, "tool": WAYS[way][0], **found})
            print(f"{way}: {found}", flush=True)
    counts = {"large": sizes.large, "small": sizes.small, "empty": sizes.empty}
    return {"workers": workers, "candles": sizes.candles, "tasks": counts, "tools": tools, "handover": handed}


def joined(old: Row, new: Row) -> Row:
    """The rows of both, the new ones where both have some; of the same candles and tasks."""
    same = ("workers", "candles", "tasks")
    if any(old[name] != new[name] for name in same):
        raise ValueError("the file has figures of other sizes")
    tools = {row["tool"]: row for row in (*old["tools"], *new["tools"])}
    ways = {row["way"]: row for row in (*old["handover"], *new["handover"])}
    return {
        **{name: new[name] for name in same},
        "tools": [tools[name] for name in TOOLS if name in tools],
        "handover": [ways[way] for way in WAYS if way in ways],
    }


def summary(row: Row) -> str:
    """A line to watch."""
    figures = [
        f"{key} {row[key]:.3g}" for key in ("start_s", "empty_us", "large_s", "small_s", "large_mb") if key in row
    ]
    states = [f"{key} {row[key]}" for key in (*FAILURES, "anonymous", "interrupted")]
    return f"{row['tool']}: {', '.join(figures)}\n  " + "\n  ".join(states)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, for trying it")
    parser.add_argument("--only", nargs="*", choices=list(TOOLS), help="tools to measure; none: the hand-over alone")
    parser.add_argument("--add", action="store_true", help="keep what the file has of other tools and ways")
    parser.add_argument("--here", action="store_true", help="make no environment: the tools that this one has")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, help="file for all figures, as JSON")
    options = parser.parse_args()
    python = sys.executable if options.here else over_this_one("parallel", REQUIREMENTS)
    usual = [name for name in TOOLS if not options.quick or name not in VARIANTS]
    wanted = usual if options.only is None else options.only
    names = [name for name in wanted if not options.here or name in here()]
    ways = [way for way, (tool, _) in WAYS.items() if not options.here or tool in (*here(), "ProcessPoolExecutor")]
    sizes = QUICK if options.quick else FULL
    made = machine.facts("btcore", "numpy", "multiprocess", "dill")
    found = measured(python, sizes, names, ways if not options.only else [], options.workers)
    if options.add and options.out.exists():
        found = joined(json.loads(options.out.read_text()), found)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps({"made": made, "quick": options.quick, **found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
