"""Recursions: operators whose state is their last value. Exponential means step in banks of four."""

from libc.math cimport NAN, fabs

from btcore._core.elementwise cimport maximum
from btcore._core.operators cimport Operator, allocate_state
from btcore._core.types cimport LANES, OP_EWM, OP_TRUE_RANGE

cdef struct PreviousClose:
    bint known
    double value


cdef inline bint finite(double x) noexcept nogil:
    return x - x == 0.0


cdef inline double follow(double y, double alpha, double x) noexcept nogil:
    # y + alpha * (x - y) stays exactly where it is on a constant series; (1 - alpha) * y + alpha * x drifts
    return y + alpha * (x - y)


cdef void advance_lane(Lane* lane, void** slots, Py_ssize_t n) noexcept nogil:
    """One lane with every case: the first finite input is the seed, others that are not finite are passed over."""
    cdef const double* x = <const double*> slots[lane.source]
    cdef double* out = <double*> slots[lane.out]
    cdef Py_ssize_t i
    for i in range(n):
        if not finite(x[i]):
            out[i] = NAN
            continue
        lane.value = follow(lane.value, lane.alpha, x[i]) if lane.seeded else x[i]
        lane.seeded = True
        out[i] = lane.value


cdef void advance_four(Lane* lanes, double* y, void** slots, Py_ssize_t n) noexcept nogil:
    """Four seeded lanes from y[0..3] to y[0..3]; an input that is not finite leaves its y not finite."""
    cdef const double* x0 = <const double*> slots[lanes[0].source]
    cdef const double* x1 = <const double*> slots[lanes[1].source]
    cdef const double* x2 = <const double*> slots[lanes[2].source]
    cdef const double* x3 = <const double*> slots[lanes[3].source]
    cdef double* out0 = <double*> slots[lanes[0].out]
    cdef double* out1 = <double*> slots[lanes[1].out]
    cdef double* out2 = <double*> slots[lanes[2].out]
    cdef double* out3 = <double*> slots[lanes[3].out]
    cdef double y0 = y[0], y1 = y[1], y2 = y[2], y3 = y[3]
    cdef double a0 = lanes[0].alpha, a1 = lanes[1].alpha, a2 = lanes[2].alpha, a3 = lanes[3].alpha
    cdef Py_ssize_t i
    for i in range(n):
        y0 = follow(y0, a0, x0[i])
        y1 = follow(y1, a1, x1[i])
        y2 = follow(y2, a2, x2[i])
        y3 = follow(y3, a3, x3[i])
        out0[i] = y0
        out1[i] = y1
        out2[i] = y2
        out3[i] = y3
    y[0] = y0
    y[1] = y1
    y[2] = y2
    y[3] = y3


cdef void advance_bank(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef Bank* bank = <Bank*> op.state
    cdef double[4] y
    cdef int k
    for k in range(LANES):
        y[k] = bank.lanes[k].value if bank.lanes[k].seeded else NAN
    advance_four(bank.lanes, y, slots, n)
    for k in range(bank.count):
        if finite(y[k]):
            bank.lanes[k].value = y[k]
        else:       # not seeded yet, or an input of this block was not finite: again, with every case
            advance_lane(&bank.lanes[k], slots, n)
    for k in range(bank.count, LANES):
        bank.lanes[k] = bank.lanes[bank.count - 1]


cdef void advance_true_range(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const double* high = <const double*> slots[op.a]
    cdef const double* low = <const double*> slots[op.b]
    cdef const double* close = <const double*> slots[op.c]
    cdef double* out = <double*> slots[op.out]
    cdef PreviousClose* previous = <PreviousClose*> op.state
    cdef Py_ssize_t i
    out[0] = true_range(high[0], low[0], previous.value) if previous.known else high[0] - low[0]
    for i in range(1, n):
        out[i] = true_range(high[i], low[i], close[i - 1])
    previous.value = close[n - 1]
    previous.known = True


cdef inline double true_range(double high, double low, double previous_close) noexcept nogil:
    return maximum(high - low, maximum(fabs(high - previous_close), fabs(low - previous_close)))


cdef bint setup_recursion(Operator* op, object lanes) except? 0:
    """Give `op` its function and state; False where its code is not one of this file.

    `lanes` is a list of (source slot, out slot, alpha), one to four, for a bank; empty for other operators.
    """
    cdef Bank* bank
    cdef int k
    if op.code != OP_EWM and op.code != OP_TRUE_RANGE:
        return False
    if op.code == OP_TRUE_RANGE:
        op.advance = advance_true_range
        allocate_state(op, sizeof(PreviousClose))
        return True
    op.advance = advance_bank
    allocate_state(op, sizeof(Bank))
    bank = <Bank*> op.state
    bank.count = len(lanes)
    for k in range(LANES):
        bank.lanes[k].source, bank.lanes[k].out, bank.lanes[k].alpha = lanes[min(k, bank.count - 1)]
    return True
