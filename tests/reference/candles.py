"""Rules C2 and C5 and resampling in plain Python, row by row: the twin of btcore._core.checks and btcore.candles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

DAY_NS = 86_400 * 10**9
WIDEST = 2**60
Row = tuple[float, float, float, float]


def invalid_rows(timestamp: Sequence[int], rows: Sequence[Row]) -> list[int]:
    """C2: indices of rows that are not valid candles, or that do not come after the row before."""
    bad = []
    for i, (open_, high, low, close) in enumerate(rows):
        valid = all(math.isfinite(price) and price > 0 for price in (open_, high, low, close))
        valid = valid and low <= min(open_, close) and max(open_, close) <= high
        if not valid or (i > 0 and timestamp[i] <= timestamp[i - 1]):
            bad.append(i)
    return bad


def in_ticks(price: float, exponent: int) -> float:
    """A price on the grid of ``10 ** exponent``, not yet whole."""
    return price * float(10**-exponent) if exponent <= 0 else price / float(10**exponent)


def is_on_grid(price: float, exponent: int, near: float, keep: float) -> bool:
    """C5: the nearest whole tick is at most `near` ticks away, and less than the share `keep` of the price."""
    exact = in_ticks(price, exponent)
    distance = abs(exact - round(exact))
    return exact <= WIDEST and distance <= near and distance < keep * exact


def inferred_exponent(prices: Sequence[float]) -> int | None:
    """C5: the coarsest power of ten that holds every price; without one the finest that keeps each to 1e-12."""
    for exponent in range(308, -13, -1):
        if all(is_on_grid(price, exponent, 1e-3, 1e-7) for price in prices):
            return exponent
    widest = [exponent for exponent in range(-18, 309) if in_ticks(max(prices), exponent) <= WIDEST]
    # From 1e-12, or the next coarser one that 60 bits hold, to finer ones.
    for exponent in range(max(-12, widest[0]), widest[0] - 1, -1):
        if all(is_on_grid(price, exponent, 0.5, 1e-12) for price in prices):
            return exponent
    return None


def day_ends(timestamp: Sequence[int]) -> list[int]:
    """Index of the last candle of each UTC day."""
    last = len(timestamp) - 1
    return [i for i in range(len(timestamp)) if i == last or timestamp[i] // DAY_NS != timestamp[i + 1] // DAY_NS]


def most_common_step(timestamp: Sequence[int]) -> int:
    """The most common difference, the smallest of equally common ones; 0 under two candles."""
    counts: dict[int, int] = {}
    for before, after in pairwise(timestamp):
        counts[after - before] = counts.get(after - before, 0) + 1
    return min(counts, key=lambda step: (-counts[step], step), default=0)


def resampled(
    timestamp: Sequence[int], rows: Sequence[Row], length: int
) -> list[tuple[int, float, float, float, float]]:
    """Buckets of `length` ns from midnight UTC: open time, first open, highest high, lowest low, last close."""
    buckets: dict[int, list[Row]] = {}
    for time, row in zip(timestamp, rows, strict=True):
        buckets.setdefault(time // length * length, []).append(row)
    return [
        (start, inside[0][0], max(row[1] for row in inside), min(row[2] for row in inside), inside[-1][3])
        for start, inside in buckets.items()
    ]


def splitmix64(x: int) -> int:
    """One output of splitmix64 for the state `x`."""
    mask = 2**64 - 1
    x = (x + 0x9E3779B97F4A7C15) & mask
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & mask
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & mask
    return x ^ (x >> 31)


HOURS = (60, 65, 65, 60, 60, 70, 90, 125, 135, 125, 115, 105, 130, 150, 155, 150, 135, 115, 95, 80, 75, 65, 55, 55)
MINUTE_NS = 60 * 10**9


def ln(x: float) -> float:
    """The natural logarithm from +, -, * and / alone, the same on every machine."""
    m, exponent = math.frexp(x)
    if m < 0.7071067811865476:
        m, exponent = 2.0 * m, exponent - 1
    t = (m - 1.0) / (m + 1.0)
    series = 1.0 / 15.0
    for odd in (13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0):
        series = 1.0 / odd + t * t * series
    return 0.6931471805599453 * exponent + 2.0 * t * series


def normals(random: int) -> tuple[float, float]:
    """Two standard normals by the polar method."""
    while True:
        x, y = (((random >> shift) % 2**32 + 0.5) / 2.0**31 - 1.0 for shift in (32, 0))
        square = x * x + y * y
        if square < 1.0:
            factor = math.sqrt(-2.0 * ln(square) / square)
            return x * factor, y * factor
        random = splitmix64(random)


def reach(change: int, variance: float, half: int) -> int:
    """Highest tick of a path from 0 to `change`."""
    return int((change + math.sqrt(change * change - 2.0 * variance * ln((half + 1.0) / 2.0**32))) / 2.0)


def first_weekday(time: int) -> int:
    """`time`, or the Monday after it."""
    while (time // DAY_NS + 3) % 7 >= 5:
        time = (time // DAY_NS + 1) * DAY_NS
    return time


def synthetic(n: int, seed: int, start: int) -> list[tuple[int, int, int, int, int, int]]:
    """Synthetic candles: time, then open, high, low, close in ticks, and volume."""
    mask = 2**64 - 1
    key, now, price, level = splitmix64(seed & mask), first_weekday(start), 110_000, 12.0
    result = []
    for i in range(n):
        normal, extremes, noise = (splitmix64((key + i * 4 + use) & mask) for use in (0, 1, 2))
        deviation = min(level, price / 200.0)
        variance = deviation * deviation + 1.0 / 12.0
        first, second = normals(normal)
        change = round(deviation * first)
        above, below = reach(change, variance, extremes >> 32), reach(-change, variance, extremes % 2**32)
        volume = 1 + above + below + (noise & 31)
        result.append((now, price, price + above, price - below, price + change, volume))
        price += change
        following = first_weekday(now + MINUTE_NS)
        beyond = price - min(max(price, 85_000), 135_000)
        price += int((0.5 if following == now + MINUTE_NS else 30.0) * second - beyond / 131_072.0)
        now = following
        usual = 12.0 * HOURS[now % DAY_NS // (60 * MINUTE_NS)] / 100.0
        level += (abs(change) - 0.8 * level) * (1.0 / 16.0) + (usual - level) * (1.0 / 64.0)
        level = min(max(level, 1.5), 96.0)
    return result
