"""How far the values of a tool lie from the exact ones: on prices as they are, on prices with a large offset, and after
wrong prices that are a million times too high."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.alternatives.common import Values, crosses, exact_entries, exact_values
from bench.baseline.workload import FAST, RANGE, SLOW, Prices

OFFSET = 1e6
SPIKE, EVERY = 1_000_000, 5_000  # how many times the price, in one candle of so many
FAR = 100.0  # medians above which a window holds a spike
QUANTITIES = {"fast": f"mean {FAST}", "slow": f"mean {SLOW}", "range": f"range {RANGE}"}


def moved(prices: Prices) -> Prices:
    """The same candles a million higher, on the same grid: floats have four decimals of a tick left there."""
    ticks = {name: prices.in_ticks(getattr(prices, name)) for name in ("open", "high", "low", "close")}
    per_unit = round(1 / prices.tick)
    return prices._replace(**{name: (ticks[name] + OFFSET * per_unit) / per_unit for name in ticks})


def spiked(prices: Prices) -> Prices:
    """Candles among which one in 5,000 closes a million times too high, on the same grid."""
    ticks = {name: prices.in_ticks(getattr(prices, name)) for name in ("high", "close")}
    ticks["close"][EVERY // 2 :: EVERY] *= SPIKE
    ticks["high"] = np.maximum(ticks["high"], ticks["close"])
    return prices._replace(**{name: values / round(1 / prices.tick) for name, values in ticks.items()})


def series(prices: Prices) -> dict[str, tuple[Prices, Values, np.ndarray]]:
    """Candles, exact values and exact entries of each series."""
    all_of_them = {"prices": prices, "offset": moved(prices), "spikes": spiked(prices)}
    return {name: (own, exact_values(own), exact_entries(own)) for name, own in all_of_them.items()}


def rows(tool: str, module: Any, known: dict[str, tuple[Prices, Values, np.ndarray]]) -> list[dict[str, Any]]:
    out = []
    for name, (prices, exact, entries) in known.items():
        values = Values(*(np.asarray(column, dtype=np.float64) for column in module.values(prices)))
        wrong = int(np.count_nonzero(crosses(values.fast - values.slow, prices.tie) != entries))
        for field, quantity in QUANTITIES.items():
            figures = error(getattr(values, field), getattr(exact, field))
            out.append({"name": tool, "series": name, "quantity": quantity, **figures, "wrong_signals": wrong})
    return out


def error(values: np.ndarray, exact: np.ndarray) -> dict[str, float | None]:
    """The largest relative error, and the share of values that are missing, from a full window of ranges on.

    A tool may leave out the range of the first candle, which has no candle before it: that value is not counted.
    Neither are windows that hold a spike.
    """
    counted = exact <= FAR * np.nanmedian(exact)
    counted[:RANGE] = False
    missing = np.isnan(values[counted])
    apart = np.abs(values[counted] - exact[counted]) / np.abs(exact[counted])
    worst = None if missing.all() else float(np.nanmax(apart))
    return {"error": worst, "nan": float(missing.mean())}
