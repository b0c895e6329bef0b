"""Deliberate mistakes in the compiled fill rules, one at a time: each must be caught by a test.

    python tools/mutations.py [--only N ...] [--table FILE]

Every mistake is made in a copy of the source tree, the modules that it changes are compiled there, and the golden
cases, the cases of the second reading and a few thousand random cases are run until one fails. The exit code is 1 if a
mistake goes unnoticed. `--table` writes what was found as Markdown. Needs an environment in which the tests run; takes about half a minute per mistake.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
CORE = "btcore/_core"
LONGEST = 120.0  # seconds that a check may take
CHECKS = (
    ("golden cases", ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests/golden"]),
    ("second reading", ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests/second_reading"]),
    ("random cases", ["-m", "properties.differential", "--cases", "6000", "--seed", "7"]),
)

# (file, what stands there, what is put in its place, what that means)
MUTATIONS = (
    ("fills.pyx", "elif out.open <= stop_in_force(p):", "elif out.open < stop_in_force(p):", "X1: an open at the stop is not beyond it"),
    ("fills.pyx", "elif out.open >= p.target + account.terms.through:", "elif out.open > p.target + account.terms.through:", "X1: an open at the target is not beyond it"),
    ("fills.pyx", "cdef bint stopped = out.low <= stop_in_force(p)", "cdef bint stopped = out.low < stop_in_force(p)", "X2: a touch of the stop is none"),
    ("fills.pyx", "cdef bint reached = out.high >= p.target", "cdef bint reached = out.high > p.target", "X2: a touch of the target is none"),
    ("fills.pyx", "reason = TIME if t >= p.last else SESSION", "reason = SESSION if t >= p.last else TIME", "X3: the wrong name for a deadline"),
    ("fills.pyx", "elif p.session == 2 * t:", "elif p.session == 2 * t + 1:", "X3: a session end with its candle missing"),
    ("fills.pyx", "elif t < account.end - 1:", "elif t < account.end:", "X8: what is open at the end stays open"),
    ("fills.pyx", "p.trail_best = max(p.trail_best, out.close if p.trail_on_close else high)", "p.trail_best = max(p.trail_best, high)", "X6: a trail on closes follows highs"),
    ("fills.pyx", "p.trail_active = p.trail_active or high >= p.activate", "p.trail_active = p.trail_active or high > p.activate", "X6: activation needs more than a touch"),
    ("fills.pyx", "        if p.late:\n            high = out.close\n", "", "X6: after a limit inside the candle its high counts"),
    ("fills.pyx", "    if high >= p.breakeven:", "    if high > p.breakeven:", "X6: break-even needs more than a touch"),
    ("fills.pyx", "p.worst, p.best = min(p.worst, out.close), max(p.best, out.close)", "p.worst, p.best = min(p.worst, out.low), max(p.best, out.high)", "T3: all of the entry candle counts"),
    ("entries.pyx", "    if leave <= stop_in_force(p):\n        book(account, p, prices, t, leave, spread, SL_AT_ENTRY, False)\n    elif", "    if leave < stop_in_force(p):\n        book(account, p, prices, t, leave, spread, SL_AT_ENTRY, False)\n    elif", "E4: a free ride at the stop"),
    ("entries.pyx", "return bar.high >= entry.price", "return bar.high > entry.price", "E1: a stop entry needs more than a touch"),
    ("entries.pyx", "if bar.low > entry.price - account.terms.through:", "if bar.low >= entry.price - account.terms.through:", "E2: a limit needs more than a touch"),
    ("entries.pyx", "if entry.limit >= entry.price:", "if entry.limit > entry.price:", "E3: a limit at its trigger is not marketable"),
    ("entries.pyx", "if bar.close > entry.price - account.terms.through:", "if bar.close >= entry.price - account.terms.through:", "E3: a close at the limit does not fill"),
    ("entries.pyx", "if ticket.kind != LIMIT and ticket.kind != STOP_LIMIT:", "if ticket.kind != LIMIT:", "S1: stop-limits are slipped"),
    ("entries.pyx", "    set_deadline(account, p, t + 1, entry.ticket.max_bars)\n", "", "D2: max_bars of a close entry counts its own candle"),
    ("entries.pyx", "equity_at(account, prices, t - 1), &size)", "account.totals.equity, &size)", "S4: open positions are no equity"),
    ("booking.pyx", "reason == TP or reason == TP_GAP", "reason == TP", "S1: targets passed at the open are slipped"),
    ("booking.pyx", "trade.mae = to_price(prices, max(p.entry - min(p.worst, out),", "trade.mae = to_price(prices, max(p.entry - p.worst,", "T3: the exit is no excursion"),
    ("decisions.pyx", "    if staying(account) >= account.slots:\n        return IN_POSITION\n", "    if account.held >= account.slots:\n        return IN_POSITION\n", "D4: a position that leaves at the next open still blocks"),
    ("decisions.pyx", "return min(entry.price, entry.limit)", "return entry.price", "D7: the own price of a stop-limit"),
    ("decisions.pyx", "+ 1e-9) * account.terms.lot_step", ") * account.terms.lot_step", "S4: a whole number of lots is floored away"),
    ("decisions.pyx", ">= price[0]:\n            return True", "> price[0]:\n            return True", "D7: a stop at the own price is right"),
    ("decisions.pyx", "if account.waiting + staying(account) > account.slots:", "if account.waiting + staying(account) >= account.slots:", "D6: a new order replaces one where there is room"),
    ("rounding.pxd", "return towards_zero if rest + 1.0 >= HALF else towards_zero - 1", "return towards_zero", "C5: turned prices of shorts are rounded towards zero"),
    ("bits.pxd", "(WORD - 1 - (stop - 1) % WORD)", "(WORD - 1 - stop % WORD)", "D4: signals that are passed over are counted wrongly"),
    ("statistics.pyx", "totals.peak - worst <= totals.drawdown", "totals.peak - best <= totals.drawdown", "T4: closes with a larger fall are passed over"),
    ("statistics.pyx", "    if account.money != NULL:\n        return moving_equity(account, prices, i)\n    equity = paid(account)\n", "    if account.money != NULL:\n        return moving_equity(account, prices, i)\n    equity = account.totals.equity\n", "T4: the commission of an entry is not paid yet"),
    ("events.pyx", "level = min(level, p.trail_best + 1)", "level = min(level, p.trail_best + 2)", "skipping: a trail that one tick moves is passed over"),
    ("events.pyx", "        stop = min(stop, max(t, <Py_ssize_t> p.deadline))", "        stop = min(stop, max(t, <Py_ssize_t> p.deadline + 1))", "skipping: a deadline of one of several is passed over"),
    ("events.pyx", "\n    stop = min(stop, max(t, <Py_ssize_t> p.deadline))", "\n    stop = min(stop, max(t, <Py_ssize_t> p.deadline + 1))", "skipping: a deadline is passed over"),
    ("script.pyx", "        if signal_at(script, slots, EXIT_SHORT, i):\n            leave(account, -1)", "        if signal_at(script, slots, EXIT_SHORT, i):\n            leave(account, 1)", "D10: an exit of shorts closes longs"),
    ("rounding.pxd", "return -nearest(-direction * to_units(prices, price))", "return nearest(direction * to_units(prices, price))", "C5: ties of stops go towards the entry"),
)  # fmt: skip


def copied(folder: Path) -> Path:
    """A copy of the tree with what was built of it, so that only changes are compiled."""
    tree = folder / "tree"
    ignored = shutil.ignore_patterns(".git", ".venv", ".tox", "__pycache__", "*.egg-info", "debug*")
    shutil.copytree(ROOT, tree, ignore=ignored, symlinks=True)
    return tree


def build(tree: Path) -> None:
    subprocess.run([sys.executable, "setup.py", "build_ext", "--inplace"], cwd=tree, check=True, capture_output=True)


def caught_by(tree: Path) -> str | None:
    """The first check that fails; None where all pass."""
    path = os.pathsep.join([str(tree), str(tree / "tests")])
    where = {**os.environ, "PYTHONPATH": path}
    for name, command in CHECKS:
        call = [sys.executable, "-B", *command]
        try:
            done = subprocess.run(call, cwd=tree, env=where, capture_output=True, check=False, timeout=LONGEST)
        except subprocess.TimeoutExpired:
            return f"{name}, which do not end"
        if done.returncode:
            return name
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=int, nargs="+", help="numbers of mistakes, from 0")
    parser.add_argument("--table", type=Path, help="file for the table of docs/testing.md")
    options = parser.parse_args()
    rows = ["| file | mistake | found by |", "|---|---|---|"]
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = copied(Path(folder))
        build(tree)
        if (failed := caught_by(tree)) is not None:
            print(f"the {failed} fail without any mistake")
            return 1
        for number, (file, right, wrong, meaning) in enumerate(MUTATIONS):
            if options.only and number not in options.only:
                continue
            path = tree / CORE / file
            source = path.read_text()
            if source.count(right) != 1:
                print(f"{number:2d} {file}: the line is there {source.count(right)} times: {right!r}")
                missed += 1
                continue
            path.write_text(source.replace(right, wrong))
            build(tree)
            found = caught_by(tree)
            print(f"{number:2d} {meaning}: {'NOT CAUGHT' if found is None else 'caught by the ' + found}", flush=True)
            missed += found is None
            rows.append(f"| `{file}` | {meaning} | {found or 'nothing'} |")
            path.write_text(source)
    if options.table:
        options.table.write_text("\n".join(rows) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
