"""Tables over the benchmarks of one run, and small result files to commit.

    pytest bench --benchmark-only --benchmark-json=run.json
    python -m bench.report run.json --out bench/results/simulate.json
    python -m bench.report bench/results/bookkeeping.json --plan

On a machine that others use, ``--benchmark-timer=time.process_time`` measures seconds of computing instead of those on
the clock (not for benchmarks that start processes).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bench import machine

OURS = "btcore"
PACKAGES = ("btcore", "numpy", "pandas", "polars", "Bottleneck", "numbagg", "TA-Lib", "screamer", "numba")

Row = dict[str, Any]
Groups = dict[str, dict[str, Row]]


def row_of(name: str, group: str | None, extra: dict[str, Any], stats: dict[str, Any]) -> Row:
    """What is kept of one benchmark; `values`: how many values a call computes, `contender`: whose code it is."""
    figures = {key: stats[key] for key in ("median", "min", "rounds")}
    return {"name": name, "group": group, **{k: extra.get(k) for k in ("contender", "values")}, **figures}


def live_rows(benchmarks: Iterable[Any]) -> list[Row]:
    """Rows of the benchmarks of the running session."""
    return [
        row_of(b.name, b.group, b.extra_info, {key: getattr(b.stats, key) for key in ("median", "min", "rounds")})
        for b in benchmarks
        if not b.has_error
    ]


def tables(rows: Iterable[Row]) -> Iterator[tuple[str, list[str]]]:
    """(title, lines) of each table that these rows fill."""
    groups: Groups = {}
    single: list[Row] = []
    for row in rows:
        if row["contender"] is None:
            single.append(row)
        else:
            groups.setdefault(row["group"], {})[row["contender"]] = row
    per_value = {name: found for name, found in groups.items() if all(row["values"] for row in found.values())}
    totals = {name: found for name, found in groups.items() if name not in per_value}
    if per_value:
        yield "nanoseconds per value, medians; ratio: btcore to the best other", list(_grid(per_value))
    if totals:
        yield "medians within one run; ratio: to btcore", list(_ratios(totals))
    if single:
        yield "medians", list(_singles(single))


def _grid(groups: Groups) -> Iterator[str]:
    names = list(dict.fromkeys(name for found in groups.values() for name in found))
    yield f"| operator | {' | '.join(names)} | ratio |"
    yield f"|---{'|---' * len(names)}|---|"
    for group, found in groups.items():
        figures = {name: row["median"] / row["values"] * 1e9 for name, row in found.items()}
        others = [figure for name, figure in figures.items() if name != OURS]
        ratio = f"{figures[OURS] / min(others):.2f}" if others and OURS in figures else "-"
        cells = [f"{figures[name]:.2f}" if name in figures else "-" for name in names]
        yield f"| {group} | {' | '.join(cells)} | {ratio} |"


def _ratios(groups: Groups) -> Iterator[str]:
    yield "| work | engine | seconds | ratio |"
    yield "|---|---|---|---|"
    for group, found in groups.items():
        for name, row in found.items():
            ratio = f"{row['median'] / found[OURS]['median']:.2f}" if OURS in found else "-"
            yield f"| {group} | {name} | {row['median']:.4f} | {ratio} |"


def _singles(rows: list[Row]) -> Iterator[str]:
    yield "| work | seconds |"
    yield "|---|---|"
    for row in rows:
        yield f"| {row['name'].removeprefix('bench_').replace('_', ' ')} | {row['median']:.6f} |"


FIGURES = {
    "ms_per_simulation": (
        "a simulation in a chunk of 200 on {candles:,} candles, {trades_per_simulation:,} trades",
        "ms",
    ),
    "ns_per_trade": ("of it each trade", "ns"),
    "us_per_simulation": ("a simulation in a batch whatever its candles (100 candles)", "us"),
    "us_store": ("what a store adds to it in the calling process: its key and the ledger", "us"),
    "us_known": ("one that the ledger knows", "us"),
    "bytes_held": ("a simulation in memory, before it is run", "bytes"),
    "bytes_done": ("the same with its statistics", "bytes"),
    "bytes_ledger": ("a simulation in the ledger", "bytes"),
    "bytes_candle": ("a candle on disk, with its ticks", "bytes"),
    "start_serial": ("a batch of one small simulation, `serial`", "s"),
    "start_threads": ("the same, `threads`", "s"),
    "start_processes": ("the same, `processes`", "s"),
    "bars_percent": ("bars on a terminal, of what 2 workers compute meanwhile (200 simulations)", "%"),
    "speedup": ("200 simulations on 2 worker processes, against one thread", "times"),
}
INSTRUMENTS, SETS, CORES, DAY = 10_000, 100_000, 1_000, 86_400


def of_workers(rows: list[dict[str, Any]]) -> dict[str, float]:
    """How much faster 2 workers are, from the rows of ``bench.batch``."""
    taken = {row["executor"]: row["seconds"] for row in rows if row["what"] == "pairs" and row["simulations"] == 200}
    return {"speedup": taken["serial"] / taken["processes"]} if {"serial", "processes"} <= taken.keys() else {}


def plan(figures: dict[str, float]) -> Iterator[str]:
    """What was measured of batches, and what follows for very many simulations."""
    yield "| measured | |"
    yield "|---|---|"
    for name, (text, unit) in FIGURES.items():
        if name in figures:
            yield f"| {text.format(**figures)} | {figures[name]:,.4g} {unit} |"
    simulations = INSTRUMENTS * SETS
    work = figures["ms_per_simulation"] / 1e3 * simulations
    caller = figures["us_store"] / 1e6 * SETS
    single = figures["ms_per_simulation"] / 1e3 * SETS
    rows = {
        f"simulations: {INSTRUMENTS:,} instruments x {SETS:,} sets": f"{simulations:,}",
        "of computing: simulations x ms": f"{work / DAY:,.0f} core days",
        f"on {CORES:,} cores": f"{work / DAY / CORES:,.1f} days",
        "one instrument: its sets x ms": f"{single:,.0f} core seconds",
        "the calling process meanwhile: its sets x store": f"{caller:,.0f} s",
        "so the workers that one calling process keeps busy": f"{single / caller:,.0f}",
        "memory of one sweep: its sets x bytes with statistics": f"{SETS * figures['bytes_done'] / 1e6:,.0f} MB",
        "ledger of one sweep: its sets x bytes": f"{SETS * figures['bytes_ledger'] / 1e6:,.0f} MB",
        "all ledgers": f"{simulations * figures['bytes_ledger'] / 1e12:,.2f} TB",
        "candles of all instruments": f"{INSTRUMENTS * figures['candles'] * figures['bytes_candle'] / 1e12:,.1f} TB",
    }
    yield ""
    yield "| plan | |"
    yield "|---|---|"
    for text, figure in rows.items():
        yield f"| {text} | {figure} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plan", action="store_true", help="the file is what bench.bookkeeping wrote")
    parser.add_argument("--batch", type=Path, help="what bench.batch wrote, for times with workers in the plan")
    parser.add_argument("file", type=Path, help="what --benchmark-json wrote, on this machine and with these packages")
    parser.add_argument("--out", type=Path, help="small file to commit")
    options = parser.parse_args()
    run = json.loads(options.file.read_text())
    if options.plan:
        measured = json.loads(options.batch.read_text())["rows"] if options.batch else []
        print("\n".join(plan(run["figures"] | of_workers(measured))))
        return
    rows = [row_of(b["name"], b["group"], b["extra_info"], b["stats"]) for b in run["benchmarks"]]
    timers = sorted({b["options"]["timer"] for b in run["benchmarks"]})
    facts = {**machine.facts(*PACKAGES), "date": run["datetime"][:16], "load": run["machine_info"]["load"]}
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps({"machine": facts, "timers": timers, "rows": rows}, indent=1) + "\n")
    for title, lines in tables(rows):
        print(f"\n{title}\n\n" + "\n".join(lines))


if __name__ == "__main__":
    main()
