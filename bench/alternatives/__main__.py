"""Measures each tool on the same candles: time, memory, accuracy, lines of code, and whether its signals are right.

    python -m bench.alternatives --out bench/results/research/alternatives.json
    python -m bench.alternatives --quick --out alternatives.json

Each tool runs in a process of its own with one thread. Its signals and levels are compared with those of the baseline
on as many candles as the baseline takes seconds for, and with exact ones on all. Linux only.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench import machine
from bench.alternatives import accuracy
from bench.alternatives.common import exact_entries
from bench.baseline.workload import STRATEGY, Prices, load, prepare

ROOT = Path(__file__).parents[2]
TOOLS = {  # name: module
    "pandas": "with_pandas",
    "pandas, numba engine": "with_pandas_numba",
    "polars": "with_polars",
    "NumPy, sliding windows": "with_sliding_window",
    "NumPy, cumulative sums": "with_cumulative_sums",
    "bottleneck": "with_bottleneck",
    "numbagg": "with_numbagg",
    "numba, own loop": "with_numba",
    "TA-Lib": "with_talib",
    "btcore": "with_btcore",
}
PACKAGES = ("btcore", "numpy", "pandas", "polars", "Bottleneck", "numbagg", "numba", "TA-Lib")
THREADS = ("POLARS_MAX_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
CANDLES, COMPARED, ACCURATE, RUNS = 6_922_364, 100_000, 1_000_000, 5
QUICK = (200_000, 5_000, 50_000, 3)

Row = dict[str, Any]


def available() -> dict[str, str]:
    """The tools whose packages are installed."""
    found = {}
    for name, module in TOOLS.items():
        try:
            importlib.import_module(f"bench.alternatives.{module}")
        except ImportError:
            print(f"{name}: left out, it is not installed")
        else:
            found[name] = module
    return found


def lines_of(module: str) -> int:
    """Lines of code: without imports, constants, docstrings, comments and empty lines."""
    text = (Path(__file__).parent / f"{module}.py").read_text()
    counted: set[int] = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            counted |= set(range(first, (node.end_lineno or first) + 1))
            doc = node.body[0]
            if ast.get_docstring(node) is not None:
                counted -= set(range(doc.lineno, (doc.end_lineno or doc.lineno) + 1))
    lines = text.splitlines()
    return sum(bool(lines[number - 1].strip()) and not lines[number - 1].strip().startswith("#") for number in counted)


def measured(module: str, folder: Path, runs: int) -> tuple[Row, dict[str, np.ndarray]]:
    """Figures of one tool in a process of its own, and its signals."""
    out = folder / module
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, **dict.fromkeys(THREADS, "1"), "PYTHONPATH": path}
    command = [sys.executable, "-m", "bench.alternatives.worker", module, str(folder), str(out), str(runs)]
    subprocess.run(command, check=True, cwd=ROOT, env=environment)
    with np.load(f"{out}.npz") as arrays:
        return json.loads(Path(f"{out}.json").read_text()), dict(arrays)


def tool(name: str, module: str, folder: Path, exact: np.ndarray, baseline: Row, prices: Prices, runs: int) -> Row:
    print(f"{name} ...", flush=True)
    figures, found = measured(module, folder, runs)
    loaded = importlib.import_module(f"bench.alternatives.{module}")
    return {
        "name": name,
        "package": loaded.PACKAGE,
        "version": importlib.metadata.version(loaded.PACKAGE),
        **figures,
        "us_per_candle": figures["seconds"] / len(exact) * 1e6,
        "times": baseline["us_per_candle"] / (figures["cpu_seconds"] / len(exact) * 1e6),
        "lines": lines_of(module),
        "signals": int(np.count_nonzero(found["entries"])),
        "wrong_signals": int(np.count_nonzero(found["entries"] != exact)),
        "equal": same_as(baseline["signals"], found, baseline["candles"], prices),
        "cannot": loaded.CANNOT,
    }


def same_as(expected: list[Any], found: dict[str, np.ndarray], candles: int, prices: Prices) -> bool:
    """Whether the first candles have the signals of the baseline, with stops and targets of as many ticks."""
    at = np.flatnonzero(found["entries"][:candles])
    if at.tolist() != [t for t, _, _ in expected]:
        return False
    levels = np.array([(stop, target) for _, stop, target in expected]).reshape(-1, 2)
    mine = np.column_stack([found["stop"][at], found["target"][at]])
    return bool(np.array_equal(prices.in_ticks(mine), prices.in_ticks(levels)))


def baseline_signals(prices: Prices, candles: int) -> Row:
    from bench.baseline import engine

    frame = engine.frame_of(prices).head(candles)
    begun = time.process_time()
    found = engine.signals(frame, prices.tie)
    return {"candles": candles, "us_per_candle": (time.process_time() - begun) / candles * 1e6, "signals": found}


def run(candles: int, compared: int, accurate: int, runs: int) -> Row:
    """The result of all tools that are installed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, candles)
        prices = load(folder)
        print(f"the baseline, {compared:,} candles ...", flush=True)
        baseline, exact = baseline_signals(prices, compared), exact_entries(prices)
        tools, found = available(), []
        for title, module in tools.items():
            found.append(tool(title, module, folder, exact, baseline, prices, runs))
        short = Prices(*(column[:accurate] for column in prices[:-1]), prices.tick)
        known = accuracy.series(short)
        rows = []
        for title, module in tools.items():
            rows += accuracy.rows(title, importlib.import_module(f"bench.alternatives.{module}"), known)
    del baseline["signals"]
    return {"strategy": STRATEGY, "candles": candles, "tools": found, "accuracy": rows, "baseline": [baseline]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, about a minute")
    parser.add_argument("--out", type=Path, help="result file")
    options = parser.parse_args()
    made = {"made": machine.facts(*PACKAGES), "quick": options.quick}
    result = made | run(*(QUICK if options.quick else (CANDLES, COMPARED, ACCURATE, RUNS)))
    if options.out is not None:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    for row in result["tools"]:
        cost = f"{row['seconds'] * 1e3:>9.1f} ms {row['above_mb']:>8.1f} MB {row['lines']:>3} lines"
        print(f"{row['name']:24} {cost}  {row['wrong_signals']} of {row['signals']:,} signals wrong")
    if not all(row["equal"] for row in result["tools"]):
        raise SystemExit("some signals or levels differ from those of the baseline")


if __name__ == "__main__":
    main()
