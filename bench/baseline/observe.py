"""cProfile and tracemalloc over the baseline, in this process."""

from __future__ import annotations

import cProfile
import gc
import pstats
import time
import tracemalloc
from pathlib import Path
from typing import Any

from bench.baseline import engine
from bench.baseline.workload import Prices

SHOWN = 15  # functions, and lines that hold memory
KEPT = 200  # windows that are kept to see what one holds
MEGABYTE = 2**20


def profiled(prices: Prices) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The functions that take the most time of their own, and how much is called for a candle."""
    frame, candles = engine.frame_of(prices), len(prices.close)
    begun = time.process_time()
    engine.signals(frame, prices.tie)
    plain = time.process_time() - begun
    profile = cProfile.Profile(time.process_time)
    profile.runcall(engine.signals, frame, prices.tie)
    found: dict[Any, Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    whole = sum(own for _, _, own, _, _ in found.values())
    calls = sum(count for _, count, _, _, _ in found.values())
    totals = {"candles": candles, "calls_per_candle": calls / candles, "seconds": whole, "plain_seconds": plain}
    costliest = sorted(found.items(), key=lambda item: -item[1][2])[:SHOWN]
    return [_function(candles, whole, *item) for item in costliest], totals


def _function(candles: int, whole: float, key: tuple[str, int, str], figures: Any) -> dict[str, Any]:
    file, _, name = key
    _, calls, own, total, _ = figures
    return {
        "candles": candles,
        "function": name,
        "file": "built in" if file == "~" else package_path(file),
        "calls": calls,
        "calls_per_candle": calls / candles,
        "own_seconds": own,
        "total_seconds": total,
        "own_share": own / whole,
    }


def package_path(file: str) -> str:
    """A path from its package on, so that it is the same on every machine."""
    parts = Path(file).parts
    for folder in ("site-packages", "bench"):
        if folder in parts:
            return "/".join(parts[parts.index(folder) + (folder == "site-packages") :])
    return "/".join(parts[-2:])


def traced(prices: Prices) -> list[dict[str, Any]]:
    """What the signals of all candles hold, at most and at the end, and what one window holds."""
    frame, candles = engine.frame_of(prices), len(prices.close)
    engine.signals(frame.head(200), prices.tie)
    gc.collect()
    tracemalloc.start()
    found = engine.signals(frame, prices.tie)
    left, peak = tracemalloc.get_traced_memory()
    lines = tracemalloc.take_snapshot().statistics("lineno")[:3]
    rows = [
        _memory(candles, "the most at once", peak),
        _memory(candles, f"the {len(found):,} signals at the end", left),
    ]
    rows += [_memory(candles, _line(line), line.size, line.count) for line in lines]
    tracemalloc.stop()
    return rows + _windows(frame, candles)


def _windows(frame: Any, candles: int) -> list[dict[str, Any]]:
    """What a window holds beyond the numbers, which it shares: bytes, blocks of memory, and objects."""
    last = min(KEPT + engine.WINDOW, candles)
    rows = []
    makers = {"one window": engine.window_of, "one window and its means": _with_means}
    for what, make in makers.items():
        gc.collect()
        tracemalloc.start()
        kept = [make(frame, t) for t in range(last - min(KEPT, last - 1), last)]
        snapshot = tracemalloc.take_snapshot()
        tracemalloc.stop()
        size, count = (sum(getattr(s, name) for s in snapshot.statistics("filename")) for name in ("size", "count"))
        rows.append(_memory(candles, what, size / len(kept), count / len(kept)))
    return rows


def _with_means(frame: Any, t: int) -> Any:
    window = engine.window_of(frame, t)
    return window, engine.means(window)


def _line(line: tracemalloc.Statistic) -> str:
    place = line.traceback[0]
    return f"{package_path(place.filename)}, line {place.lineno}"


def _memory(candles: int, what: str, size: float, blocks: float | None = None) -> dict[str, Any]:
    return {"candles": candles, "what": what, "mb": size / MEGABYTE, "blocks": blocks}
