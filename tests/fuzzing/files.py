"""Candle files of every format and kept candles, with bytes and words that are damaged."""

from __future__ import annotations

import gzip
import os
import random
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import btcore as bt
from btcore.data import read_candles
from fuzzing.candles import random_candles
from fuzzing.states import damaged

TOKENS = (
    "",
    "nan",
    "inf",
    "-1",
    "1e400",
    "0",
    "9" * 40,
    "2022-13-45",
    '"',
    ",",
    ";;;",
    "\x00",
    "é",
    "1,5",
    "\r",
    "NaT",
)


def written(rng: random.Random, candles: bt.Candles, folder: Path) -> tuple[Path, dict[str, Any]]:
    """A file of one of the formats, and how it is read."""
    kind = rng.choice(["csv", "gz", "histdata", "mt5", "parquet", "epoch"])
    frame = candles.to_polars()
    path = folder / f"x.{kind}"
    if kind == "parquet":
        frame.write_parquet(path)
        return path, {}
    if kind == "epoch":
        rows = [",".join(map(str, row)) for row in zip(candles.timestamp.tolist(), *_columns(candles), strict=True)]
        path.write_text("timestamp,open,high,low,close,volume\n" + "\n".join(rows))
        return path, {"time_unit": "ns"}
    times = candles.timestamp.astype("datetime64[ns]")
    if kind == "histdata":
        stamps = [str(t)[:19].replace("-", "").replace(":", "").replace("T", " ") for t in times]
        lines = [";".join(map(str, row)) for row in zip(stamps, *_columns(candles), strict=True)]
    elif kind == "mt5":
        stamps = [str(t)[:19].replace("-", ".").replace("T", "\t") for t in times]
        lines = ["<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>"]
        lines += ["\t".join(map(str, (*row, 0, 3))) for row in zip(stamps, *_columns(candles), strict=True)]
    else:
        lines = ["timestamp,open,high,low,close,volume"]
        lines += [",".join(map(str, (f"{t}Z", *row))) for t, *row in zip(times, *_columns(candles), strict=True)]
    data = "\n".join(lines).encode()
    path.write_bytes(gzip.compress(data) if kind == "gz" else data)
    return path, {"tz": "UTC"}


def _columns(candles: bt.Candles) -> list[list[float]]:
    return [getattr(candles, name).tolist() for name in ("open", "high", "low", "close", "volume")]


def spoiled_parquet(rng: random.Random, data: bytes) -> bytes:
    """A file that was cut off. Not one of changed bytes: polars may panic about it, or end the process."""
    return data[: rng.randrange(len(data))]


def spoiled(rng: random.Random, data: bytes) -> bytes:
    """Bytes changed, or a field of text replaced."""
    if rng.random() < 0.5 or not data:
        return damaged(rng, data) if data else data
    at = rng.randrange(len(data))
    return data[:at] + rng.choice(TOKENS).encode() + data[at + rng.randint(0, 9) :]


def play_text(rng: random.Random, folder: Path) -> int:
    """A damaged file gives candles that are valid, or an error of btcore."""
    path, options = written(rng, random_candles(rng, rng.choice([1, 5, 60])), folder)
    data = path.read_bytes()
    for _ in range(6):
        path.write_bytes(spoiled_parquet(rng, data) if path.suffix == ".parquet" else spoiled(rng, data))
        repair = rng.choice([None, ["sort", "drop_duplicates"]])
        try:
            candles = read_candles(path, cache=False, repair=repair, timeframe=rng.choice([None, "5min"]), **options)
        except bt.BtcoreError:
            continue
        use(candles)
    return 6


def use(candles: bt.Candles) -> None:
    """Candles that were accepted can be worked with."""
    strategy = bt.Strategy(bt.close > bt.open, stop=3 * candles.tick, target=bt.atr(2))
    bt.simulate(strategy, candles[:500])
    candles[:500].resample("1h")


def play_folder(rng: random.Random, folder: Path) -> int:
    """A damaged folder of candles is refused where its content is verified."""
    candles = random_candles(rng, rng.choice([1, 5, 300]))
    candles.save(folder / "kept")
    path = rng.choice(sorted((folder / "kept").glob("*")))
    stamp, data = path.stat(), path.read_bytes()
    path.write_bytes(spoiled(rng, data))
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    try:
        again = bt.Candles.load(folder / "kept", verify=True)
    except bt.BtcoreError:
        return 1
    assert np.array_equal(again.close, candles.close)
    use(again)
    return 1


def play(rng: random.Random) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return play_text(rng, folder) + sum(play_folder(rng, folder) for _ in range(2))
