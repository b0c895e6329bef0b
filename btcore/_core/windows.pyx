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
    double head                 # sum, extreme or mean (about the anchor) of the current chunk
    double head_rest            # sums: rounding errors of the head; moments: sum of squared deviations from its mean
    double anchor               # moments: first value of the current chunk
    double tail_anchor          # moments: last value of the chunk before
    double* values              # the current chunk
    double* tails               # tails[k]: head of values[k:] of the chunk before; tails[window] is neutral
    double* tail_rests          # sums and moments
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


cdef inline void accumulate(double* total, double* rest, double x) noexcept nogil:
    """Add `x`; what rounding takes from the total is kept in the rest (Knuth's two-sum)."""
    cdef double before = total[0]
    cdef double shifted
    total[0] = before + x
    shifted = total[0] - before
    rest[0] += (before - (total[0] - shifted)) + (x - shifted)


cdef void advance_sum(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const double* a = <const double*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    cdef Window* w = <Window*> op.state
    cdef bint mean = op.code == OP_ROLLING_MEAN
    cdef double total, rest
    cdef Py_ssize_t i
    for i in range(n):
        accumulate(&w.head, &w.head_rest, admit(w, a[i], 0.0))
        total, rest = w.head, w.head_rest + w.tail_rests[w.at + 1]
        accumulate(&total, &rest, w.tails[w.at + 1])
        if total - total == 0.0:    # beyond the largest float there is no rest
            total += rest
        if complete(w, op):
            out[i] = total / <double> w.seen if mean else total
        else:
            out[i] = NAN
        w.at += 1
        if w.at == op.window:
            close_sums(w, op.window)


cdef void close_sums(Window* w, Py_ssize_t window) noexcept nogil:
    """The chunk is complete: its tails."""
    cdef Py_ssize_t k
    w.at = 0
    w.head = w.head_rest = 0.0
    for k in range(window - 1, -1, -1):
        accumulate(&w.head, &w.head_rest, w.values[k])
        w.tails[k] = w.head
        w.tail_rests[k] = w.head_rest
    w.head = w.head_rest = 0.0


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
    """Sum of squared deviations of the window: Chan's merge of the tail and the head.

    Values are taken relative to one of them, the anchor, so that what is squared has the size of the spread and not of
    the price.
    """
    cdef Py_ssize_t in_head = w.at + 1
    cdef Py_ssize_t in_tail = w.seen - in_head
    cdef double apart
    if in_tail <= 0:
        return w.head_rest
    apart = (w.anchor - w.tail_anchor) + (w.head - w.tails[in_head])
    apart = apart * apart * (<double> in_head * <double> in_tail * w.inverse[w.seen])
    return w.head_rest + w.tail_rests[in_head] + apart


cdef inline void join(double* mean, double* spread, double x, double inverse) noexcept nogil:
    """Welford's update of a mean and a sum of squared deviations with one more value, the 1 / inverse-th."""
    cdef double apart = x - mean[0]
    mean[0] += apart * inverse
    spread[0] += apart * (x - mean[0])


cdef void close_moments(Window* w, Py_ssize_t window) noexcept nogil:
    """The chunk is complete: its tails, about its last value."""
    cdef Py_ssize_t k
    w.tail_anchor = w.values[window - 1]
    w.head = w.head_rest = 0.0
    for k in range(window - 1, -1, -1):
        join(&w.head, &w.head_rest, w.values[k] - w.tail_anchor, w.inverse[window - k])
        w.tails[k] = w.head
        w.tail_rests[k] = w.head_rest
    w.at = 0
    w.head = w.head_rest = 0.0


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
        join(&w.head, &w.head_rest, x - w.anchor, w.inverse[w.at + 1])
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
        free(w.tail_rests)
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
        w.tail_rests = <double*> calloc(op.window + 1, sizeof(double))
        w.inverse = <double*> calloc(op.window + 1, sizeof(double))
    if w == NULL or w.values == NULL or w.tails == NULL or w.tail_rests == NULL or w.inverse == NULL:
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
