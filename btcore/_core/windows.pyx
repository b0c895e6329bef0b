"""Operators over the last `window` values: the state and the function of each. The arithmetic is C, in window.h.

A NaN or an infinity spoils the windows that hold it and no other: nothing is carried from a window to the next but
aggregates of values that both hold.

The functions come in two widths, for any processor and for those with AVX2; both give the same bits. The environment
variable ``BTCORE_CPU=baseline`` chooses the first everywhere.
"""

from libc.math cimport NAN
from libc.string cimport memcpy

from btcore._core.operators cimport Operator, allocate_state
from btcore._core.ring cimport Ring, ring_bytes, ring_init, ring_push, ring_window
from btcore._core.types cimport (
    OP_ROLLING_ARGMAX, OP_ROLLING_ARGMIN, OP_ROLLING_CORR, OP_ROLLING_COV, OP_ROLLING_KURT, OP_ROLLING_MAX,
    OP_ROLLING_MEAN, OP_ROLLING_MIN, OP_ROLLING_SKEW, OP_ROLLING_SLOPE, OP_ROLLING_STD, OP_ROLLING_SUM,
    OP_ROLLING_VAR, OP_ROLLING_WMA, OP_SHIFT,
)
from btcore._core.windows_avx2 cimport avx2_chosen, avx2_function

cdef extern from "functions.h" nogil:
    enum:
        KIND_SUM, KIND_MEAN, KIND_VAR, KIND_STD, KIND_SKEW, KIND_KURT, KIND_WMA, KIND_SLOPE, KIND_COV, KIND_CORR
        KIND_MIN, KIND_MAX, KIND_ARGMIN, KIND_ARGMAX
    ctypedef struct Window:
        Py_ssize_t size, group
    ctypedef void (*WindowFunction)(
        Window* w, const double* x, const double* y, double* out, Py_ssize_t n
    ) noexcept nogil
    WindowFunction[14] window_functions
    bint is_joint(int kind) noexcept
    size_t window_bytes(int kind, Py_ssize_t window) noexcept
    void window_init(Window* w, int kind, Py_ssize_t window, Py_ssize_t least, Py_ssize_t ddof) noexcept

LEVEL = "avx2" if avx2_chosen() else "baseline"


cdef void advance_window(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    (<WindowFunction> op.function)(
        <Window*> op.state, <const double*> slots[op.a], <const double*> slots[op.b], <double*> slots[op.out], n
    )


cdef void advance_shift(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const double* a = <const double*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    cdef Ring* ring = <Ring*> op.state
    cdef Py_ssize_t i
    if n < op.window:
        for i in range(n):
            out[i] = ring_push(ring, a[i])
        return
    memcpy(out, ring_window(ring), op.window * sizeof(double))
    memcpy(out + op.window, a, (n - op.window) * sizeof(double))
    for i in range(n - op.window, n):
        ring_push(ring, a[i])


cdef bint setup(Operator* op, int kind) except? 0:
    op.advance = advance_window
    op.function = avx2_function(kind) if avx2_chosen() else <void*> window_functions[kind]
    if not is_joint(kind):
        op.b = op.a
    allocate_state(op, window_bytes(kind, op.window))
    window_init(<Window*> op.state, kind, op.window, op.min_periods, op.option)
    return True


cdef bint setup_window(Operator* op) except? 0:
    """Give `op` its function and state; False where its code is not one of this file."""
    if op.code == OP_SHIFT:
        op.advance = advance_shift
        allocate_state(op, ring_bytes(op.window))
        ring_init(<Ring*> op.state, op.window, NAN)
        return True
    if op.code == OP_ROLLING_SUM:
        return setup(op, KIND_SUM)
    if op.code == OP_ROLLING_MEAN:
        return setup(op, KIND_MEAN)
    if op.code == OP_ROLLING_VAR:
        return setup(op, KIND_VAR)
    if op.code == OP_ROLLING_STD:
        return setup(op, KIND_STD)
    if op.code == OP_ROLLING_SKEW:
        return setup(op, KIND_SKEW)
    if op.code == OP_ROLLING_KURT:
        return setup(op, KIND_KURT)
    if op.code == OP_ROLLING_WMA:
        return setup(op, KIND_WMA)
    if op.code == OP_ROLLING_SLOPE:
        return setup(op, KIND_SLOPE)
    if op.code == OP_ROLLING_COV:
        return setup(op, KIND_COV)
    if op.code == OP_ROLLING_CORR:
        return setup(op, KIND_CORR)
    if op.code == OP_ROLLING_MIN:
        return setup(op, KIND_MIN)
    if op.code == OP_ROLLING_MAX:
        return setup(op, KIND_MAX)
    if op.code == OP_ROLLING_ARGMIN:
        return setup(op, KIND_ARGMIN)
    if op.code == OP_ROLLING_ARGMAX:
        return setup(op, KIND_ARGMAX)
    return False


cdef Py_ssize_t aggregate_period(const Operator* op) noexcept nogil:
    """An aggregate that starts at a multiple of this gives the bits of one that started at 0, once its window is full."""
    cdef const Window* w = <const Window*> op.state
    return w.size * w.group
