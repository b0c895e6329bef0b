"""Random finer candles that make up given candles exactly, but for some that have none or lack one."""

from __future__ import annotations

import itertools
import random

import numpy as np

import btcore as bt

PARTS = 8  # finer candles that fit into a candle
Row = tuple[int, int, int, int]


def random_finer(rng: random.Random, candles: bt.Candles, spread: float) -> bt.Candles:
    """Finer candles of `candles`; their own `spread` is never used."""
    settings = {"tick": candles.tick, "symbol": candles.symbol}
    counts = [rng.randint(1, 5) for _ in range(len(candles))]
    sides = [[split(rng, row, n) for row, n in zip(ticks_of(side), counts, strict=True)] for side in both(candles)]
    times, kept = [], []
    step = candles.duration // PARTS
    for t, n in enumerate(counts):
        times += [int(candles.timestamp[t]) + step * k for k in sorted(rng.sample(range(PARTS), n))]
        missing = rng.choice([0] * 8 + [1, n])
        kept += rng.sample([True] * (n - missing) + [False] * missing, n)
    keep = np.array(kept)
    keep[: counts[0]] = True  # one at least is made up
    columns = [prices([row for parts in side for row in parts], candles)[:, keep] for side in sides]
    stamps = np.array(times, dtype=np.int64)[keep]
    if candles.ask is None:
        return bt.Candles(stamps, *columns[0], quote=candles.quote, spread=spread, **settings)
    ask = bt.Candles(stamps, *columns[1], quote="ask", **settings)
    return bt.Candles(stamps, *columns[0], quote=candles.quote, ask=ask, **settings)


def both(candles: bt.Candles) -> list[bt.Candles]:
    return [candles] if candles.ask is None else [candles, candles.ask]


def ticks_of(candles: bt.Candles) -> list[Row]:
    return list(zip(*(column.tolist() for column in candles.ticks), strict=True))


def split(rng: random.Random, row: Row, count: int) -> list[Row]:
    """`count` candles that make up a candle: a random path through its prices, cut anywhere."""
    opened, high, low, closed = row
    between = [high, low, *(rng.randint(low, high) for _ in range(rng.randint(count, count + 4)))]
    rng.shuffle(between)
    path = [opened, *between, closed]
    cuts = [0, *sorted(rng.sample(range(1, len(path)), count - 1)), len(path)]
    parts = [path[a:b] for a, b in itertools.pairwise(cuts)]
    return [(part[0], max(part), min(part), part[-1]) for part in parts]


def prices(rows: list[Row], candles: bt.Candles) -> np.ndarray:
    """Whole ticks of `candles` as prices."""
    ticks = np.array(rows, dtype=np.float64).T
    return np.ascontiguousarray(ticks / candles.scale if candles.tick_is_ratio else ticks * candles.scale)


def part_of(finer: bt.Candles, candles: bt.Candles) -> bt.Candles | None:
    """The finer candles from the first of `candles` to the end of the last; None where there are none."""
    bounds = candles.timestamp[0], candles.timestamp[-1] + candles.duration
    first, last = np.searchsorted(finer.timestamp, bounds)
    return finer[first:last] if first < last else None
