"""Digests of Python functions and of the values they use: equal for functions of equal code, names and values.

What a function computes cannot be decided in general, so this is what enters:

- a function: module, qualified name, byte code with its constants and names, defaults, closure values, and the globals
  that the code names. What lies in another module enters by its name alone.
- a method: its function and its object; a partial: function and arguments; a function that numba compiles when it is
  called: the Python function and the options.
- numbers, texts, tuples, lists, sets, dictionaries, arrays: their values; modules and built-in functions: their names;
  classes: their names, those of the function's own module with their functions.
- any other object: its class and what ``pickle`` would keep of it. Where there is nothing of the kind, the object is
  equal to itself alone, in this process.

Values are those at the time of the call. Byte code differs between versions of Python, and so do digests.
"""

from __future__ import annotations

import contextlib
import copyreg
import functools
import hashlib
import os
import sys
import types
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np

__all__ = ["fingerprint", "local_fingerprint"]

_PLAIN = (float, complex, str, bytes, bool, type(None), type(...), type(NotImplemented))
_CODE = ("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_argcount", "co_posonlyargcount",
         "co_kwonlyargcount", "co_flags", "co_exceptiontable", "co_consts")  # fmt: skip
_LOCAL: dict[int, tuple[Any, str]] = {}  # id -> the object or a weak reference to it, and its digest


def fingerprint(value: Any) -> str:
    """Digest of a function or value; begins with ``local:`` where it means nothing in another process.

    >>> fingerprint(lambda w: w[-1] + 1) == fingerprint(lambda w: w[-1] + 1.0)
    False
    """
    try:
        digest = _Digest(getattr(value, "__module__", None))
        digest.add(value)
    except RecursionError:
        return local_fingerprint(value)
    return digest.text()


def local_fingerprint(value: Any) -> str:
    """Digest that an object shares with no other object and no other process."""
    key = id(value)
    if key not in _LOCAL:
        kept: Any = value  # for good where nothing tells its end: its id could be that of another object one day
        with contextlib.suppress(TypeError):
            kept = weakref.ref(value, lambda _: _LOCAL.pop(key, None))
        _LOCAL[key] = kept, f"local:{os.getpid()}-{os.urandom(12).hex()}"
    return _LOCAL[key][1]


class _Digest:
    """Takes values in one by one; `home` is the module whose functions and classes enter by what they are made of."""

    def __init__(self, home: str | None) -> None:
        self._hash = hashlib.blake2b(digest_size=16)
        self._home = home
        self._local = False
        self._seen: dict[int, tuple[int, Any]] = {}  # id -> number, and the object, so that no other gets its id

    def text(self) -> str:
        return ("local:" if self._local else "") + self._hash.hexdigest()

    def _write(self, text: str | bytes) -> None:
        data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        self._hash.update(b"%d:" % len(data) + data)

    def add(self, value: Any) -> None:
        kind = type(value)
        self._write(f"{kind.__module__}.{kind.__qualname__}")
        if kind is int:
            self._write(f"{value:x}")
        elif kind in _PLAIN:
            self._write(repr(value))
        elif kind is tuple:
            self._write(str(len(value)))
            for part in value:
                self.add(part)
        elif kind is frozenset:
            keys = sorted(fingerprint(part) for part in value)
            self._local = self._local or any(key.startswith("local:") for key in keys)
            self.add(tuple(keys))
        elif kind is types.CodeType:
            self.add(tuple(getattr(value, name) for name in _CODE))
        elif id(value) in self._seen:
            self._write(f"seen {self._seen[id(value)][0]}")
        else:
            self._seen[id(value)] = len(self._seen), value
            self._add_object(value, kind)

    def _add_object(self, value: Any, kind: type) -> None:
        """What may hold itself."""
        if kind is types.FunctionType:
            self._add_function(value)
        elif kind is types.MethodType:
            self.add((value.__func__, value.__self__))
        elif kind is functools.partial:
            self.add((value.func, value.args, value.keywords))
        elif isinstance(getattr(value, "py_func", None), types.FunctionType):
            self.add((value.py_func, getattr(value, "targetoptions", None)))
        elif kind is list:
            self.add(tuple(value))
        elif kind is dict:
            self.add(tuple(value.items()))
        elif kind is set:
            self.add(frozenset(value))
        elif kind is np.ndarray and not value.dtype.hasobject:
            self.add((value.dtype.str, str(value.dtype), value.shape, value.tobytes()))
        elif kind is types.ModuleType:
            self._write(value.__name__)
        elif isinstance(value, type):
            self._add_class(value)
        else:
            self._add_reduced(value)

    def _add_function(self, function: types.FunctionType) -> None:
        self._write(f"{function.__module__} {function.__qualname__}")
        if function.__module__ != self._home and _is_found(function):
            return
        self.add((function.__code__, function.__defaults__, function.__kwdefaults__))
        for cell in function.__closure__ or ():
            self.add(_content(cell))
        for name in sorted(set(_names(function.__code__)) & function.__globals__.keys()):
            self._write(name)
            self.add(function.__globals__[name])

    def _add_class(self, made: type) -> None:
        self._write(f"{made.__module__} {made.__qualname__}")
        if made.__module__ != self._home and _is_found(made):
            return
        self.add(made.__bases__)
        for name, member in sorted(vars(made).items()):
            value = getattr(member, "__func__", getattr(member, "fget", member))
            if isinstance(value, types.FunctionType) or not name.startswith("__"):
                self._write(name)
                self.add(value)

    def _add_reduced(self, value: Any) -> None:
        try:
            reduce = copyreg.dispatch_table.get(type(value))
            parts = reduce(value) if reduce else value.__reduce_ex__(4)
            # what is kept as a list or as pairs comes as an iterator
            parts = parts if isinstance(parts, str) else tuple(_listed(part) for part in parts)
        except Exception:  # an object's own reduce may raise anything
            self._local = True
            self._write(local_fingerprint(value))
            return
        if isinstance(parts, str):
            self.add((getattr(value, "__module__", None), parts))
        else:
            self.add(parts)


def _listed(part: Any) -> Any:
    return list(part) if isinstance(part, Iterator) else part


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a name that is not bound yet
        return ...


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def _is_found(value: Any) -> bool:
    """Whether a value is what its module has under its name."""
    found: Any = sys.modules.get(value.__module__)
    for name in value.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is value
