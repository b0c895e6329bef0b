"""Functions in expressions: compiled ones in every form; equality, printing and pickling; those that are refused."""

from __future__ import annotations

import ctypes
import functools
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import dill
import numpy as np
import pytest

import btcore as bt
from btcore.program import COLUMNS, evaluate

NAN = float("nan")
CANDLES = bt.synthetic_candles(3000, seed=5)
ROWS = list(zip(CANDLES.timestamp.tolist(), *(getattr(CANDLES, name).tolist() for name in COLUMNS), strict=True))
SERIES = CANDLES.close * 1e4
POINTER = ctypes.POINTER(ctypes.c_double)
COMPILED = ctypes.CFUNCTYPE(ctypes.c_double, POINTER, ctypes.c_ssize_t)


def rise(window: Any) -> float:
    """Last less first."""
    return float(window[-1] - window[0])


RISE = COMPILED(lambda values, count: values[count - 1] - values[0])


def risen(values: np.ndarray, window: int) -> np.ndarray:
    """What ``rise`` gives for each full window."""
    out = np.full(len(values), NAN)
    out[window - 1 :] = values[window - 1 :] - values[: len(values) - window + 1]
    return out


def over_candles(*exprs: bt.Expr) -> list[np.ndarray]:
    """Values over the synthetic candles."""
    return evaluate(*exprs, columns={name: getattr(CANDLES, name) for name in COLUMNS}, length=len(CANDLES))


