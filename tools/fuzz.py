"""Tries random input on everything public, seed by seed, until the time is over or something is found.

    python tools/fuzz.py --minutes 10                               with the core of this environment
    python tools/sanitized.py tools/fuzz.py --minutes 10            with sanitizers, see docs/testing.md
    python tools/fuzz.py --seed 4711 --seeds 1                      one seed again

What is tried is in tests/fuzzing. Prints the first seed when it begins, cases by area when it ends, and the seed of
what is found, with exit code 1. ``--out FILE`` adds the run to a file of results.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import secrets
import subprocess
import sys
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "begin", "end"  # words of the lines by which the process that plays tells how far it is


def play(first: int, count: int, seconds: float) -> None:
    """Play seeds in this process and tell of each on standard output."""
    sys.path.insert(0, str(ROOT / "tests"))
    from fuzzing import play as play_seed

    faulthandler.enable()
    warnings.simplefilter("ignore")  # NumPy's, about the values that are drawn
    until = time.monotonic() + seconds
    for seed in range(first, first + count):
        if time.monotonic() > until:
            return
        print(BEGIN, seed, flush=True)
        area, cases = play_seed(seed)
        print(END, cases, area, flush=True)


def watch(first: int, count: int, seconds: float) -> dict[str, Any]:
    """Let another process play, since a finding of the sanitizers ends it; what became of it."""
    begun = time.monotonic()
    command = [sys.executable, __file__, "--play", "--seed", str(first), "--seeds", str(count)]
    command += ["--minutes", str(seconds / 60)]
    cases: Counter[str] = Counter()
    seed = played = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as player:
        assert player.stdout is not None
        for line in player.stdout:
            word, number, *area = line.split()
            if word == BEGIN:
                seed = int(number)
            else:
                cases[" ".join(area)] += int(number)
                played += 1
    return {
        "first_seed": first,
        "seeds": played,
        "seconds": round(time.monotonic() - begun),
        "sanitized": os.environ.get("BTCORE_SANITIZED") == "1",
        "cases": dict(sorted(cases.items())),
        "found_with": seed if player.returncode else None,
    }


def show(run: dict[str, Any]) -> None:
    """Print a run."""
    for area, tried in run["cases"].items():
        print(f"  {area}: {tried:,} cases")
    print(f"{sum(run['cases'].values()):,} cases, {run['seeds']:,} seeds from {run['first_seed']}, ", end="")
    print(f"{run['seconds']} s: ", end="")
    print("nothing found" if run["found_with"] is None else f"FOUND with seed {run['found_with']}")


def add(run: dict[str, Any], path: Path) -> None:
    """Add a run to a file of results."""
    sys.path.insert(0, str(ROOT))
    from bench import machine

    results = json.loads(path.read_text()) if path.exists() else {"runs": []}
    results["machine"] = machine.facts("btcore", "numpy", "polars")
    results["runs"].append(run)
    path.write_text(json.dumps(results, indent=1) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, help="the first one; drawn where it is not given")
    parser.add_argument("--seeds", type=int, default=2**40, help="how many at most")
    parser.add_argument("--out", type=Path, help="a JSON file of results")
    parser.add_argument("--play", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    first = secrets.randbelow(2**31) if options.seed is None else options.seed
    if options.play:
        play(first, options.seeds, 60 * options.minutes)
        return 0
    print(f"first seed {first}", flush=True)
    run = watch(first, options.seeds, 60 * options.minutes)
    show(run)
    if options.out:
        add(run, options.out)
    return 0 if run["found_with"] is None else 1


if __name__ == "__main__":
    sys.exit(main())
