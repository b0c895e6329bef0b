"""The cache of `read_candles`: one folder of mapped columns per file and set of arguments."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from btcore.candles.cache import FORMAT_VERSION, load_folder, save
from btcore.candles.container import Candles
from btcore.errors import DataError

VARIABLE = "BTCORE_CACHE"


def cache_folder() -> Path:
    """Where the cache lies: the environment variable BTCORE_CACHE, else the user's cache folder."""
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE]).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("btcore", appauthor=False)) / "candles"


def fetch(path: Path, ask: Candles | Path | None, options: dict[str, Any], read: Callable[[], Candles]) -> Candles:
    """The cached candles of `path`, or those that `read` makes, kept from now on.

    An entry whose files were changed, cut or removed since they were written is made again. Where the cache cannot be
    written, the candles are returned all the same, with a RuntimeWarning.
    """
    source = {"path": str(path.absolute()), "ask": _ask_name(ask), "options": options, "version": FORMAT_VERSION}
    state = {"file": _state(path), "ask": _state(ask)}
    name, version = _digest(source), _digest(state)
    entry = cache_folder() / f"{name}-{version}"
    try:
        return load_folder(entry, unchanged=True)
    except DataError:
        candles = read()
    try:
        mapped = save(candles, entry, {**source, **state}, overwrite=True)
    except OSError as error:
        warnings.warn(f"candles could not be cached in {entry} ({error})", RuntimeWarning, stacklevel=3)
        return candles
    _remove_outdated(entry, name)
    return mapped


def _ask_name(ask: Candles | Path | None) -> str | None:
    return str(ask.absolute()) if isinstance(ask, Path) else None if ask is None else "candles"


def _state(side: Candles | Path | None) -> list[int] | str | None:
    """What changes when the content does: size and time of change of a file, hash of candles."""
    if side is None:
        return None
    if isinstance(side, Candles):
        return side.content_hash
    try:
        status = side.stat()
    except OSError as error:
        raise DataError(f"{side} cannot be read: {error.strerror or error}") from None
    return [status.st_size, status.st_mtime_ns]


def _digest(facts: dict[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(facts, sort_keys=True).encode(), digest_size=10).hexdigest()


def _remove_outdated(entry: Path, name: str) -> None:
    """Remove what the same arguments gave for an earlier state of the file."""
    for other in entry.parent.glob(f"{name}-*"):
        if other != entry:
            shutil.rmtree(other, ignore_errors=True)