@pytest.fixture
def library(tmp_path: Path) -> ctypes.CDLL:
    """A few lines of C, compiled."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or sys.platform == "win32":
        pytest.skip("no C compiler")
    source, made = tmp_path / "rise.c", tmp_path / "rise.so"
    source.write_text("double rise(const double *w, long n) { return w[n - 1] - w[0]; }\n", encoding="utf-8")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", made, source], check=True)
    return ctypes.CDLL(str(made))


@functools.cache
def capsule(name: bytes = b"double (double const *, Py_ssize_t)") -> Any:
    """RISE in a capsule; the cache keeps the name alive."""
    new = ctypes.pythonapi["PyCapsule_New"]
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return new(ctypes.cast(RISE, ctypes.c_void_p), name, None)


class LowLevelCallable(tuple):  # as SciPy's, which is a tuple with these two properties
    function = property(lambda self: self[1])
    user_data = property(lambda self: self[2])


# --- compiled ---------------------------------------------------------------------------------------------------------


def compiled_forms() -> Iterator[tuple[str, Callable[[], Any]]]:
    yield "ctypes", lambda: RISE
    yield (
        "void pointer",
        lambda: ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_void_p, ctypes.c_int64)(
            ctypes.cast(RISE, ctypes.c_void_p).value
        ),
    )
    for name in (b"double (double *, Py_ssize_t)", b"double (const double *, npy_intp)", b"double (double*,intptr_t)"):
        yield name.decode(), lambda name=name: capsule(name)
    yield "low level", lambda: LowLevelCallable((capsule(), RISE, None))


@pytest.mark.parametrize("make", [make for _, make in compiled_forms()], ids=[name for name, _ in compiled_forms()])
def test_compiled_functions(make: Callable[[], Any]) -> None:
    np.testing.assert_array_equal(bt.rolling_apply(SERIES, 20, make()), risen(SERIES, 20))
    np.testing.assert_array_equal(bt.rolling_apply([3, 1, 2, NAN], 3, make(), 1), [0, -2, -1, NAN])


def test_a_c_library(library: ctypes.CDLL) -> None:
    with pytest.raises(bt.ExpressionError, match="its argtypes must be"):
        bt.rolling_apply(SERIES, 20, library.rise)
    library.rise.argtypes, library.rise.restype = [POINTER, ctypes.c_ssize_t], ctypes.c_double
    np.testing.assert_array_equal(bt.rolling_apply(SERIES, 20, library.rise), risen(SERIES, 20))
    assert repr(bt.rolling_apply(bt.close, 20, library.rise)) == "rolling_apply(close, 20, rise)"


def test_scipy() -> None:
    scipy = pytest.importorskip("scipy")
    np.testing.assert_array_equal(bt.rolling_apply(SERIES, 20, scipy.LowLevelCallable(RISE)), risen(SERIES, 20))


def test_numba_cfunc() -> None:
    numba = pytest.importorskip("numba")
    made = numba.cfunc("float64(CPointer(float64), intp)")(lambda values, count: values[count - 1] - values[0])
    np.testing.assert_array_equal(bt.rolling_apply(SERIES, 20, made), risen(SERIES, 20))
    expr = bt.rolling_apply(bt.close, 20, made)
    again = dill.loads(dill.dumps(expr))
    assert again.equals(expr)
    assert again.params[2].address != expr.params[2].address
    np.testing.assert_array_equal(*over_candles(again, expr))
    with pytest.raises(bt.ExpressionError, match="its argtypes must be"):
        bt.rolling_apply(bt.close, 20, numba.cfunc("float64(float64, intp)")(lambda value, count: value))


def test_numba_function() -> None:
    numba = pytest.importorskip("numba")
    made = numba.njit(lambda window: window[-1] - window[0])
    np.testing.assert_array_equal(bt.rolling_apply(SERIES, 20, made), risen(SERIES, 20))
    other = numba.njit(lambda window: window[-1] + window[0])
    assert not bt.rolling_apply(bt.close, 20, made).equals(bt.rolling_apply(bt.close, 20, other))


# --- identity ---------------------------------------------------------------------------------------------------------


def test_equality_and_printing() -> None:
    expr = bt.rolling_apply(bt.close, 20, rise)
    assert repr(expr) == "rolling_apply(close, 20, rise)"
    assert repr(bt.rolling_apply(bt.close, 20, lambda w: 0.0, 5)) == "rolling_apply(close, 20, <lambda>, min_periods=5)"
    assert repr(bt.rolling_apply(bt.close, 2, RISE)) == "rolling_apply(close, 2, <CFunctionType>)"
    assert repr(bt.rolling_apply(bt.close, 2, capsule())) == "rolling_apply(close, 2, <capsule>)"
    assert repr(bt.rolling_apply(bt.close, 2, functools.partial(rise))) == "rolling_apply(close, 2, rise)"
    assert expr.equals(bt.rolling_apply(bt.close, 20, rise))
    assert not expr.equals(bt.rolling_apply(bt.close, 20, np.ptp))
    assert bt.rolling_apply(bt.close, 2, RISE).equals(bt.rolling_apply(bt.close, 2, RISE))
    other = COMPILED(lambda values, count: 0.0)
    assert not bt.rolling_apply(bt.close, 2, RISE).equals(bt.rolling_apply(bt.close, 2, other))
    first, second = (bt.rolling_apply(bt.close, 2, lambda w, k=k: k) for k in (1, 2))
    assert [values[-1] for values in over_candles(first, second)] == [1.0, 2.0]


def test_named_functions_pickle_and_lambdas_need_dill() -> None:
    expr = bt.rolling_apply(bt.close, 20, rise)
    assert pickle.loads(pickle.dumps(expr)).equals(expr)
    held = 3.0
    expr = bt.rolling_apply(bt.close, 20, lambda w: w[-1] * held)
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(expr)
    again = dill.loads(dill.dumps(expr))
    assert again.equals(expr)
    np.testing.assert_array_equal(*over_candles(again, expr))


def test_streams_pickle() -> None:
    stream = bt.Stream(bt.rolling_apply(bt.close, 30, rise))
    for row in ROWS[:100]:
        stream.push(*row)
    other = pickle.loads(pickle.dumps(stream))
    assert [other.push(*row) for row in ROWS[100:200]] == [stream.push(*row) for row in ROWS[100:200]]


@pytest.mark.parametrize("function", [RISE, capsule()], ids=["ctypes", "capsule"])
def test_a_pointer_is_not_pickled(function: Any) -> None:
    for value in (bt.rolling_apply(bt.close, 3, function), bt.Stream(bt.rolling_apply(bt.close, 3, function))):
        with pytest.raises(pickle.PicklingError, match="has no meaning in another process: use a numba cfunc"):
            pickle.dumps(value)


def test_an_exported_capsule_is_pickled_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("made_up")
    module.__pyx_capi__ = {"rise": capsule()}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "made_up", module)
    expr = bt.rolling_apply(bt.close, 3, capsule())
    assert repr(expr) == "rolling_apply(close, 3, rise)"
    assert pickle.loads(pickle.dumps(expr)).equals(expr)
    assert not expr.params[2].key.startswith("local:")


# --- errors -----------------------------------------------------------------------------------------------------------


WRONG = [
    (lambda: 5, "rolling_apply takes a Python callable or a compiled double f"),
    (lambda: ctypes.CFUNCTYPE(ctypes.c_double)(lambda: 0.0), "its argtypes must be"),
    (lambda: ctypes.CFUNCTYPE(ctypes.c_int, POINTER, ctypes.c_ssize_t)(lambda p, n: 0), "its argtypes must be"),
    (lambda: ctypes.CFUNCTYPE(ctypes.c_double, POINTER, ctypes.c_size_t)(lambda p, n: 0.0), "its argtypes must be"),
    (lambda: ctypes.CFUNCTYPE(ctypes.c_double, POINTER, ctypes.c_int)(lambda p, n: 0.0), "its argtypes must be"),
    (lambda: ctypes.PYFUNCTYPE(ctypes.c_double, POINTER, ctypes.c_ssize_t)(lambda p, n: 0.0), "needs the GIL"),
    (lambda: COMPILED(0), "points nowhere"),
    (lambda: capsule(b"double (double *, int)"), "named by its signature.* is named 'double .double ., int"),
    (lambda: capsule(b"float (double *, Py_ssize_t)"), "a capsule is named by its signature"),
    (lambda: capsule(b"double (double *)"), "a capsule is named by its signature"),
    (lambda: LowLevelCallable((capsule(), RISE, 7)), "passes no user_data"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), WRONG, ids=range(len(WRONG)))
def test_functions_that_cannot_be_used(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(bt.ExpressionError, match=message):
        bt.rolling_apply(bt.close, 3, make())
