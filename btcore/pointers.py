"""Compiled functions of the caller: where their code lies, and whether their signature is the one that is needed.

They come as numba ``cfunc``, ctypes function pointer, PyCapsule or SciPy ``LowLevelCallable``.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

from btcore.errors import ExpressionError

__all__ = ["Signature", "address_of", "capsule_name", "is_capsule", "is_cfunc", "unwrapped"]

_PYTHON_API = 4  # ctypes' flag of functions that are called with the GIL
_LONGS = {"Py_ssize_t", "npy_intp", "intptr_t", "ptrdiff_t", "ssize_t", "int64_t", "npy_int64"}
_LONGS |= {
    name
    for name, kind in (("long", ctypes.c_long), ("longlong", ctypes.c_longlong))
    if ctypes.sizeof(kind) == ctypes.sizeof(ctypes.c_ssize_t)
}


@dataclass(frozen=True)
class Signature:
    """What a compiled function takes and returns.

    Parameters
    ----------
    owner : str
        Who calls it.
    text : str
        The signature in C.
    arguments : str
        A letter for each: p for a pointer to doubles, i for a whole number of 64 bits.
    result : str
        "double" or "void".
    """

    owner: str
    text: str
    arguments: str
    result: str

    @property
    def in_ctypes(self) -> str:
        """What argtypes and restype must be."""
        names = {"p": "POINTER(c_double)", "i": "c_ssize_t"}
        result = {"double": "c_double", "void": "None"}[self.result]
        return f"its argtypes must be [{', '.join(names[a] for a in self.arguments)}] and its restype {result}"


def unwrapped(given: Any, owner: str) -> Any:
    """The function in a SciPy ``LowLevelCallable``, which is a tuple; anything else as it is."""
    if not (isinstance(given, tuple) and hasattr(given, "user_data") and hasattr(given, "function")):
        return given
    if given.user_data is not None:
        raise ExpressionError(f"{owner} passes no user_data: give a LowLevelCallable without it")
    return given.function


def is_cfunc(given: Any) -> bool:
    """Whether it is a numba ``cfunc``."""
    return type(given).__name__ == "CFunc" and hasattr(given, "ctypes") and hasattr(given, "address")


def is_capsule(given: Any) -> bool:
    """Whether it is a PyCapsule."""
    return type(given).__name__ == "PyCapsule"


def address_of(given: Any, signature: Signature) -> int:
    """Where compiled code lies, its signature checked; 0 for what is not compiled.

    Raises
    ------
    ExpressionError
        If it has another signature, needs the GIL, or points nowhere.
    """
    if is_cfunc(given):
        return _ctypes_address(given.ctypes, given, signature)
    if isinstance(given, ctypes._CFuncPtr):  # type: ignore[attr-defined]
        return _ctypes_address(given, given, signature)
    if is_capsule(given):
        return _capsule_address(given, signature)
    return 0


def _ctypes_address(function: Any, given: Any, signature: Signature) -> int:
    result = {"double": ctypes.c_double, "void": None}[signature.result]
    types = function.argtypes or ()
    fits = len(types) == len(signature.arguments) and function.restype is result
    if not (fits and all(_is_kind(kind, letter) for kind, letter in zip(types, signature.arguments, strict=True))):
        raise ExpressionError(
            f"{given!r} is not {signature.text}: {signature.in_ctypes}, they are {function.argtypes!r} and "
            f"{function.restype!r}"
        )
    if function._flags_ & _PYTHON_API:
        raise ExpressionError(f"{given!r} needs the GIL (PYFUNCTYPE or PyDLL): use CFUNCTYPE or CDLL")
    return _not_null(ctypes.cast(function, ctypes.c_void_p).value, given)


def _is_kind(kind: Any, letter: str) -> bool:
    if letter == "p":
        return kind in (ctypes.POINTER(ctypes.c_double), ctypes.c_void_p)
    code = getattr(kind, "_type_", "")  # capitals are unsigned
    return (
        isinstance(code, str)
        and code.islower()
        and code in "ilq"
        and ctypes.sizeof(kind) == ctypes.sizeof(ctypes.c_ssize_t)
    )


def _capsule_address(capsule: Any, signature: Signature) -> int:
    get_pointer = ctypes.pythonapi["PyCapsule_GetPointer"]  # by index: an object of its own, whose types we may set
    get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    name = capsule_name(capsule)
    result, _, arguments = name.replace("const", " ").partition("(")
    kinds = ["".join(part.split()) for part in arguments.rpartition(")")[0].split(",")]
    letters = "".join("p" if kind == "double*" else "i" if kind in _LONGS else "?" for kind in kinds)
    if result.strip() != signature.result or letters != signature.arguments:
        raise ExpressionError(f"a capsule is named by its signature, {signature.text}; this one is named {name!r}")
    return _not_null(get_pointer(capsule, name.encode()), capsule)


def capsule_name(capsule: Any) -> str:
    """The name of a capsule."""
    get_name = ctypes.pythonapi["PyCapsule_GetName"]
    get_name.restype, get_name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    return (get_name(capsule) or b"").decode()


def _not_null(address: int | None, given: Any) -> int:
    if not address:
        raise ExpressionError(f"{given!r} points nowhere")
    return address
