"""How far the rolling deviations of btcore and other libraries lie from the exact ones on series that are hard.

    python -m bench.accuracy --out bench/results/accuracy.json

Prices near a million that move by ticks of 1e-5: as they are, with flat stretches, and after a spike has left the
window. The exact value of each window comes from two passes in extended precision, so this needs a machine whose
``np.longdouble`` is longer than float64 (x86-64 on Linux).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench import machine
from bench.libraries import Prices, available

LENGTH, WINDOW, FLAT, PART = 100_000, 100, 250, 10_000
PACKAGES = ("btcore", "numpy", "pandas", "polars", "Bottleneck", "numbagg", "TA-Lib", "screamer")
POPULATION = {"talib"}  # divides by n instead of n - 1

Series = dict[str, np.ndarray]


def hard_series() -> Series:
    """Clean, flat for 250 candles in every 1,000, and with a spike of a thousand times the price in every 5,000."""
    steps = np.random.default_rng(1).integers(-30, 31, size=LENGTH)
    clean = 1e6 + steps.cumsum() * 1e-5
    flat, spiked = clean.copy(), clean.copy()
    for start in range(500, LENGTH, 1000):
        flat[start : start + FLAT] = flat[start]
    spiked[2500::5000] *= 1e3
    return {"clean": clean, "flat stretches": flat, "spikes": spiked}


def exact_deviations(x: np.ndarray, ddof: int) -> np.ndarray:
    """The deviation of each full window, in extended precision; NaN before."""
    out = np.full(len(x), np.nan, dtype=np.longdouble)
    for start in range(WINDOW - 1, len(x), PART):
        stop = min(start + PART, len(x))
        windows = np.lib.stride_tricks.sliding_window_view(x[start - WINDOW + 1 : stop], WINDOW).astype(np.longdouble)
        apart = windows - windows.mean(axis=1, keepdims=True)
        out[start:stop] = np.sqrt((apart * apart).sum(axis=1) / (WINDOW - ddof))
    return out


def constant_windows(x: np.ndarray) -> np.ndarray:
    """Where all values of a full window are equal."""
    still = np.zeros(len(x), dtype=bool)
    windows = np.lib.stride_tricks.sliding_window_view(x, WINDOW)
    still[WINDOW - 1 :] = windows.max(axis=1) == windows.min(axis=1)
    return still


def after_spikes(x: np.ndarray) -> np.ndarray:
    """Full windows that hold no spike."""
    far = np.abs(x) > 1e8
    return np.convolve(far, np.ones(WINDOW), mode="full")[: len(x)] == 0


def row(name: str, deviation: Callable[[np.ndarray], np.ndarray], series: Series) -> dict[str, Any]:
    """Largest relative errors by series, and what becomes of windows that are constant."""
    found: dict[str, Any] = {"library": name}
    for kind, x in series.items():
        values, exact = deviation(x), exact_deviations(x, int(name not in POPULATION))
        counted = after_spikes(x) & (exact > 0)
        error = np.abs(values[counted] - exact[counted]) / exact[counted]
        found[kind] = float(np.nanmax(error)) if not np.isnan(error).all() else None
        found[f"{kind}: NaN"] = float(np.isnan(error).mean())
    still = constant_windows(series["flat stretches"])
    values = deviation(series["flat stretches"])[still]
    found["constant windows exactly 0"] = float((values == 0.0).mean())
    return found


def shown(figure: float | None, share: float) -> str:
    """An error, and the share of windows that had no value at all."""
    text = "-" if figure is None else f"{figure:.1e}"
    return text if share == 0 else f"{text}, NaN in {share:.0%}"


def lines(rows: list[dict[str, Any]]) -> list[str]:
    """The table in Markdown."""
    kinds = list(hard_series())
    out = [f"| library | {' | '.join(kinds)} | constant windows exactly 0 |", f"|---{'|---' * (len(kinds) + 1)}|"]
    for found in rows:
        cells = [shown(found[kind], found[f"{kind}: NaN"]) for kind in kinds]
        out.append(f"| {found['library']} | {' | '.join(cells)} | {found['constant windows exactly 0']:.0%} |")
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="small file to commit")
    options = parser.parse_args()
    series, rows = hard_series(), []
    for name, library in available().items():

        def deviation(x: np.ndarray, library: Any = library) -> np.ndarray:
            own = library.series(x)
            return np.asarray(library.calls["rolling_std"](Prices(own, own, own, own), WINDOW), dtype=np.float64)

        rows.append(row(name, deviation, series))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps({"machine": machine.facts(*PACKAGES), "rows": rows}, indent=1) + "\n")
    print("\n".join(lines(rows)))


if __name__ == "__main__":
    main()
