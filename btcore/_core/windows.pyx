"""Operators over the last `window` values.

Rolling aggregates split time into chunks of `window` candles. A window is the tail of one chunk joined with the head
of the next: the head is accumulated as candles arrive, the tails are accumulated backwards once, when a chunk is
complete. Nothing is ever subtracted from an aggregate, so errors do not build up, a spike leaves no trace, a constant
window has a spread of exactly 0, and the result does not depend on how candles are cut into blocks.

A NaN or an infinity is kept out of the aggregates; every window that holds one is NaN.
"""

from libc.math cimport INFINITY, NAN, sqrt
from libc.stdlib cimport calloc, free

from btcore._core.elementwise cimport maximum
from btcore._core.operators cimport Operator
from btcore._core.ring cimport Ring, ring_free, ring_init, ring_push
from btcore._core.types cimport (
    OP_ROLLING_MAX, OP_ROLLING_MEAN, OP_ROLLING_MIN, OP_ROLLING_STD, OP_ROLLING_SUM, OP_ROLLING_VAR, OP_SHIFT,
)

cdef struct Window:
    Py_ssize_t at               # position in the current chunk
    Py_ssize_t seen             # values so far, at most the window
    Py_ssize_t finite           # finite values in a row up to now
    double head                 # sum or extreme of the current chunk
    double head_squares         # moments: second power sum
    double anchor               # moments: first value of the current chunk; its power sums are about it
    double tail_anchor          # moments: last value of the chunk before; its power sums are about it
    double* values              # the current chunk
    double* tails               # tails[k]: sum or extreme of values[k:] of the chunk before; tails[window] is neutral
    double* tail_squares        # moments only
    double* inverse             # moments only: inverse[k] = 1 / k


cdef inline double admit(Window* w, double x, double substitute) noexcept nogil:
    """Count `x` and store it, or the substitute where it is not finite; returns what was stored."""
    if x - x == 0.0:
        w.finite += 1
    else:
        w.finite = 0
        x = substitute
    w.values[w.at] = x
    return x


cdef inline bint complete(Window* w, const Operator* op) noexcept nogil:
    """Count the candle; whether its window has enough values and all of them are finite."""
    if w.seen < op.window:
        w.seen += 1
    return w.finite >= w.seen and w.seen >= op.min_periods


