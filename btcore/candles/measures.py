"""What is found from candles when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from btcore._core import checks
from btcore.candles.problems import FIELDS, time_text

if TYPE_CHECKING:
    from btcore.candles.container import Candles

HASH_VERSION = 1


def period(candles: Candles) -> int:
    """The most common step in ns, the smallest of equally common ones; 0 under two candles."""
    step = int(checks.majority_step(candles.timestamp))
    if step == 0 and len(candles) > 1:
        steps, counts = np.unique(np.diff(candles.timestamp), return_counts=True)
        step = int(steps[counts.argmax()])
    return step


def duration(candles: Candles) -> int:
    """The shortest step in ns; 0 under two candles."""
    return int(checks.shortest_step(candles.timestamp))


def day_ends(candles: Candles) -> np.ndarray:
    """int64 [days]: index of the last candle of each UTC day."""
    ends = np.empty(len(candles), np.int64)
    ends = ends[: checks.day_ends(candles.timestamp, ends)].copy()
    ends.setflags(write=False)
    return ends


def tick_reason(candles: Candles) -> str:
    """Why the tick is what it is: which candles a tick ten times as large would not hold."""
    if not candles.tick_inferred:
        return f"tick {candles.tick!r} was declared"
    off = np.zeros(len(candles), bool)
    for ticks in candles.ticks:
        off |= ticks % 10 != 0
    if not off.any():
        return f"tick {candles.tick!r} was inferred from more candles, or from their ask; these hold a larger one"
    row = int(off.argmax())
    field, price = next(
        (field, getattr(candles, field)[row])
        for field, ticks in zip(FIELDS, candles.ticks, strict=True)
        if ticks[row] % 10
    )
    return (
        f"tick {candles.tick!r} was inferred: {int(off.sum())} of {len(candles)} candles have prices between ticks of "
        f"{float(f'{candles.tick * 10:.12g}')!r}, the first is candle {row} ({time_text(candles.timestamp[row])}): "
        f"{field} is {price!s}; declare tick= if these are faults of the source"
    )


def content_hash(candles: Candles) -> str:
    """32 hex digits over the columns, symbol, tick, quote, spread and ask."""
    import hashlib
    import json

    facts = {
        "version": HASH_VERSION,
        "rows": len(candles),
        "symbol": candles.symbol,
        "tick": repr(candles.tick),
        "quote": candles.quote,
        "spread": "column" if isinstance(candles.spread, np.ndarray) else repr(candles.spread),
        "ask": None if candles.ask is None else candles.ask.content_hash,
    }
    digest = hashlib.blake2b(json.dumps(facts, sort_keys=True).encode(), digest_size=16)
    columns = [candles.timestamp, candles.open, candles.high, candles.low, candles.close, candles.volume]
    if isinstance(candles.spread, np.ndarray):
        columns.append(candles.spread)
    for column in columns:
        digest.update(column.data)
    return digest.hexdigest()
