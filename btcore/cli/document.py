"""A result as one JSON object with stable keys."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from btcore.candles import Candles
from btcore.cli.strategies import Loaded
from btcore.results import Result


def document(loaded: Loaded, candles: Candles, result: Result, settings: dict[str, Any]) -> str:
    """The JSON text. NaN and infinite figures are null; times are ISO 8601 UTC; prices in price units."""
    content = {
        "strategy": {"file": loaded.file, "name": loaded.name, "parameters": dict(loaded.parameters)},
        "candles": _candles(candles),
        "settings": settings,
        "stats": dict(result.stats),
        "rejected": dict(result.rejected),
        "execution_time": result.execution_time,
        "rules_version": result.rules_version,
        "content_hash": result.content_hash,
    }
    return json.dumps(plain(content), indent=2, allow_nan=False)


def _candles(candles: Candles) -> dict[str, Any]:
    spread = candles.spread
    return {
        "symbol": candles.symbol,
        "count": len(candles),
        "first": _iso(candles.timestamp[0]),
        "last": _iso(candles.timestamp[-1]),
        "period_seconds": candles.period / 1e9,
        "quote": candles.quote,
        "tick": candles.tick,
        "tick_inferred": candles.tick_inferred,
        "spread": "per candle" if isinstance(spread, np.ndarray) else spread,
        "ask_candles": candles.ask is not None,
        "repairs": dict(candles.repairs),
    }


def _iso(nanoseconds: Any) -> str:
    return f"{np.datetime64(int(nanoseconds), 'ns').astype('datetime64[s]')}Z"


def plain(value: Any) -> Any:
    """What JSON can hold: NaN and infinite numbers as None, what it does not know as text."""
    if isinstance(value, dict):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, (bool, int, float, str)) else repr(value)
