"""What the engine does for each candle, one operation at a time, beside the least that could be done instead.

Each figure is the least of some repetitions, in microseconds of computing; the loop around it is taken off.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bench.baseline.engine import frame_of
from bench.baseline.workload import FAST, SLOW, WINDOW, Prices

AT = 1_000  # the candle whose window is taken


@dataclass(frozen=True)
class Piece:
    name: str
    code: str
    against: str | None  # the least that could be done
    per_candle: int  # how often the engine does it; 0: it is part of another piece
    cause: str


PIECES = (
    Piece(
        "window",
        "candles.iloc[t - 99 : t + 1]",
        "values[t - 99 : t + 1]",
        1,
        "A slice copies no numbers, but it makes a DataFrame, a block manager, a block and an index, each an object "
        "with its own checks.",
    ),
    Piece(
        "column",
        "window['close']",
        "columns['close']",
        1,
        "A new window has no column yet: the name is looked up in the index of columns, and a Series and another block "
        "manager are made around a view.",
    ),
    Piece(
        "rolling mean",
        "close.rolling(20).mean()",
        "close_values[-20:].sum() / 20",
        2,
        "100 means are computed where one or two are needed, and most of the time is spent before and after them: a "
        "Rolling object, its checks, bounds of 100 windows, a new Series.",
    ),
    Piece(
        "difference",
        "fast - slow",
        "fast_values - slow_values",
        1,
        "The two indexes are compared and the result gets a Series of its own, 100 rows for the two that are read.",
    ),
    Piece(
        "reading a value",
        "distance.iloc[-1]",
        "distance_values[-1]",
        2,
        "An indexer object, a check of the key, a check of the bounds, and only then the value.",
    ),
)
PARTS = (  # what lies within a rolling mean, to see where its time goes
    Piece(
        "rolling mean: the Rolling object", "close.rolling(20)", None, 0,
        "Made anew for each window: its arguments are checked again.",
    ),
    Piece(
        "rolling mean: bounds of 100 windows", "indexer.get_window_bounds(100, 20)", None, 0,
        "Two arrays of 100 starts and ends, which are the same for each candle.",
    ),
    Piece(
        "rolling mean: the kernel over 100 rows", "roll_mean(close_values, starts, ends, 20)",
        "roll_mean(last_20, starts[:1], starts[:1] + 20, 20)", 0,
        "The compiled loop itself: all of it that has to do with the mean.",
    ),
    Piece(
        "rolling mean: a Series for the result", "Series(close_values, index=close.index)", None, 0,
        "A Series of 100 values of which the last two are read.",
    ),
)  # fmt: skip


STEPS = (  # what the engine does for a candle, in order: a piece, and its code on objects that the steps before made
    ("window", "w = candles.iloc[t - 99 : t + 1]"),
    ("column", "c = w['close']"),
    ("rolling mean", "a = c.rolling(20).mean(); b = c.rolling(50).mean()"),
    ("difference", "d = a - b"),
    ("reading a value", "d.iloc[-1]; d.iloc[-2]"),
)


def measured(prices: Prices, seconds: float = 0.05, repetitions: int = 7) -> list[dict[str, Any]]:
    """Rows of all pieces and parts; `seconds` is about how long one repetition takes."""
    names = _names(prices)
    loop = _least(compile("pass", "piece", "exec"), names, seconds, repetitions)
    rows = []
    for piece in (*PIECES, *PARTS):
        us = _least(compile(piece.code, "piece", "exec"), names, seconds, repetitions) - loop
        row = {"piece": piece.name, "code": piece.code, "us": us, "against": piece.against, "against_us": None}
        if piece.against is not None:
            least = _least(compile(piece.against, "piece", "exec"), names, seconds, repetitions) - loop
            row |= {"against_us": least, "times": us / least}
        rows.append({"times": None, **row, "per_candle": piece.per_candle, "cause": piece.cause})
    return rows


def in_order(prices: Prices, seconds: float = 0.05, repetitions: int = 7) -> dict[str, float]:
    """Microseconds of each step on objects that are new, as in the engine: what it adds to the steps before it."""
    names = _names(prices)
    codes = ["pass", *("; ".join(code for _, code in STEPS[: count + 1]) for count in range(len(STEPS)))]
    least = [_least(compile(code, "steps", "exec"), names, seconds, repetitions) for code in codes]
    return {name: least[count + 1] - least[count] for count, (name, _) in enumerate(STEPS)}


def bottlenecks(rows: list[dict[str, Any]], steps: dict[str, float], us_per_candle: float) -> list[dict[str, Any]]:
    """The steps by what they take of a candle, and what they leave unexplained."""
    found = [
        {
            "bottleneck": row["piece"],
            "pieces": [row["piece"]],
            "us_per_candle": steps[row["piece"]],
            "alone_us": row["us"] * row["per_candle"],
            "share": steps[row["piece"]] / us_per_candle,
            "cause": row["cause"],
        }
        for row in rows
        if row["per_candle"]
    ]
    found.sort(key=lambda row: -row["us_per_candle"])
    left = us_per_candle - sum(row["us_per_candle"] for row in found)
    cause = "The loop, the calls of the engine's own functions, and brackets on the candles of a cross."
    rest = {"bottleneck": "the rest", "pieces": [], "us_per_candle": left, "alone_us": None}
    return [*found, {**rest, "share": left / us_per_candle, "cause": cause}]


def _names(prices: Prices) -> dict[str, Any]:
    """What the code of the pieces refers to."""
    from pandas._libs.window.aggregations import roll_mean
    from pandas.core.indexers.objects import FixedWindowIndexer

    candles = frame_of(prices)
    t = min(AT, len(candles) - 1)
    window = candles.iloc[t - WINDOW + 1 : t + 1]
    close = window["close"]
    fast, slow = close.rolling(FAST).mean(), close.rolling(SLOW).mean()
    indexer = FixedWindowIndexer(window_size=FAST)
    starts, ends = indexer.get_window_bounds(WINDOW, FAST, False, "right", None)
    distance = fast - slow
    arrays = {"close_values": close, "fast_values": fast, "slow_values": slow, "distance_values": distance}
    names = {name: series.to_numpy().copy() for name, series in arrays.items()}
    names |= {"candles": candles, "values": prices.close, "columns": {"close": prices.close}, "t": t, "window": window}
    names |= {"close": close, "fast": fast, "slow": slow, "distance": distance, "indexer": indexer, "Series": pd.Series}
    last_20 = close.to_numpy()[-FAST:].copy()
    return {**names, "starts": starts, "ends": ends, "last_20": last_20, "roll_mean": roll_mean}


def _least(code: Any, names: dict[str, Any], seconds: float, repetitions: int) -> float:
    """Microseconds of computing of one execution."""
    run: Callable[[Any, dict[str, Any]], None] = exec
    begun = time.process_time()
    for _ in range(10):
        run(code, names)
    count = max(10, int(seconds / max((time.process_time() - begun) / 10, 1e-7)))
    found = []
    for _ in range(repetitions):
        begun = time.process_time()
        for _ in range(count):
            run(code, names)
        found.append((time.process_time() - begun) / count)
    return min(found) * 1e6
