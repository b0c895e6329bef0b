"""The compiled engine against its plain twin, bit for bit, on random cases.

    python -m properties.differential --cases 1000000 --seed 0 --processes 2        (from the folder tests/)

Every field of every trade, every rejection, the touches and the equity must be equal; a NaN equals a NaN. The first
difference is printed with everything needed to run that case alone, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import sys
import time
from typing import Any

import numpy as np
from reference.engine import simulate as twin
from reference.statistics import statistics

import btcore as bt
from btcore.metrics import summary
from btcore.plan import Conditions, Plan
from properties.generator import Case, Group, random_group

CASES_PER_GROUP = 500
# One group in 20 has few series, of thousands of candles, over many zones and blocks.
LONG_CASES, LONG_EVERY = 5, 20
SHIFTED = ("signal_index", "entry_index", "exit_index")
# Gathered in one pass here and in two there, so equal to this bound: relative above 1, else absolute. Everything else
# is equal to the bit.
BOUNDED = {"sharpe": 1e-12, "sortino": 1e-12}


def run_compiled(group: Group) -> list[tuple[np.ndarray, dict[str, int], dict[str, Any]]]:
    """All cases of a group in one call: trades, rejections, totals of each."""
    plan = Plan(group.candles)
    count = len(group.candles)
    drivers = []
    for case in group.cases:
        trader = case.trader(group, 0, count)
        arguments = case.settings(group, 0, count)
        drivers.append(plan.add(trader, Conditions(start=case.start, end=case.end, **arguments)))
    plan.run()
    return [(driver.trades(), driver.rejected(), driver.totals()) for driver in drivers]


def differences(group: Group, case: Case, compiled: tuple[np.ndarray, dict[str, int], dict[str, Any]]) -> list[str]:
    """What is not equal between the compiled outcome of a case and the twin's."""
    rows, rejected, totals = compiled
    candles = group.candles[case.start : case.end]
    arguments = case.settings(group, case.start, case.end)
    slow = twin(case.trader(group, case.start, case.end), candles, first=case.start, **arguments)
    found = [f"rejected: {rejected} and {slow.rejected}"] if rejected != slow.rejected else []
    if (totals["limit_fills"], totals["exact_touches"]) != (slow.limit_fills, slow.exact_touches):
        found.append(
            f"touches: {totals['limit_fills'], totals['exact_touches']} and {slow.limit_fills, slow.exact_touches}"
        )
    if len(rows) != len(slow.trades):
        return [*found, f"{len(rows)} trades and {len(slow.trades)}"]
    for k, trade in enumerate(slow.trades):
        for name, value in trade.items():
            ours = rows[name][k].item() - (case.start if name in SHIFTED else 0)
            if not same(ours, value):
                found.append(f"trade {k}, {name}: {ours!r} and {value!r}")
    return found + statistic_differences(case, candles, slow, totals)


def statistic_differences(case: Case, candles: bt.Candles, slow: Any, totals: dict[str, Any]) -> list[str]:
    ours = summary(totals, len(candles))
    theirs = statistics(slow, candles, case.arguments["cash"], 0, len(candles))
    found = [f"statistics: {sorted(ours)} and {sorted(theirs)}"] if sorted(ours) != sorted(theirs) else []
    for name in ours.keys() & theirs.keys():
        bound = BOUNDED.get(name, 0.0)
        if not (same(ours[name], theirs[name]) or math.isclose(ours[name], theirs[name], rel_tol=bound, abs_tol=bound)):
            found.append(f"statistics, {name}: {ours[name]!r} and {theirs[name]!r}")
    return found


def same(a: Any, b: Any) -> bool:
    """Equal, or both NaN."""
    return bool(a == b) or (a != a and b != b)


def group_of(seed: int) -> Group:
    """The group of a seed: many short series, or a few long ones."""
    if seed % LONG_EVERY == LONG_EVERY - 1:
        return random_group(seed, LONG_CASES, (500, 6000), 10)
    return random_group(seed, CASES_PER_GROUP)


def groups_for(cases: int) -> int:
    """How many groups hold at least so many cases."""
    return math.ceil(cases * LONG_EVERY / (CASES_PER_GROUP * (LONG_EVERY - 1) + LONG_CASES))


def check_group(seed: int) -> tuple[int, int, list[str]]:
    """(cases, trades, report of the first case that differs) of the group of one seed."""
    group = group_of(seed)
    trades = 0
    for number, (case, compiled) in enumerate(zip(group.cases, run_compiled(group), strict=True)):
        trades += len(compiled[0])
        found = differences(group, case, compiled)
        if found:
            return number, trades, [describe(seed, number, group, case), *found]
    return len(group.cases), trades, []


def finer_rows(finer: bt.Candles | None) -> str:
    if finer is None:
        return ""
    columns = (finer.timestamp.tolist(), finer.open, finer.high, finer.low, finer.close)
    return "".join(f"\n  finer {row!r}" for row in zip(*columns, strict=True))


def describe(seed: int, number: int, group: Group, case: Case) -> str:
    candles = group.candles[case.start : case.end]
    arguments = case.settings(group, case.start, case.end)
    rows = "\n".join(
        f"  {i:2d} {o!r} {h!r} {lo!r} {c!r}"
        for i, (o, h, lo, c) in enumerate(zip(candles.open, candles.high, candles.low, candles.close, strict=True))
    )
    return (
        f"seed {seed}, case {number}: {candles!r}, spread {candles.spread!r}\n{rows}\n"
        f"  {case.trader(group, case.start, case.end)!r}\n  {arguments!r}{finer_rows(arguments['rules'].magnify)}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0, help="seed of the first group")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    begun = time.perf_counter()
    seeds = range(options.seed, options.seed + groups_for(options.cases))
    cases = trades = 0
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        for checked, made, report in pool.imap_unordered(check_group, seeds):
            cases, trades = cases + checked, trades + made
            if report:
                print("\n".join(report))
                return 1
    print(f"{cases:,} cases, {trades:,} trades, no difference; seeds {seeds[0]} to {seeds[-1]}, ", end="")
    print(f"{time.perf_counter() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
