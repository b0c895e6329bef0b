"""How work travels to other processes: small, and whatever it was made of.

What is large stays behind: candles travel as a handle and arrays as the name of a file, which every worker maps.
Functions and classes that another process cannot import (those of a script, of a notebook, lambdas, closures) travel
by value, with dill; everything else with pickle, which is many times faster.
"""

from __future__ import annotations

import importlib
import io
import pickle
import shutil
import sys
import tempfile
import types
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from btcore.candles import Candles
from btcore.candles.cache import Handle, save

__all__ = ["Shelf", "open_array", "pack", "unpack"]

LARGE = 1 << 20  # bytes from which an array is left in a file
KEPT = 16  # candles and arrays that a worker keeps open


class Shelf:
    """A folder in which large things lie while a batch runs.

    Parameters
    ----------
    parent : path, optional
        Where to make the folder, for workers on other machines a place that they see too. None: the temporary folder
        of this machine.
    """

    def __init__(self, parent: Path | None = None) -> None:
        self._parent = parent
        self._folder: Path | None = None
        self._candles: dict[int, tuple[Candles, Handle]] = {}
        self._arrays: dict[int, tuple[np.ndarray, str]] = {}

    @property
    def folder(self) -> Path:
        """Made when it is first needed."""
        if self._folder is None:
            if self._parent is not None:
                self._parent.mkdir(parents=True, exist_ok=True)
            self._folder = Path(tempfile.mkdtemp(prefix="btcore-", dir=self._parent))
        return self._folder

    def handle(self, candles: Candles) -> Handle:
        """Where other processes find these candles; written down the first time, unless they are mapped already."""
        if candles.handle is not None:
            return candles.handle
        if id(candles) not in self._candles:
            written = save(candles, self.folder / f"candles{len(self._candles)}").handle
            assert written is not None
            self._candles[id(candles)] = candles, written
        return self._candles[id(candles)][1]

    def file(self, array: np.ndarray) -> str:
        """Where other processes find this array."""
        if id(array) not in self._arrays:
            path = self.folder / f"array{len(self._arrays)}.npy"
            np.save(path, array, allow_pickle=False)
            self._arrays[id(array)] = array, str(path)
        return self._arrays[id(array)][1]

    def clear(self) -> None:
        """Remove the folder and what is in it."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


class _Packer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, shelf: Shelf | None) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._shelf = shelf

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, (types.FunctionType, type)) and not _importable(value):
            return _unpacked, (_by_value(value, self._shelf),)
        return _left_behind(value, self._shelf)


def _left_behind(value: Any, shelf: Shelf | None) -> Any:
    """How to open on the other side what lies on the shelf; NotImplemented for all that travels."""
    if shelf is None:
        return NotImplemented
    if isinstance(value, Candles):
        return open_candles, (shelf.handle(value),)
    if type(value) is np.ndarray and value.nbytes >= LARGE and not value.dtype.hasobject:
        return open_array, (shelf.file(value),)
    return NotImplemented


def _by_value(value: Any, shelf: Shelf | None) -> bytes:
    """A function or class with the globals that it names; modules by their names; what is large stays behind, too."""
    import dill

    def override(part: Any) -> Any:
        if (
            isinstance(part, types.ModuleType)
            and part.__name__ != "__main__"
            and sys.modules.get(part.__name__) is part
        ):
            return importlib.import_module, (part.__name__,)  # dill would send all that stands in it
        return _left_behind(part, shelf)

    file = io.BytesIO()
    pickler = dill.Pickler(file, protocol=pickle.HIGHEST_PROTOCOL, recurse=True)
    pickler.reducer_override = override  # in a subclass, dill would treat other things otherwise
    pickler.dump(value)
    return file.getvalue()


def _importable(value: Any) -> bool:
    """Whether another process finds this function or class under its name."""
    if value.__module__ in ("__main__", None):
        return False
    found: Any = sys.modules.get(value.__module__)
    for name in value.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is value


def _unpacked(data: bytes) -> Any:
    import dill

    return dill.loads(data)


def pack(value: Any, shelf: Shelf | None = None) -> bytes:
    """`value` for another process; with a shelf, candles and large arrays in it are left there.

    Raises
    ------
    Exception
        What the value's own way of being pickled raises.
    """
    file = io.BytesIO()
    _Packer(file, shelf).dump(value)
    return file.getvalue()


def unpack(data: bytes) -> Any:
    """The value again."""
    return pickle.loads(data)


_open: OrderedDict[Any, Any] = OrderedDict()


def _kept(key: Any, opened: Any) -> Any:
    """Keep what was opened: what is derived of candles (zones, bid and ask) is worked out once per worker."""
    _open[key] = opened
    _open.move_to_end(key)
    while len(_open) > KEPT:
        _open.popitem(last=False)
    return opened


def open_candles(handle: Handle) -> Candles:
    """The candles of a handle, mapped."""
    candles: Candles = _kept(handle, _open.get(handle) or handle.open())
    return candles


def open_array(path: str) -> np.ndarray:
    """The array of a file, mapped read-only."""
    array: np.ndarray = _kept(path, _open[path] if path in _open else np.load(path, mmap_mode="r").view(np.ndarray))
    return array
