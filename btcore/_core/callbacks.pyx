"""The operator that applies a function of the caller to the last `window` values: a Python callable, or compiled.

The state is a ring of the last values. A compiled function gets a pointer into it. A Python callable gets views of an
array that is made for each block and never written again, so that a view which the callable keeps stays what it was.
"""

from libc.math cimport NAN
from libc.string cimport memcpy

cimport numpy as cnp
from cpython.exc cimport PyErr_CheckSignals

from btcore._core.operators cimport Operator, allocate_state
from btcore._core.ring cimport Ring, ring_bytes, ring_init, ring_push, ring_window
from btcore._core.types cimport OP_ROLLING_APPLY

import numpy as np

from btcore.errors import ExpressionError

cnp.import_array()

ctypedef double (*Compiled)(const double* values, Py_ssize_t count) noexcept nogil

cdef extern from "numpy/arrayobject.h":
    object PyArray_New(type, int, cnp.npy_intp*, int, cnp.npy_intp*, void*, int, int, object)
    int PyArray_SetBaseObject(cnp.ndarray, object) except -1    # takes over a reference

cdef extern from "Python.h":
    void Py_INCREF(object)

cdef struct Applied:            # a ring of `window` values follows in memory
    Py_ssize_t count            # candles so far
    Py_ssize_t finite           # finite values in a row, up to the last


cdef inline Ring* ring_of(Applied* a) noexcept nogil:
    return <Ring*> (a + 1)


cdef inline bint finite(double x) noexcept nogil:
    return x - x == 0.0


cdef void advance_compiled(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const double* x = <const double*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    cdef Applied* a = <Applied*> op.state
    cdef Ring* ring = ring_of(a)
    cdef Compiled function = <Compiled> op.function
    cdef Py_ssize_t window = op.window, least = op.min_periods
    cdef Py_ssize_t count = a.count, in_a_row = a.finite    # locals are not read anew after each call
    cdef Py_ssize_t i, size
    for i in range(n):
        ring_push(ring, x[i])
        in_a_row = in_a_row + 1 if finite(x[i]) else 0
        size = min(count + i + 1, window)
        if size >= least and in_a_row >= size:
            out[i] = function(ring_window(ring) + (window - size), size)
        else:
            out[i] = NAN
    a.count, a.finite = count + n, in_a_row


cdef void advance_python(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    """A block with the GIL; what the callable raises waits in the callback for ``raise_failure``."""
    with gil:
        try:
            PyErr_CheckSignals()
            (<Callback> op.function).apply(op, <const double*> slots[op.a], <double*> slots[op.out], n)
        except BaseException as error:
            (<Callback> op.function).error = error
            op.failed = True


cdef int raise_failure(Operator* op) except -1:
    """Raise what the callable of a failed operator raised."""
    cdef Callback callback = <Callback> op.function
    error, callback.error = callback.error, None
    op.failed = False
    raise error


cdef object read_only_array(object owner, const void* values, cnp.npy_intp size, int kind):
    """An array of `size` values in the memory of `owner`, which it keeps alive."""
    cdef cnp.ndarray view = PyArray_New(
        cnp.ndarray, 1, &size, kind, NULL, <void*> values, 0, cnp.NPY_ARRAY_CARRAY_RO, None
    )
    Py_INCREF(owner)
    PyArray_SetBaseObject(view, owner)
    return view


cdef class Callback:
    """A function for one operator of one pipeline.

    Parameters
    ----------
    function : callable or None
        Takes a read-only float64 array, returns a number.
    address : int
        Where there is no callable: of a compiled ``double f(const double*, Py_ssize_t)`` that needs no GIL and lives
        as long as the pipeline.
    name : str
        How messages call it.
    """

    def __cinit__(self, object function, size_t address, str name):
        self.function, self.address, self.name = function, address, name

    cdef int apply(self, Operator* op, const double* x, double* out, Py_ssize_t n) except -1:
        """The next n outputs: windows slide over an array of the last values of the ring and the n new ones."""
        cdef Applied* a = <Applied*> op.state
        cdef Ring* ring = ring_of(a)
        cdef Py_ssize_t before = min(a.count, op.window - 1)
        cdef cnp.ndarray history = np.empty(before + n)
        cdef double* values = <double*> cnp.PyArray_DATA(history)
        cdef Py_ssize_t i, size
        memcpy(values, ring_window(ring) + (op.window - before), before * sizeof(double))
        memcpy(values + before, x, n * sizeof(double))
        history.flags.writeable = False
        for i in range(n):
            ring_push(ring, x[i])
            a.finite = a.finite + 1 if finite(x[i]) else 0
            size = min(before + i + 1, op.window)
            if size < op.min_periods or a.finite < size:
                out[i] = NAN
                continue
            try:
                window = read_only_array(history, values + before + i + 1 - size, size, cnp.NPY_DOUBLE)
                out[i] = self.value_of(self.function(window))
            except BaseException as error:
                error.add_note(f"in rolling_apply of {self.name}, at candle {a.count + i}")
                raise
        a.count += n
        return 0

    cdef double value_of(self, object result) except? -1.0:
        """What the callable returned, as a float."""
        if isinstance(result, float):
            return result
        number = hasattr(result, "__float__") or hasattr(result, "__index__")
        if not number or isinstance(result, (complex, np.complexfloating)) or getattr(result, "ndim", 0):
            raise ExpressionError(f"a function of rolling_apply returns a number, {self.name} returned {result!r}")
        return float(result)


cdef bint setup_callback(Operator* op, object callback) except? 0:
    """Give `op` its function and state; False where its code is not one of this file.

    `callback` is the Callback; the caller keeps it alive as long as the operator.
    """
    cdef Callback given
    if op.code != OP_ROLLING_APPLY:
        return False
    given = callback
    if given.function is None:
        op.advance, op.function = advance_compiled, <void*> given.address
    else:
        op.advance, op.function, op.fallible = advance_python, <void*> given, True
    allocate_state(op, sizeof(Applied) + ring_bytes(op.window))
    ring_init(ring_of(<Applied*> op.state), op.window, NAN)
    return True
