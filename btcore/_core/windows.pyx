"""Operators over the last `window` values: the state and the function of each. The arithmetic is C, in window.h.

A NaN or an infinity spoils the windows that hold it and no other: nothing is carried from a window to the next but
aggregates of values that both hold.
"""

from libc.math cimport NAN
from libc.string cimport memcpy

from btcore._core.operators cimport Advance, Operator, allocate_state
from btcore._core.ring cimport Ring, ring_bytes, ring_init, ring_push, ring_window
from btcore._core.types cimport (
    OP_ROLLING_ARGMAX, OP_ROLLING_ARGMIN, OP_ROLLING_CORR, OP_ROLLING_COV, OP_ROLLING_KURT, OP_ROLLING_MAX,
    OP_ROLLING_MEAN, OP_ROLLING_MIN, OP_ROLLING_SKEW, OP_ROLLING_SLOPE, OP_ROLLING_STD, OP_ROLLING_SUM,
    OP_ROLLING_VAR, OP_ROLLING_WMA, OP_SHIFT,
)

cdef extern from "window.h" nogil:
    enum:
        KIND_SUM, KIND_MEAN, KIND_VAR, KIND_STD, KIND_SKEW, KIND_KURT, KIND_WMA, KIND_SLOPE, KIND_COV, KIND_CORR
        KIND_MIN, KIND_MAX, KIND_ARGMIN, KIND_ARGMAX
    ctypedef struct Window:
        Py_ssize_t size, group
    size_t window_bytes(int kind, Py_ssize_t window) noexcept
    void window_init(Window* w, int kind, Py_ssize_t window, Py_ssize_t least, Py_ssize_t ddof) noexcept
    void window_advance(int kind, Window* w, const double* x, const double* y, double* out, Py_ssize_t n) noexcept


cdef inline const double* read(void** slots, int slot) noexcept nogil:
    return <const double*> slots[slot]

# A function for each kind: window_advance is compiled apart for each constant.

cdef void advance_sum(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    window_advance(KIND_SUM, <Window*> op.state, read(slots, op.a), read(slots, op.a), <double*> slots[op.out], n)


cdef void advance_mean(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    window_advance(KIND_MEAN, <Window*> op.state, read(slots, op.a), read(slots, op.a), <double*> slots[op.out], n)


cdef void advance_var(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    window_advance(KIND_VAR, <Window*> op.state, read(slots, op.a), read(slots, op.a), <double*> slots[op.out], n)


cdef void advance_std(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    window_advance(KIND_STD, <Window*> op.state, read(slots, op.a), read(slots, op.a), <double*> slots[op.out], n)


cdef void advance_skew(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    window_advance(KIND_SKEW, <Window*> op.state, read(slots, op.a), read(slots, op.a), <double*> slots[op.out], n)


cdef void advance_kurt(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    window_advance(KIND_KURT, <Window*> op.state, read(slots, op.a), read(slots, op.a), <double*> slots[op.out], n)


cdef void advance_wma(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    window_advance(KIND_WMA, <Window*> op.state, read(slots, op.a), read(slots, op.a), <double*> slots[op.out], n)


cdef void advance_slope(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    window_advance(KIND_SLOPE, <Window*> op.state, read(slots, op.a), read(slots, op.a), <double*> slots[op.out], n)


cdef void advance_cov(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    window_advance(KIND_COV, <Window*> op.state, read(slots, op.a), read(slots, op.b), <double*> slots[op.out], n)


cdef void advance_corr(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    window_advance(KIND_CORR, <Window*> op.state, read(slots, op.a), read(slots, op.b), <double*> slots[op.out], n)


cdef void advance_min(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    window_advance(KIND_MIN, <Window*> op.state, read(slots, op.a), read(slots, op.a), <double*> slots[op.out], n)


cdef void advance_max(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    window_advance(KIND_MAX, <Window*> op.state, read(slots, op.a), read(slots, op.a), <double*> slots[op.out], n)


cdef void advance_argmin(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    window_advance(KIND_ARGMIN, <Window*> op.state, read(slots, op.a), read(slots, op.a), <double*> slots[op.out], n)


cdef void advance_argmax(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    window_advance(KIND_ARGMAX, <Window*> op.state, read(slots, op.a), read(slots, op.a), <double*> slots[op.out], n)

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


cdef bint setup(Operator* op, int kind, Advance function) except? 0:
    op.advance = function
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
        return setup(op, KIND_SUM, advance_sum)
    if op.code == OP_ROLLING_MEAN:
        return setup(op, KIND_MEAN, advance_mean)
    if op.code == OP_ROLLING_VAR:
        return setup(op, KIND_VAR, advance_var)
    if op.code == OP_ROLLING_STD:
        return setup(op, KIND_STD, advance_std)
    if op.code == OP_ROLLING_SKEW:
        return setup(op, KIND_SKEW, advance_skew)
    if op.code == OP_ROLLING_KURT:
        return setup(op, KIND_KURT, advance_kurt)
    if op.code == OP_ROLLING_WMA:
        return setup(op, KIND_WMA, advance_wma)
    if op.code == OP_ROLLING_SLOPE:
        return setup(op, KIND_SLOPE, advance_slope)
    if op.code == OP_ROLLING_COV:
        return setup(op, KIND_COV, advance_cov)
    if op.code == OP_ROLLING_CORR:
        return setup(op, KIND_CORR, advance_corr)
    if op.code == OP_ROLLING_MIN:
        return setup(op, KIND_MIN, advance_min)
    if op.code == OP_ROLLING_MAX:
        return setup(op, KIND_MAX, advance_max)
    if op.code == OP_ROLLING_ARGMIN:
        return setup(op, KIND_ARGMIN, advance_argmin)
    if op.code == OP_ROLLING_ARGMAX:
        return setup(op, KIND_ARGMAX, advance_argmax)
    return False


cdef Py_ssize_t aggregate_period(const Operator* op) noexcept nogil:
    """An aggregate that starts at a multiple of this gives the bits of one that started at 0, once its window is full."""
    cdef const Window* w = <const Window*> op.state
    return w.size * w.group
