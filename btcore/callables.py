"""Functions of the caller as part of an expression: what they are called, which of them are equal, how they travel.

A ``Function`` stands among the parameters of an expression, so it needs a name to print, a key that is equal for
equal functions, and a way through ``pickle``. How a key is made of a Python function is in ``fingerprint``.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from typing import Any

from btcore._core.callbacks import Callback
from btcore.errors import ExpressionError
from btcore.pointers import Signature, address_of, is_capsule, is_cfunc, unwrapped

__all__ = ["Function"]

SIGNATURE = Signature("rolling_apply", "double f(const double *values, Py_ssize_t count)", "pi", "double")


class Function:
    """A function of a window: a Python callable on an array, or a compiled ``double f(const double*, Py_ssize_t)``.

    Parameters
    ----------
    given : callable, numba ``cfunc``, ctypes function pointer, PyCapsule or SciPy ``LowLevelCallable``
    key : str, optional
        What it is equal by; found from the function, when it is first asked for, where it is not given.

    Attributes
    ----------
    given : object
        The function as it was given, a ``LowLevelCallable`` as the function inside it.
    address : int
        Of compiled code; 0 for a Python callable.
    name : str
    key : str
        Functions of equal keys are taken for one; it begins with ``local:`` where it means nothing in another process.

    Raises
    ------
    ExpressionError
        If it cannot be called, or is compiled with another signature.
    """

    __slots__ = ("_key", "address", "given", "name")

    signature = SIGNATURE

    def __init__(self, given: Any, key: str | None = None) -> None:
        self.given = given = unwrapped(given, self.signature.owner)
        self.address = self._address()
        self.name = _name(given)
        self._key = key

    def _address(self) -> int:
        address = address_of(self.given, self.signature)
        if not address and not callable(self.given):
            raise ExpressionError(
                f"rolling_apply takes a Python callable or a compiled {self.signature.text} (numba cfunc, ctypes "
                f"function, capsule), got {self.given!r}"
            )
        return address

    @property
    def key(self) -> str:
        if self._key is None:
            self._key = _key(self.given, self.address)
        return self._key

    def callback(self) -> Callback:
        """The function as the core takes it, for one operator."""
        return Callback(None if self.address else self.given, self.address, self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Function) and (self.given is other.given or self.key == other.key)

    def __hash__(self) -> int:
        return hash(self.name)

    def __str__(self) -> str:
        return self.key

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> tuple[Any, ...]:
        if self.address:
            return _travelling(self)
        return type(self), (self.given, self.key if self.key.startswith("local:") else None)


def _name(given: Any) -> str:
    """What people call it: the name of a function, of what a partial calls, of the class of another object."""
    if is_capsule(given):
        found = _exported(given)
        return found[1] if found else "<capsule>"
    inner = getattr(given, "func", None)
    name = getattr(given, "__name__", None) or getattr(inner, "__name__", None)
    return name if isinstance(name, str) else f"<{type(given).__name__}>"


def _key(given: Any, address: int) -> str:
    from btcore.fingerprint import fingerprint, local_fingerprint

    if is_cfunc(given):
        return fingerprint((str(given._sig), given._compiler.targetoptions, given._pyfunc))
    if is_capsule(given) and _exported(given):
        return fingerprint(("capsule", *_exported(given)))  # type: ignore[misc]
    return local_fingerprint(given) if address else fingerprint(given)


# --- compiled code in another process ---------------------------------------------------------------------------------


def _travelling(function: Function) -> tuple[Any, ...]:
    """How compiled code is pickled: never as an address, which means nothing elsewhere."""
    given = function.given
    if is_cfunc(given):
        module, name = given._pyfunc.__module__, given._pyfunc.__qualname__
        if getattr(sys.modules.get(module), name, None) is given:
            return _looked_up, (type(function), module, name)
        return _compiled_again, (type(function), given._pyfunc, given._sig, given._compiler.targetoptions)
    found = _exported(given) if is_capsule(given) else None
    if found:
        return _looked_up_capsule, (type(function), *found)
    raise pickle.PicklingError(
        f"{function.name} is a pointer to compiled code, which has no meaning in another process: use a numba cfunc, "
        "a capsule in the __pyx_capi__ of an imported module, or Python code"
    )


def _exported(capsule: Any) -> tuple[str, str] | None:
    """(module, name) of the function that a Cython module exports in this capsule."""
    for module, loaded in list(sys.modules.items()):
        for name, exported in getattr(loaded, "__dict__", {}).get("__pyx_capi__", {}).items():
            if exported is capsule:
                return module, name
    return None


def _looked_up(kind: type[Function], module: str, name: str) -> Function:
    import importlib

    return kind(getattr(importlib.import_module(module), name))


def _looked_up_capsule(kind: type[Function], module: str, name: str) -> Function:
    import importlib

    return kind(importlib.import_module(module).__pyx_capi__[name])


def _compiled_again(
    kind: type[Function], function: Callable[..., Any], signature: Any, options: dict[str, Any]
) -> Function:
    import numba

    return kind(numba.cfunc(signature, **options)(function))
