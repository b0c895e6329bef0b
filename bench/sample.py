"""Some of a thousand simulations, each against a run of its own and against the slow engine of the tests.

    python -m bench.sample [--candles 6922364] [--count 10] --out bench/results/sample.json

The batch runs on two workers without keeping trades. Statistics of the run alone have to be the same numbers, and every
field of every trade those of the slow engine, which takes about 10 microseconds a candle. Ends with an error where one
is not.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path
from typing import Any

import btcore as bt
from bench import machine
from bench.batches import cross, pairs

ROOT = Path(__file__).parents[1]


def same(one: Any, other: Any) -> bool:
    """Equal numbers; two that are no numbers are equal."""
    return bool(one == other or (one != one and other != other))


def checked(simulation: Any, candles: bt.Candles) -> dict[str, Any]:
    """One simulation of the batch against the two; AssertionError says what differs."""
    sys.path.insert(0, str(ROOT / "tests"))
    from reference.engine import simulate as slow_engine

    strategy = cross(**simulation.parameters)
    alone, slow = bt.simulate(strategy, candles), slow_engine(strategy, candles)
    for name, value in simulation.result.stats.items():
        assert same(value, alone.stats[name]), (simulation, name, value, alone.stats[name])
    trades = alone.trades.to_numpy()
    assert len(trades) == len(slow.trades), (simulation, len(trades), len(slow.trades))
    for name in trades.dtype.names:
        for k, value in enumerate(trades[name].tolist()):
            assert same(value, slow.trades[k][name]), (simulation, k, name, value, slow.trades[k][name])
    return {**simulation.parameters, "trades": len(trades), "net": alone.stats["net"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candles", type=int, default=6_922_364)
    parser.add_argument("--simulations", type=int, default=1_000)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    candles = bt.synthetic_candles(options.candles, seed=0)
    batch = bt.sweep(cross, candles, pairs(options.simulations), executor="processes", workers=2, progress=False)
    rows = []
    for simulation in random.Random(0).sample(batch.simulations, options.count):
        rows.append(checked(simulation, candles))
        print(f"{rows[-1]}: the same alone and on the slow engine", flush=True)
    if options.out:
        found = {"machine": machine.facts("btcore", "numpy"), "candles": options.candles, "rows": rows}
        options.out.write_text(json.dumps({**found, "simulations": options.simulations}, indent=1) + "\n")


if __name__ == "__main__":
    main()
