"""The workload as plain arrays in a folder, the same for every engine, readable with numpy alone."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

FAST, SLOW, RANGE = 20, 50, 14  # spans of the two means and of the average true range
STOP, TARGET = 2, 4  # distances in average true ranges
SEED = 1
WINDOW = 100  # closes that a callback sees
ENTER, LEAVE = -2.5, 0.0  # z-scores at which it buys and exits
FASTS, SLOWS = (5, 8, 10, 12, 15, 18, 20, 22, 25, 30), (40, 50, 60, 80, 100)  # 50 pairs of spans


def decision(closes: np.ndarray, holds: bool) -> int:
    """A strategy as a Python function of the last closes: 1 to buy at the next open, -1 to exit there, 0 to wait."""
    spread = closes.std()
    score = (closes[-1] - closes.mean()) / spread if spread > 0 else 0.0
    if holds:
        return -1 if score > LEAVE else 0
    return 1 if score < ENTER else 0


def nothing(closes: np.ndarray, holds: bool) -> int:
    """A strategy that looks at nothing: what the call and its window cost."""
    return 0


@dataclass(frozen=True)
class Workload:
    """Candles, signals and levels, one value per candle.

    Levels are whole ticks already: `stop` and `target` are distances in ticks that hold for a signal on that candle;
    `stop_price` and `target_price` are the same levels as prices for a fill at the next open, NaN where no signal is.
    """

    timestamp: np.ndarray  # int64 ns UTC
    open: np.ndarray  # float64, as high, low, close and volume
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    volume: np.ndarray
    entries: np.ndarray  # bool
    stop: np.ndarray  # int64
    target: np.ndarray  # int64
    stop_price: np.ndarray  # float64
    target_price: np.ndarray  # float64
    scale: np.ndarray  # float64, shape (1,): ticks per price unit

    def __len__(self) -> int:
        return len(self.close)

    def head(self, n: int) -> Workload:
        """The first n candles."""
        return Workload(**{f.name: getattr(self, f.name)[:n] for f in fields(self)})

    def pairs(self) -> list[Workload]:
        """The same candles and levels with the entries of each of the 50 pairs, computed here, in a loop of Python."""
        means = {span: ema(self.close, span) for span in {*FASTS, *SLOWS}}
        stop_price, target_price = (
            (self.next_open() + sign * level) / self.scale[0] for sign, level in ((-1, self.stop), (1, self.target))
        )
        found = []
        for fast in FASTS:
            for slow in SLOWS:
                above = means[fast] > means[slow]
                entries = np.zeros(len(self), dtype=bool)
                entries[1:] = above[1:] & ~above[:-1]
                found.append(replace(self, entries=entries, stop_price=stop_price, target_price=target_price))
        return found

    def ticks(self, prices: np.ndarray) -> np.ndarray:
        """Prices in whole ticks; prices off the grid by more than a thousandth of a tick give -1."""
        exact = np.asarray(prices, dtype=np.float64) * self.scale[0]
        whole = np.rint(exact)
        return np.where(np.abs(exact - whole) <= 1e-3, whole, -1).astype(np.int64)

    def next_open(self) -> np.ndarray:
        """Open of the following candle in ticks; of the last candle its own close."""
        return np.append(self.ticks(self.open[1:]), self.ticks(self.close[-1:]))


def ema(x: np.ndarray, span: int) -> np.ndarray:
    """Exponential mean seeded by the first value; slow."""
    alpha, y, out = 2.0 / (span + 1.0), float(x[0]), []
    for value in x.tolist():
        y += alpha * (value - y)
        out.append(y)
    return np.array(out)


def load(folder: Path) -> Workload:
    """The arrays of a folder, read into memory."""
    return Workload(**{f.name: np.load(Path(folder) / f"{f.name}.npy") for f in fields(Workload)})


def prepare(folder: Path, candles: Any) -> None:
    """Write the workload of so many synthetic candles, or of the candles given, to a folder; needs btcore."""
    import btcore as bt

    c = bt.synthetic_candles(candles, seed=SEED) if isinstance(candles, int) else candles
    if not c.tick_is_ratio:
        raise ValueError(f"the tick {c.tick!r} is no fraction 1 / n: the peers' levels could not be given in ticks")
    atr = bt.atr(c.high, c.low, c.close, RANGE, smoothing="ema")
    entries = bt.crosses_above(bt.ema(c.close, FAST), bt.ema(c.close, SLOW))
    # Nearest tick, ties away from the entry price (rule C5).
    stop = np.floor(STOP * atr * c.scale + 0.5).astype(np.int64)
    target = np.floor(TARGET * atr * c.scale + 0.5).astype(np.int64)
    opens = np.append(c.ticks[0][1:], c.ticks[3][-1:]).astype(np.int64)
    arrays = {name: getattr(c, name) for name in ("timestamp", "open", "high", "low", "close", "volume")}
    arrays |= {"entries": entries, "stop": stop, "target": target, "scale": np.array([c.scale])}
    arrays["stop_price"] = np.where(entries, (opens - stop) / c.scale, np.nan)
    arrays["target_price"] = np.where(entries, (opens + target) / c.scale, np.nan)
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values)