cdef void advance_sum(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const double* a = <const double*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    cdef Window* w = <Window*> op.state
    cdef bint mean = op.code == OP_ROLLING_MEAN
    cdef double total
    cdef Py_ssize_t i, k
    for i in range(n):
        w.head += admit(w, a[i], 0.0)
        total = w.tails[w.at + 1] + w.head
        if complete(w, op):
            out[i] = total / <double> w.seen if mean else total
        else:
            out[i] = NAN
        w.at += 1
        if w.at == op.window:
            for k in range(op.window - 1, -1, -1):
                w.tails[k] = w.tails[k + 1] + w.values[k]
            w.at = 0
            w.head = 0.0


cdef void advance_extreme(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    """Maximum, or minimum as the negated maximum of the negated values."""
    cdef const double* a = <const double*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    cdef Window* w = <Window*> op.state
    cdef double sign = 1.0 if op.code == OP_ROLLING_MAX else -1.0
    cdef Py_ssize_t i, k
    for i in range(n):
        w.head = maximum(w.head, admit(w, sign * a[i], -INFINITY))
        out[i] = sign * maximum(w.tails[w.at + 1], w.head) if complete(w, op) else NAN
        w.at += 1
        if w.at == op.window:
            for k in range(op.window - 1, -1, -1):
                w.tails[k] = maximum(w.tails[k + 1], w.values[k])
            w.at = 0
            w.head = -INFINITY


cdef inline double squares_about_mean(Window* w, Py_ssize_t window) noexcept nogil:
    """Sum of squared deviations of the window: Chan's merge of the tail and the head, each about its own anchor."""
    cdef Py_ssize_t in_head = w.at + 1
    cdef Py_ssize_t in_tail = w.seen - in_head
    cdef double head_mean = w.head * w.inverse[in_head]
    cdef double head_spread = w.head_squares - w.head * head_mean
    cdef double tail_mean, tail_spread, apart
    if in_tail <= 0:
        return maximum(head_spread, 0.0)
    tail_mean = w.tails[in_head] * w.inverse[in_tail]
    tail_spread = w.tail_squares[in_head] - w.tails[in_head] * tail_mean
    apart = (w.anchor - w.tail_anchor) + (head_mean - tail_mean)
    apart = apart * apart * (<double> in_head * <double> in_tail * w.inverse[w.seen])
    return maximum(head_spread + tail_spread + apart, 0.0)


cdef void close_moments(Window* w, Py_ssize_t window) noexcept nogil:
    """The chunk is complete: its tails, about its last value."""
    cdef Py_ssize_t k
    cdef double d
    w.tail_anchor = w.values[window - 1]
    for k in range(window - 1, -1, -1):
        d = w.values[k] - w.tail_anchor
        w.tails[k] = w.tails[k + 1] + d
        w.tail_squares[k] = w.tail_squares[k + 1] + d * d
    w.at = 0
    w.head = w.head_squares = 0.0


cdef void advance_moments(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    """Variance and standard deviation."""
    cdef const double* a = <const double*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    cdef Window* w = <Window*> op.state
    cdef bint root = op.code == OP_ROLLING_STD
    cdef double x, variance
    cdef Py_ssize_t i
    for i in range(n):
        # the value before stands in for one that is not finite, so it cannot spoil the anchors
        x = admit(w, a[i], w.values[w.at - 1] if w.at > 0 else w.tail_anchor)
        if w.at == 0:
            w.anchor = x
        w.head += x - w.anchor
        w.head_squares += (x - w.anchor) * (x - w.anchor)
        if complete(w, op) and w.seen > op.ddof:
            variance = squares_about_mean(w, op.window) / <double> (w.seen - op.ddof)
            out[i] = sqrt(variance) if root else variance
        else:
            out[i] = NAN
        w.at += 1
        if w.at == op.window:
            close_moments(w, op.window)


cdef void advance_shift(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const double* a = <const double*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    cdef Ring* ring = <Ring*> op.state
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = ring_push(ring, a[i])


cdef void release_window(Operator* op) noexcept nogil:
    cdef Window* w = <Window*> op.state
    if w != NULL:
        free(w.values)
        free(w.tails)
        free(w.tail_squares)
        free(w.inverse)
    free(w)


cdef void release_ring(Operator* op) noexcept nogil:
    if op.state != NULL:
        ring_free(<Ring*> op.state)
    free(op.state)


cdef int allocate_window(Operator* op) except -1:
    cdef Window* w = <Window*> calloc(1, sizeof(Window))
    cdef Py_ssize_t k
    op.state = w
    if w != NULL:
        w.values = <double*> calloc(op.window, sizeof(double))
        w.tails = <double*> calloc(op.window + 1, sizeof(double))
        w.tail_squares = <double*> calloc(op.window + 1, sizeof(double))
        w.inverse = <double*> calloc(op.window + 1, sizeof(double))
    if w == NULL or w.values == NULL or w.tails == NULL or w.tail_squares == NULL or w.inverse == NULL:
        raise MemoryError(f"a window of {op.window} candles does not fit in memory")
    for k in range(1, op.window + 1):
        w.inverse[k] = 1.0 / <double> k
    if op.code == OP_ROLLING_MAX or op.code == OP_ROLLING_MIN:
        w.head = -INFINITY
        for k in range(op.window + 1):
            w.tails[k] = -INFINITY
    return 0


cdef bint setup_window(Operator* op) except? 0:
    """Give `op` its function and state; False where its code is not one of this file."""
    if op.code == OP_SHIFT:
        op.advance, op.release = advance_shift, release_ring
        op.state = calloc(1, sizeof(Ring))
        if op.state == NULL:
            raise MemoryError("no memory for an operator's state")
        ring_init(<Ring*> op.state, op.window, NAN)
        return True
    if op.code == OP_ROLLING_SUM or op.code == OP_ROLLING_MEAN:
        op.advance = advance_sum
    elif op.code == OP_ROLLING_MIN or op.code == OP_ROLLING_MAX:
        op.advance = advance_extreme
    elif op.code == OP_ROLLING_VAR or op.code == OP_ROLLING_STD:
        op.advance = advance_moments
    else:
        return False
    op.release = release_window
    allocate_window(op)
    return True
