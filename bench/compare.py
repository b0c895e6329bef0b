"""Whether the benchmarks of a run got slower since the last run that was saved.

    python -m bench.compare run.json [again.json ...] [--storage .benchmarks] [--bound 1.25]

Of several runs the best of each benchmark counts. Each figure is the least time of a benchmark divided by that of the
calibration kernel in the same run, so a machine that is slower today does not count. A benchmark is compared with the
newest saved run of the same Python, NumPy, timer and number of candles that has it. Exits with 1 where a ratio is above
the bound, with 2 where nothing can be compared.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

BOUND = 1.25  # what repeated runs of the same code differ by on a shared machine, and some
Run = dict[str, Any]


def figures(run: Run) -> dict[str, float]:
    """Least time per benchmark, in times of the calibration kernel."""
    return {
        benchmark["fullname"].rpartition("/")[2]: benchmark["stats"]["min"] / benchmark["extra_info"]["calibration"]
        for benchmark in run["benchmarks"]
        if benchmark.get("stats") and benchmark["extra_info"].get("calibration")
    }


def kind(run: Run) -> tuple[str, ...]:
    """What must be equal for two runs to be compared."""
    info, options = run["machine_info"], [b["options"]["timer"] for b in run["benchmarks"][:1]]
    python = ".".join(info["python_version"].split(".")[:2])
    return (python, str(info.get("numpy")), str(info.get("candles")), *options)


def saved(storage: Path, other_than: Iterable[Path]) -> list[Run]:
    """Saved runs, the newest first."""
    new = {path.resolve() for path in other_than}
    paths = [path for path in storage.rglob("*.json") if path.resolve() not in new]
    runs = [json.loads(path.read_text()) for path in paths]
    return sorted(
        (run for run in runs if "benchmarks" in run and "machine_info" in run),
        key=lambda run: str(run["datetime"]),
        reverse=True,
    )


def ratios(run: Run, before: Iterable[Run]) -> dict[str, float]:
    """New by old, for every benchmark that an earlier run of the kind has."""
    found: dict[str, float] = {}
    new = figures(run)
    for old in before:
        if kind(old) == kind(run):
            found |= {
                name: new[name] / value for name, value in figures(old).items() if name in new and name not in found
            }
    return found


def best(found: list[dict[str, float]]) -> dict[str, float]:
    """The least ratio of each benchmark."""
    return {name: min(each[name] for each in found if name in each) for each in found for name in each}


def lines(found: dict[str, float], bound: float) -> Iterator[str]:
    """A table, the slowest first."""
    yield f"| benchmark | new / old | above {bound} |"
    yield "|---|--:|---|"
    for name, ratio in sorted(found.items(), key=lambda item: -item[1]):
        yield f"| {name} | {ratio:.3f} | {'SLOWER' if ratio > bound else ''} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="+", help="what --benchmark-json wrote")
    parser.add_argument("--storage", type=Path, default=Path(".benchmarks"), help="folder of saved runs")
    parser.add_argument("--bound", type=float, default=BOUND)
    options = parser.parse_args()
    before = saved(options.storage, options.runs)
    found = best([ratios(json.loads(path.read_text()), before) for path in options.runs])
    if not found:
        print(f"no saved run in {options.storage} has these benchmarks on this Python, NumPy and size", file=sys.stderr)
        return 2
    print("\n".join(lines(found, options.bound)))
    return int(any(ratio > options.bound for ratio in found.values()))


if __name__ == "__main__":
    sys.exit(main())
