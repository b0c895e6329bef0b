"""What strategies as functions cost per candle: the call, a view, native aggregates; compiled functions.

    python -m bench.bench_callbacks [--candles 1000000]

Each is the least process time of several runs. "empty loop" is a Python loop over as many calls of an empty method.
"""

from __future__ import annotations

import argparse
import ctypes
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import btcore as bt

RUNS = 5
SOURCE = """
#include <stdint.h>
void nothing(const double *o, const double *h, const double *l, const double *c, const double *v, int64_t window,
             int64_t index, const double *values, const double *position, double *state, double *order) {}
void holding(const double *o, const double *h, const double *l, const double *c, const double *v, int64_t window,
             int64_t index, const double *values, const double *position, double *state, double *order) {
    if (position[0] == 0.0) order[1] = 1.0;
}
"""


class Empty(bt.WindowStrategy):
    def on_candle(self, window: Any) -> None:
        pass


class View(bt.WindowStrategy):
    def on_candle(self, window: Any) -> None:
        _ = window.close


class ZScore(bt.WindowStrategy):
    """Native aggregates and a position now and then."""

    def on_candle(self, window: Any) -> Any:
        spread = window.std("close")
        score = (window.close[-1] - window.mean("close")) / spread if spread > 0.0 else 0.0
        if window.position is None:
            return window.buy(stop=0.0020) if score < -2.5 else None
        return window.exit() if score > 0.0 else None


class Filtered(ZScore):
    when = abs(bt.zscore(bt.close, 100)) > 2.5


def functions(folder: str) -> dict[str, bt.CompiledStrategy]:
    """Compiled strategies, where there is a C compiler."""
    import shutil
    import subprocess

    compiler = shutil.which("cc")
    if compiler is None:
        return {}
    source, library = Path(folder, "decide.c"), Path(folder, "decide.so")
    source.write_text(SOURCE)
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", source, "-o", library], check=True)
    loaded, doubles = ctypes.CDLL(str(library)), ctypes.POINTER(ctypes.c_double)
    made = {}
    for name in ("nothing", "holding"):
        function = getattr(loaded, name)
        function.argtypes, function.restype = [doubles] * 5 + [ctypes.c_int64] * 2 + [doubles] * 4, None
        made[f"compiled, {name}"] = bt.CompiledStrategy(function, 100)
    return made


def best(run: Callable[[], Any]) -> float:
    """Seconds of the fastest run."""
    seconds = []
    for _ in range(RUNS):
        begun = time.process_time()
        run()
        seconds.append(time.process_time() - begun)
    return min(seconds)


def loop(count: int) -> None:
    call, strategy = Empty.on_candle, Empty()
    for _ in range(count):
        call(strategy, None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candles", type=int, default=1_000_000)
    count = parser.parse_args().candles
    candles = bt.synthetic_candles(count)
    bt.simulate([], candles)  # ticks and zones are made
    print(f"{'empty loop':24} {best(lambda: loop(count)) / count * 1e9:8.1f} ns per candle")
    with TemporaryDirectory() as folder:
        strategies: dict[str, Any] = {kind.__name__: kind() for kind in (Empty, View, ZScore, Filtered)}
        for name, strategy in (strategies | functions(folder)).items():
            seconds = best(lambda strategy=strategy: bt.simulate(strategy, candles))
            trades = len(bt.simulate(strategy, candles).trades)
            print(f"{name:24} {seconds / count * 1e9:8.1f} ns per candle, {trades:,} trades")


if __name__ == "__main__":
    main()
