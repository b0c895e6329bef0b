"""Functions of the caller as part of an expression: what they are called, which of them are equal, how they travel.

A ``Function`` stands among the parameters of an expression, so it needs a name to print, a key that is equal for
equal functions, and a way through ``pickle``. How a key is made of a Python function is in ``fingerprint``.
"""

from __future__ import annotations

import ctypes
import pickle
import sys
from collections.abc import Callable
from typing import Any

from btcore._core.callbacks import Callback
from btcore.errors import ExpressionError

__all__ = ["Function"]

SIGNATURE = "double f(const double *values, Py_ssize_t count)"
_PYTHON_API = 4  # ctypes' flag of functions that are called with the GIL
_COUNTS = {"Py_ssize_t", "npy_intp", "intptr_t", "ptrdiff_t", "ssize_t"}
_COUNTS |= {
    name
    for name, kind in (("long", ctypes.c_long), ("longlong", ctypes.c_longlong), ("int64_t", ctypes.c_int64))
    if ctypes.sizeof(kind) == ctypes.sizeof(ctypes.c_ssize_t)
}


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

    def __init__(self, given: Any, key: str | None = None) -> None:
        self.given = given = _unwrapped(given)
        self.address = _address(given)
        self.name = _name(given)
        self._key = key

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
        return Function, (self.given, self.key if self.key.startswith("local:") else None)


def _unwrapped(given: Any) -> Any:
    """The function in a SciPy ``LowLevelCallable``, which is a tuple; anything else as it is."""
    if not (isinstance(given, tuple) and hasattr(given, "user_data") and hasattr(given, "function")):
        return given
    if given.user_data is not None:
        raise ExpressionError("rolling_apply passes no user_data: give a LowLevelCallable without it")
    return given.function


def _is_cfunc(given: Any) -> bool:
    return type(given).__name__ == "CFunc" and hasattr(given, "ctypes") and hasattr(given, "address")


def _is_capsule(given: Any) -> bool:
    return type(given).__name__ == "PyCapsule"


def _address(given: Any) -> int:
    """Where the compiled code lies, its signature checked; 0 for a Python callable."""
    if _is_cfunc(given):
        return _ctypes_address(given.ctypes, given)
    if isinstance(given, ctypes._CFuncPtr):  # type: ignore[attr-defined]
        return _ctypes_address(given, given)
    if _is_capsule(given):
        return _capsule_address(given)
    if not callable(given):
        raise ExpressionError(
            f"rolling_apply takes a Python callable or a compiled {SIGNATURE} (numba cfunc, ctypes function, capsule), "
            f"got {given!r}"
        )
    return 0


def _ctypes_address(function: Any, given: Any) -> int:
    values, count = (*(function.argtypes or ()), None, None)[:2]
    fits = (
        len(function.argtypes or ()) == 2
        and function.restype is ctypes.c_double
        and values in (ctypes.POINTER(ctypes.c_double), ctypes.c_void_p)
        and getattr(count, "_type_", "").islower()  # capitals are unsigned
        and getattr(count, "_type_", "") in "ilq"
        and ctypes.sizeof(count) == ctypes.sizeof(ctypes.c_ssize_t)
    )
    if not fits:
        raise ExpressionError(
            f"{given!r} is not {SIGNATURE}: its argtypes must be [POINTER(c_double), c_ssize_t] and its restype "
            f"c_double, they are {function.argtypes!r} and {function.restype!r}"
        )
    if function._flags_ & _PYTHON_API:
        raise ExpressionError(f"{given!r} needs the GIL (PYFUNCTYPE or PyDLL): use CFUNCTYPE or CDLL")
    return _not_null(ctypes.cast(function, ctypes.c_void_p).value, given)


def _capsule_address(capsule: Any) -> int:
    get_pointer = ctypes.pythonapi["PyCapsule_GetPointer"]  # by index: an object of its own, whose types we may set
    get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    name = _capsule_name(capsule)
    result, _, arguments = name.replace("const", " ").partition("(")
    values, _, count = "".join(arguments.rstrip(") ").split()).partition(",")
    if result.strip() != "double" or values != "double*" or count not in _COUNTS:
        raise ExpressionError(f"a capsule is named by its signature, {SIGNATURE}; this one is named {name!r}")
    return _not_null(get_pointer(capsule, name.encode()), capsule)


def _capsule_name(capsule: Any) -> str:
    get_name = ctypes.pythonapi["PyCapsule_GetName"]
    get_name.restype, get_name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    return (get_name(capsule) or b"").decode()


def _not_null(address: int | None, given: Any) -> int:
    if not address:
        raise ExpressionError(f"{given!r} points nowhere")
    return address


def _name(given: Any) -> str:
    """What people call it: the name of a function, of what a partial calls, of the class of another object."""
    if _is_capsule(given):
        found = _exported(given)
        return found[1] if found else "<capsule>"
    inner = getattr(given, "func", None)
    name = getattr(given, "__name__", None) or getattr(inner, "__name__", None)
    return name if isinstance(name, str) else f"<{type(given).__name__}>"


def _key(given: Any, address: int) -> str:
    from btcore.fingerprint import fingerprint, local_fingerprint

    if _is_cfunc(given):
        return fingerprint((str(given._sig), given._compiler.targetoptions, given._pyfunc))
    if _is_capsule(given) and _exported(given):
        return fingerprint(("capsule", *_exported(given)))  # type: ignore[misc]
    return local_fingerprint(given) if address else fingerprint(given)


# --- compiled code in another process ---------------------------------------------------------------------------------


def _travelling(function: Function) -> tuple[Any, ...]:
    """How compiled code is pickled: never as an address, which means nothing elsewhere."""
    given = function.given
    if _is_cfunc(given):
        module, name = given._pyfunc.__module__, given._pyfunc.__qualname__
        if getattr(sys.modules.get(module), name, None) is given:
            return _looked_up, (module, name)
        return _compiled_again, (given._pyfunc, given._sig, given._compiler.targetoptions)
    found = _exported(given) if _is_capsule(given) else None
    if found:
        return _looked_up_capsule, found
    raise pickle.PicklingError(
        f"{function.name} is a pointer to compiled code, which has no meaning in another process: use a numba cfunc, "
        "a capsule in the __pyx_capi__ of an imported module, or a Python callable"
    )


def _exported(capsule: Any) -> tuple[str, str] | None:
    """(module, name) of the function that a Cython module exports in this capsule."""
    for module, loaded in list(sys.modules.items()):
        for name, exported in getattr(loaded, "__dict__", {}).get("__pyx_capi__", {}).items():
            if exported is capsule:
                return module, name
    return None


def _looked_up(module: str, name: str) -> Function:
    import importlib

    return Function(getattr(importlib.import_module(module), name))


def _looked_up_capsule(module: str, name: str) -> Function:
    import importlib

    return Function(importlib.import_module(module).__pyx_capi__[name])


def _compiled_again(function: Callable[..., Any], signature: Any, options: dict[str, Any]) -> Function:
    import numba

    return Function(numba.cfunc(signature, **options)(function))
