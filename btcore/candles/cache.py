"""Candles in a folder: one .npy per column and a manifest, mapped read-only by every process that opens them."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4
from weakref import WeakValueDictionary

import numpy as np

from btcore.candles.columns import COLUMN_NAMES
from btcore.candles.container import Candles
from btcore.candles.instrument import Instrument
from btcore.candles.ticks import Grid
from btcore.errors import DataError

FORMAT_VERSION = 1
MANIFEST = "manifest.json"
TICK_NAMES = ("open_ticks", "high_ticks", "low_ticks", "close_ticks")

_opened: WeakValueDictionary[Handle, Candles] = WeakValueDictionary()


@dataclass(frozen=True, slots=True)
class Handle:
    """Where mapped candles lie: picklable, a few hundred bytes, good in every process that sees the folder.

    Parameters
    ----------
    path : folder that `Candles.save` or the cache of `read_candles` wrote
    content_hash : that of all candles in the folder
    start, stop : the rows meant; stop None: to the end
    """

    path: str
    content_hash: str
    start: int = 0
    stop: int | None = None

    def part(self, start: int, stop: int) -> Handle:
        """The handle of rows [start, stop) of these candles."""
        return replace(self, start=self.start + start, stop=self.start + stop)

    def open(self) -> Candles:
        """The candles; those of one folder are mapped once per process while someone holds them.

        Raises DataError where the folder is gone or now holds other candles.
        """
        whole = Handle(self.path, self.content_hash)
        candles = _opened.get(whole)
        if candles is None:
            candles = load_folder(self.path)
            if candles.content_hash != self.content_hash:
                raise DataError(f"{self.path} now holds other candles than when the handle was made; read them again")
            candles = _opened.setdefault(whole, candles)
        return candles if self.stop is None else candles[self.start : self.stop]


def save(candles: Candles, folder: Any, source: Mapping[str, Any] | None = None, *, overwrite: bool = False) -> Candles:
    """Write `candles` to `folder` and return them mapped from there.

    The folder appears whole or not at all; candles already there are replaced.

    Parameters
    ----------
    source : facts about where they come from, kept in the manifest
    overwrite : replace the folder even where it holds no candles
    """
    target = Path(folder).absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = _new_folder(target)
    try:
        _write(candles, temporary, source or {})
        _move_into_place(temporary, target, overwrite)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return load_folder(target)


def _new_folder(target: Path) -> Path:
    """A new empty folder beside `target`, with the usual permissions."""
    folder = target.parent / f".{target.name}.{uuid4().hex}"
    folder.mkdir()
    return folder


def _write(candles: Candles, folder: Path, source: Mapping[str, Any]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    arrays = {name: getattr(candles, name) for name in COLUMN_NAMES}
    arrays.update(zip(TICK_NAMES, candles.ticks, strict=True))
    if isinstance(candles.spread, np.ndarray):
        arrays["spread"] = candles.spread
    # Hashing and writing wait for different things, and both release the GIL.
    with ThreadPoolExecutor(2) as pool:
        content_hash = pool.submit(lambda: candles.content_hash)
        written = [pool.submit(np.save, folder / f"{name}.npy", array) for name, array in arrays.items()]
    for one in written:
        one.result()
    if candles.ask is not None:
        (folder / "ask").mkdir()
        _write(candles.ask, folder / "ask", {})
    manifest = {
        "format_version": FORMAT_VERSION,
        "rows": len(candles),
        "symbol": candles.symbol,
        "quote": candles.quote,
        "spread": None if "spread" in arrays else candles.spread,
        "ask": candles.ask is not None,
        "grid": asdict(candles._grid),
        "instrument": asdict(candles.instrument),
        "repairs": dict(candles.repairs),
        "period": candles.period,
        "duration": candles.duration,
        "content_hash": content_hash.result(),
        "source": dict(source),
        "files": {name: _stamp(folder / f"{name}.npy") for name in arrays},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _stamp(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _move_into_place(temporary: Path, target: Path, overwrite: bool) -> None:
    if target.exists():
        if not overwrite and not (target / MANIFEST).exists() and any(target.iterdir()):
            raise DataError(f"{target} exists and holds no candles; choose another folder")
        # Renaming first keeps the moment without candles short; mapped files live on until they are closed.
        aside = _new_folder(target)
        os.replace(target, aside / "old")
        os.replace(temporary, target)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        os.replace(temporary, target)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder of candles; DataError where there is none, it is damaged or of another version."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{folder} holds no candles (no {MANIFEST})") from None
    except (ValueError, OSError) as error:
        raise DataError(f"{folder / MANIFEST} cannot be read ({error})") from None
    if not isinstance(manifest, dict) or manifest.get("format_version") != FORMAT_VERSION:
        raise DataError(f"{folder} is not in format version {FORMAT_VERSION}; write it again with Candles.save")
    return manifest


def load_folder(folder: Any, *, verify: bool = False, unchanged: bool = False) -> Candles:
    """Map the candles of a folder.

    Parameters
    ----------
    verify : read everything and compare the content hash
    unchanged : accept only files with the size and the time of change that they were written with

    Raises
    ------
    DataError : a folder that is missing, damaged, or of another version.
    """
    path = Path(folder).absolute()
    manifest = read_manifest(path)
    try:
        candles = _mapped(path, manifest, unchanged)
    except (KeyError, TypeError, ValueError, OSError) as error:
        if isinstance(error, DataError):
            raise
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
            raise DataError(
                f"{path}: too many open files; mapped candles hold one open per column: let go of candles that you do "
                "not need, or raise the limit (ulimit -n)"
            ) from None
        raise DataError(f"{path} is damaged ({error}); write it again") from None
    if verify:
        again = candles._with(_origin=None, _derived={})
        if again.content_hash != candles.content_hash:
            raise DataError(f"{path} is damaged: its content does not have the hash of its manifest")
    return candles


def _mapped(path: Path, manifest: dict[str, Any], unchanged: bool) -> Candles:
    rows = manifest["rows"]
    arrays = {}
    for name, stamp in manifest["files"].items():
        file = path / f"{name}.npy"
        if unchanged and _stamp(file) != stamp:
            raise ValueError(f"{file.name} was changed")
        arrays[name] = _array(file)
        wanted = _dtypes(name)
        if arrays[name].shape != (rows,) or arrays[name].dtype not in wanted or rows == 0:
            raise ValueError(f"{file.name} has shape {arrays[name].shape}, {arrays[name].dtype}")
    ask = None
    if manifest["ask"]:
        ask = _mapped(path / "ask", read_manifest(path / "ask"), unchanged)
    result = object.__new__(Candles)
    # A plain view of the map slices faster than numpy.memmap and keeps it alive.
    views = {name: array.view(np.ndarray) for name, array in arrays.items()}
    result._set(
        **{name: views[name] for name in COLUMN_NAMES},
        symbol=manifest["symbol"],
        quote=manifest["quote"],
        spread=views["spread"] if manifest["spread"] is None else float(manifest["spread"]),
        ask=ask,
        instrument=Instrument(**manifest["instrument"]),
        repairs=MappingProxyType(manifest["repairs"]),
        ticks=tuple(views[name] for name in TICK_NAMES),
        _grid=Grid(**manifest["grid"]),
        _origin=Handle(str(path), manifest["content_hash"]),
        _steps=None,
        _derived={name: manifest[name] for name in ("content_hash", "period", "duration") if name in manifest},
    )
    return result


def _array(file: Path) -> np.ndarray:
    """The array of a file, mapped; ValueError or OSError where it is none."""
    try:
        return np.load(file, mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]
    except (OSError, ValueError):
        raise
    except Exception as error:  # the header is parsed as Python, and NumPy lets through what its tokenizer raises
        raise ValueError(f"{file.name} has no header of an array: {error}") from None


def _dtypes(name: str) -> tuple[Any, ...]:
    if name == "timestamp":
        return (np.dtype(np.int64),)
    if name in TICK_NAMES:
        return np.dtype(np.int32), np.dtype(np.int64)
    return (np.dtype(np.float64),)
