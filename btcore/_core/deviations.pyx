"""Mean absolute deviation of the last `window` values: two passes over each window.

Values are taken relative to the oldest of the window, so what is added up has the size of the spread, not of the price,
and a constant window has a deviation of exactly 0. A window that holds a NaN or an infinity is NaN.
"""

from libc.math cimport NAN, fabs

from btcore._core.operators cimport Operator, allocate_state
from btcore._core.ring cimport Ring, ring_bytes, ring_init, ring_push, ring_window
from btcore._core.types cimport OP_ROLLING_MAD

cdef struct Deviation:          # followed by the ring of raw values
    Py_ssize_t seen             # values so far, up to the window
    Py_ssize_t finite           # finite values in a row, up to the window


cdef inline bint finite(double x) noexcept nogil:
    return x - x == 0.0


cdef inline double mean_apart(const double* x, Py_ssize_t n, double origin) noexcept nogil:
    """Mean of x - origin; four sums side by side."""
    cdef double a = 0.0, b = 0.0, c = 0.0, d = 0.0
    cdef Py_ssize_t k = 0
    while k + 4 <= n:
        a += x[k] - origin
        b += x[k + 1] - origin
        c += x[k + 2] - origin
        d += x[k + 3] - origin
        k += 4
    while k < n:
        a += x[k] - origin
        k += 1
    return ((a + b) + (c + d)) / <double> n


cdef inline double mean_distance(const double* x, Py_ssize_t n, double origin, double mean) noexcept nogil:
    """Mean of |x - origin - mean|; four sums side by side."""
    cdef double a = 0.0, b = 0.0, c = 0.0, d = 0.0
    cdef Py_ssize_t k = 0
    while k + 4 <= n:
        a += fabs((x[k] - origin) - mean)
        b += fabs((x[k + 1] - origin) - mean)
        c += fabs((x[k + 2] - origin) - mean)
        d += fabs((x[k + 3] - origin) - mean)
        k += 4
    while k < n:
        a += fabs((x[k] - origin) - mean)
        k += 1
    return ((a + b) + (c + d)) / <double> n


cdef void advance_deviation(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const double* x = <const double*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    cdef Deviation* state = <Deviation*> op.state
    cdef Ring* ring = <Ring*> (state + 1)
    cdef const double* oldest
    cdef Py_ssize_t i
    for i in range(n):
        ring_push(ring, x[i])
        state.seen = min(state.seen + 1, op.window)
        state.finite = min(state.finite + 1, op.window) if finite(x[i]) else 0
        if state.finite < state.seen or state.seen < op.min_periods:
            out[i] = NAN
            continue
        oldest = ring_window(ring) + (op.window - state.seen)
        out[i] = mean_distance(oldest, state.seen, oldest[0], mean_apart(oldest, state.seen, oldest[0]))


cdef bint setup_deviation(Operator* op) except? 0:
    """Give `op` its function and state; False where its code is not one of this file."""
    if op.code != OP_ROLLING_MAD:
        return False
    op.advance = advance_deviation
    allocate_state(op, sizeof(Deviation) + ring_bytes(op.window))
    ring_init(<Ring*> (<Deviation*> op.state + 1), op.window, NAN)
    return True
