"""Measures the pandas-window engine, finds where its time goes, and compares its trades with those of btcore.

    python -m bench.baseline --out bench/results/research/baseline.json
    python -m bench.baseline --quick --out baseline.json
    python -m bench.baseline --only longest --out bench/results/research/baseline.json

The parts: ``short`` and ``long`` (100,000 and 1,000,000 candles), ``longest`` (6,922,364, under py-spy at a low rate:
about 20 minutes), ``profile`` (cProfile and tracemalloc) and ``pieces``. With ``--only`` the rows of the other parts
stay as they are in the file. Needs pandas and py-spy; Linux only.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import machine
from bench.baseline.watched import layers, stacks_of, stages, worker
from bench.baseline.workload import STRATEGY, load, prepare
from btcore.cli.flame import flame_graph

PACKAGES = ("btcore", "numpy", "pandas", "py-spy")
IDENTITY = ("engine", "candles", "observed", "function", "file", "stage", "layer", "piece", "bottleneck", "what")
SIZES = {"short": (100_000, 200), "long": (1_000_000, 100), "longest": (6_922_364, 25)}  # candles, samples a second
QUICK = {"short": (5_000, 200), "long": (20_000, 200)}
PROFILED, QUICKLY_PROFILED = 100_000, 3_000
STRETCH, STRETCHES = 600, 30  # candles over which the engine is timed beside its pieces, and how often

Result = dict[str, Any]


def sized(candles: int, rate: int, folder: Path, flame: Path | None) -> Result:
    """The baseline under py-spy and btcore over so many candles; alone as well where that takes no minutes."""
    prepare(folder, candles)
    raw, out = folder / "stacks.txt", folder / "out.json"
    alone = [worker("baseline", folder, out)] if candles <= SIZES["short"][0] else []
    watched = worker("baseline", folder, out, watch=(raw, rate))
    ours = worker("btcore", folder, out)
    return told([*alone, watched], ours, raw.read_text(), rate, flame)


def told(baseline: list[Result], ours: Result, raw: str, rate: int, flame: Path | None) -> Result:
    """What the reports of workers and the samples of the last of the baseline's say, and its flame graph."""
    from bench.baseline.ours import agreement

    watched, stacks = baseline[-1], stacks_of(raw)
    candles = watched["row"]["candles"]
    found: Result = {"runs": [report["row"] for report in (*baseline, ours)]}
    found["agreement"] = [agreement(candles, watched["trades"], ours["trades"])]
    found["stages"], found["layers"] = stages(stacks, candles), layers(stacks, candles)
    if flame is not None:
        samples = sum(stacks.values())
        title = f"The pandas-window engine over {candles:,} candles: {samples:,} samples of its stacks"
        flame.write_text(flame_graph(stacks, title, "samples"))
        row = {"file": flame.name, "candles": candles, "samples": samples, "rate": rate}
        found["flames"] = [{**row, "seconds": watched["row"]["seconds"]}]
    return found


def profile(candles: int, folder: Path) -> Result:
    from bench.baseline.observe import profiled, traced

    prepare(folder, candles)
    prices = load(folder)
    functions, totals = profiled(prices)
    return {"functions": functions, "totals": [totals], "memory": traced(prices)}


def pieces(folder: Path) -> Result:
    """Measured beside the whole engine: both as the least of stretches so short that some are not disturbed."""
    from bench.baseline import engine
    from bench.baseline.pieces import bottlenecks, in_order, measured
    from bench.baseline.worker import measured as timed

    prepare(folder, 10_000)
    prices = load(folder)
    frame = engine.frame_of(prices).head(STRETCH)
    taken = [timed(lambda: engine.signals(frame, prices.tie), 1)[0]["cpu_seconds"] for _ in range(STRETCHES)]
    rows = measured(prices)
    return {"pieces": rows, "bottlenecks": bottlenecks(rows, in_order(prices), min(taken) / STRETCH * 1e6)}


