"""Trades of a peer against those of btcore, one by one, and which rule the differences come from."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from bench.peers.workload import Workload

FIELDS = ("entry_index", "entry_price", "exit_index", "exit_price")
SHOWN = 5

Trades = dict[str, np.ndarray]
Row = tuple[int, ...]


def compare(workload: Workload, ours: Trades, theirs: Trades) -> dict[str, Any]:
    """Counts and the first differences.

    Trades are paired by their entry candle; they match where both candles and both prices, in ticks, are equal.
    """
    mine, other = _rows(workload, ours), _rows(workload, theirs)
    reasons: Counter[str] = Counter()
    first: list[dict[str, Any]] = []
    for entry in sorted(mine.keys() | other.keys()):
        a, b = mine.get(entry), other.get(entry)
        if a == b:
            continue
        reason = _reason(workload, a, b)
        reasons[reason] += 1
        if len(first) < SHOWN:
            first.append({"btcore": a, "peer": b, "reason": reason})
    matched = sum(other.get(entry) == row for entry, row in mine.items())
    return {
        "trades": len(other),
        "matched": matched,
        "differing": sum(reasons.values()),
        "reasons": dict(reasons.most_common()),
        "first": first,
    }


def _rows(workload: Workload, trades: Trades) -> dict[int, Row]:
    columns = [workload.ticks(trades[f]) if f.endswith("price") else trades[f].astype(np.int64) for f in FIELDS]
    rows = [tuple(int(value) for value in row) for row in zip(*columns, strict=True)]
    return {row[0]: row for row in rows}


def _reason(w: Workload, ours: Row | None, theirs: Row | None) -> str:
    """The rule that one difference comes from, as far as its candles show."""
    if ours is not None and ours[2] == len(w) - 1:
        return "still open when the data end: closed at the last close (X8), or not reported by the peer"
    if ours is None:
        return "only the peer enters: btcore still holds a position, or had rejected the order (D4)"
    if theirs is None:
        return "only btcore enters: the peer still holds a position, or passes the signal over (D4)"
    if ours[1] != theirs[1]:
        return "another entry price"
    if ours[2] < theirs[2]:
        if ours[2] == ours[0]:
            return "the peer ignores the candle of the entry (X5)"
        low, high = w.ticks(w.low[ours[2] : ours[2] + 1])[0], w.ticks(w.high[ours[2] : ours[2] + 1])[0]
        return "the peer misses an exact touch (C5)" if ours[3] in (low, high) else "the peer leaves later"
    if ours[2] > theirs[2]:
        return "the peer leaves earlier"
    if theirs[3] < 0:
        return "the peer's exit price is off the grid (C5)"
    at_open, at_target = ours[3] == w.ticks(w.open[ours[2] : ours[2] + 1])[0], ours[1] + int(w.target[ours[0] - 1])
    if at_open and theirs[3] == at_target:
        return "a target passed at the open: the peer fills at the target, not at the open (X1)"
    return "another exit price on the same candle"
