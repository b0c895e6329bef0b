"""How many instructions the core executes, counted by callgrind: on one machine the same on every run, or nearly.

    python -m bench.instructions --out bench/results/instructions.json
    python -m bench.instructions --compare bench/results/instructions.json --bound 1.02

Only the compiled ``run`` and ``evaluate`` are counted: operators, decisions, fills and statistics of the cases in
``bench.counted``, each in a process of its own. With ``--compare`` the exit code is 1 where a count is above that of
the file by more than the bound. Counts depend on the compiler and on what the processor offers, which results name.
Needs ``valgrind``.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import machine

ROOT = Path(__file__).parents[1]
COUNTED = ("__pyx_pw_6btcore_5_core_6engine_*run", "__pyx_pw_6btcore_5_core_8pipeline_8Pipeline_*evaluate")
CANDLES, BOUND = 200_000, 1.02
NOISE = 0.001  # changes that are not worth a line: counts differ by some dozens from run to run
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS")
TOTAL = re.compile(r"^totals: (\d+)", re.MULTILINE)

Row = dict[str, Any]


def count(candles: int, names: list[str]) -> list[Row]:
    """A row per case: its name, family, instructions, and instructions by candle."""
    from bench.counted import cases

    wanted = [case for case in cases() if not names or case.name in names]
    unknown = set(names) - {case.name for case in wanted}
    if unknown:
        raise SystemExit(f"no case is called {', '.join(sorted(unknown))}; there are {[case.name for case in cases()]}")
    found = _counted(candles, [case.name for case in wanted])
    return [
        {"name": case.name, "family": case.family, "instructions": number, "per_candle": number / candles}
        for case, number in zip(wanted, found, strict=True)
    ]


def _counted(candles: int, names: list[str]) -> list[int]:
    """The instructions of each case, in order."""
    with tempfile.TemporaryDirectory() as folder:
        watched = [f"--toggle-collect={name}" for name in COUNTED]
        command = ["valgrind", "--tool=callgrind", "--collect-atstart=no", *watched]
        command += [f"--callgrind-out-file={folder}/%p", sys.executable, "-m", "bench.counted", str(candles), *names]
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        fixed = {**dict.fromkeys(THREADS, "1"), "PYTHONHASHSEED": "0", "PYTHONPATH": path}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | fixed, cwd=ROOT)
        if done.returncode:
            raise RuntimeError(f"valgrind failed:\n{done.stderr}")
        found = [_total(Path(folder) / child) for child in done.stdout.split()]
    if len(found) != len(names) or 0 in found:
        raise RuntimeError(f"callgrind counted nothing in a case of {names}: {found}; is {COUNTED} what it is called?")
    return found


def _total(file: Path) -> int:
    totals = TOTAL.search(file.read_text())
    return 0 if totals is None else int(totals[1])


def compiler() -> str:
    """What the core was compiled with, as its files say."""
    from btcore._core import engine

    found = re.search(rb"(GCC: \([^)]*\) [\d.]+|clang version [\d.]+)", Path(engine.__file__ or "").read_bytes())
    return found[0].decode() if found else "unknown"


def compared(rows: list[Row], before: list[Row]) -> list[Row]:
    """Rows of both with the ratio of their counts, the largest first."""
    known = {row["name"]: row["instructions"] for row in before}
    both = [row for row in rows if row["name"] in known]
    found = [{**row, "before": known[row["name"]], "ratio": row["instructions"] / known[row["name"]]} for row in both]
    return sorted(found, key=lambda row: -row["ratio"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candles", type=int, default=CANDLES)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="names of cases")
    parser.add_argument("--out", type=Path, help="small file to commit")
    parser.add_argument("--compare", type=Path, help="file of an earlier run")
    parser.add_argument("--bound", type=float, default=BOUND, help=f"largest ratio that passes, default {BOUND}")
    options = parser.parse_args()
    before = None if options.compare is None else json.loads(options.compare.read_text())
    candles = options.candles if before is None else before["candles"]
    rows = count(candles, options.only)
    if options.out is not None:
        made = {**machine.facts("btcore", "numpy"), "compiler": compiler()}
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps({"machine": made, "candles": candles, "rows": rows}, indent=1) + "\n")
    for line in lines(rows):
        print(line)
    if before is not None and not passes(compared(rows, before["rows"]), options.bound, before["machine"]["compiler"]):
        raise SystemExit(1)


def passes(rows: list[Row], bound: float, built_with: str) -> bool:
    """Print what has changed; whether no count is above the bound."""
    if built_with != compiler():
        print(f"\nthe file was made with {built_with}, this core with {compiler()}: counts may differ for that alone")
    for row in rows:
        if abs(row["ratio"] - 1.0) > NOISE:
            verdict = "ABOVE THE BOUND" if row["ratio"] > bound else ""
            print(
                f"{row['name']}: {row['before']:,} -> {row['instructions']:,} ({row['ratio']:.4f}) {verdict}".rstrip()
            )
    worst = max((row["ratio"] for row in rows), default=1.0)
    print(f"\n{len(rows)} counts compared; the largest ratio is {worst:.4f}, the bound {bound}")
    return worst <= bound


def lines(rows: list[Row]) -> Iterator[str]:
    """The table in Markdown."""
    yield "| family | case | instructions | a candle |"
    yield "|---|---|--:|--:|"
    for row in rows:
        yield f"| {row['family']} | {row['name']} | {row['instructions']:,} | {row['per_candle']:.2f} |"


if __name__ == "__main__":
    main()