def merged(old: Result, new: Result) -> Result:
    """Rows of `new`, and those of `old` that are not measured again."""
    out = dict(old)
    for name, rows in new.items():
        again = {_identity(row) for row in rows}
        whole = name in ("pieces", "bottlenecks", "flames", "functions", "memory", "totals")
        out[name] = ([] if whole else [row for row in old.get(name, []) if _identity(row) not in again]) + rows
    return out


def _identity(row: Result) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in IDENTITY)


def headline(result: Result) -> Result:
    """The largest size: how long both take, in seconds of computing."""
    candles = max(row["candles"] for row in result["runs"])
    rows = {row["engine"]: row for row in result["runs"] if row["candles"] == candles}
    trades = next(row for row in result["agreement"] if row["candles"] == candles)
    theirs, ours = rows["baseline"], rows["btcore"]
    return {
        "candles": candles,
        "trades": trades["trades"],
        "equal": trades["equal"],
        "baseline_seconds": theirs["cpu_seconds"],
        "btcore_seconds": ours["cpu_seconds"],
        "reduction": 1 - ours["cpu_seconds"] / theirs["cpu_seconds"],
        "times": theirs["cpu_seconds"] / ours["cpu_seconds"],
        "baseline_peak_mb": theirs["peak_mb"],
        "btcore_peak_mb": ours["peak_mb"],
    }


def answer(result: Result) -> Result:
    """How much of a candle's time computes the two means, and how much is called and made for it."""
    pieces = {row["piece"]: row for row in result["pieces"]}
    whole = sum(row["us_per_candle"] for row in result["bottlenecks"])
    means = pieces["rolling mean"]["per_candle"] * pieces["rolling mean: the kernel over 100 rows"]["us"]
    found = {"us_per_candle": whole, "kernel_us": means, "kernel_share": means / whole}
    if "totals" in result:
        window = next(row for row in result["memory"] if row["what"] == "one window and its means")
        found |= {"calls_per_candle": result["totals"][0]["calls_per_candle"], "window_blocks": window["blocks"]}
    return found


def parts(quick: bool, folder: Path, pictures: Path | None) -> dict[str, Callable[[], Result]]:
    sizes = QUICK if quick else SIZES
    largest = list(sizes)[-1]

    def part(name: str) -> Callable[[], Result]:
        flame = pictures / "baseline-flame.svg" if pictures is not None and name == largest else None
        return lambda: sized(*sizes[name], folder / name, flame)

    found = {name: part(name) for name in sizes}
    found["profile"] = lambda: profile(QUICKLY_PROFILED if quick else PROFILED, folder / "profile")
    found["pieces"] = lambda: pieces(folder / "pieces")
    return found


def run(quick: bool, only: list[str], out: Path | None) -> Result:
    result: Result = {}
    if only and out is not None and out.exists():
        result = json.loads(out.read_text())
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
    result |= {"made": machine.facts(*PACKAGES), "quick": quick, "strategy": STRATEGY}
    with tempfile.TemporaryDirectory() as folder:
        for name, measure in parts(quick, Path(folder), None if out is None else out.parent).items():
            if not only or name in only:
                print(f"{name} ...", flush=True)
                result = merged(result, measure())
    if "runs" in result:
        result["headline"] = headline(result)
    if "pieces" in result:
        result["answer"] = answer(result)
    if out is not None:
        out.write_text(json.dumps(result, indent=1) + "\n")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, under a minute")
    parser.add_argument("--only", nargs="+", default=[], choices=[*SIZES, "profile", "pieces"], metavar="PART")
    parser.add_argument("--out", type=Path, help="result file; the flame graph lies beside it")
    options = parser.parse_args()
    result = run(options.quick, options.only, options.out)
    for row in result.get("runs", []):
        print(
            f"{row['engine']:9} {row['candles']:>10,} candles {row['seconds']:>10.3f} s {row['us_per_candle']:>8.3f} us"
        )
    for row in result.get("agreement", []):
        print(
            f"{row['candles']:,} candles: {row['equal']:,} of {row['trades']:,} trades equal, {row['differing']} differ"
        )
    if any(row["differing"] for row in result.get("agreement", [])):
        raise SystemExit("the trades differ: one of the two is wrong")


if __name__ == "__main__":
    main()
