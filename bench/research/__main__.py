"""Measures what docs/research.md tells, and writes the page.

    python -m bench.research            everything, under an hour on two cores
    python -m bench.research --quick    small sizes, a few minutes, into .benchmarks/research
    python -m bench.research --render   the page alone, from the result files that are there

Each script runs in a process of its own and writes one result file. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench import machine
from bench.research.page import write

ROOT = Path(__file__).parents[2]
STEPS = {  # result: module, in the order in which they run
    "baseline": "bench.baseline",
    "alternatives": "bench.alternatives",
    "parallel": "bench.parallel.run",
    "fifty": "bench.research.fifty",
}


def run(names: list[str], folder: Path, quick: bool) -> None:
    """Each script in turn; how long they took is kept for the page."""
    path = folder / "steps.json"
    kept: dict[str, dict[str, Any]] = {}
    if path.exists() and json.loads(path.read_text())["quick"] == quick:
        kept = {step["name"]: step for step in json.loads(path.read_text())["steps"]}
    for name in names:
        command = ["-m", STEPS[name], *(["--quick"] if quick else [])]
        print(f"== python {' '.join(command)}", flush=True)
        paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        begun = time.monotonic()
        subprocess.run(
            [sys.executable, *command, "--out", str((folder / f"{name}.json").absolute())],
            check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": paths},
        )  # fmt: skip
        taken = time.monotonic() - begun
        kept[name] = {"name": name, "command": f"python {' '.join(command)}", "seconds": taken}
        steps = [kept[step] for step in STEPS if step in kept]
        path.write_text(json.dumps({"made": machine.facts("btcore"), "quick": quick, "steps": steps}, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, marked as such on the page")
    parser.add_argument("--render", action="store_true", help="measure nothing")
    parser.add_argument("--only", nargs="+", choices=list(STEPS), default=list(STEPS), help="scripts to run")
    parser.add_argument("--results", type=Path, help="folder of result files")
    parser.add_argument("--out", type=Path, help="the page; pictures go to research/ beside it")
    options = parser.parse_args()
    home = ROOT / ".benchmarks" / "research" if options.quick else ROOT / "docs"
    folder = options.results or (home if options.quick else ROOT / "bench" / "results" / "research")
    out = options.out or home / "research.md"
    folder.mkdir(parents=True, exist_ok=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    if not options.render:
        run([name for name in STEPS if name in options.only], folder, options.quick)
    write(folder, out)
    print(f"wrote {out}")


if __name__ == "__main__":
    main()
