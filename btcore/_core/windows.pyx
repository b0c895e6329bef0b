"""Operators over the last `window` values.

Rolling aggregates split time into chunks of `window` candles. A window is the tail of one chunk joined with the head
of the next: the head is accumulated as candles arrive, the tails are accumulated backwards once, when a chunk is
complete. Nothing is ever subtracted from an aggregate, so errors do not build up, a spike leaves no trace, a constant
window has a spread of exactly 0, and the result does not depend on how candles are cut into blocks.

A NaN or an infinity is kept out of the aggregates; every window that holds one is NaN.
"""

from libc.math cimport INFINITY, NAN, sqrt
from libc.string cimport memcpy

from btcore._core.operators cimport Operator, allocate_state
from btcore._core.ring cimport Ring, ring_bytes, ring_init, ring_push, ring_window
from btcore._core.types cimport (
    OP_ROLLING_MAX, OP_ROLLING_MEAN, OP_ROLLING_MIN, OP_ROLLING_STD, OP_ROLLING_SUM, OP_ROLLING_VAR, OP_ROLLING_WMA,
    OP_SHIFT,
)

cdef struct Window

ctypedef void (*Extend)(Window* w, const double* x, Py_ssize_t n) noexcept nogil
ctypedef void (*Join)(const Window* w, const Operator* op, double* out, Py_ssize_t n) noexcept nogil
ctypedef void (*Close)(Window* w) noexcept nogil

cdef struct Window:             # arrays by position in the chunk; the aggregate is a sum, an extreme or a mean
    Extend extend               # takes n values into the head
    Join join                   # n outputs from tail and head
    Close close                 # the chunk is complete: its tails
    Py_ssize_t window
    Py_ssize_t at               # position in the current chunk
    bint first                  # no chunk is complete yet
    Py_ssize_t finite           # finite values in a row up to now
    double* values              # the current chunk
    double* heads               # heads[k]: aggregate of values[:k + 1]
    double* head_rests          # sums: what rounding took from it; moments: sum of squared deviations from the mean
    double* tails               # tails[k]: aggregate of values[k:] of the chunk before; tails[window] is neutral
    double* tail_rests
    double anchor               # moments: first value of the current chunk, from which its mean is measured
    double tail_anchor          # moments: last value of the chunk before
    double* inverse             # inverse[k] = 1 / k
    double* weights             # weights[k] = k * (window - k) / window


cdef struct Weighted:           # weighted mean; followed by the ring of raw values
    Py_ssize_t seen             # values so far, up to the window
    Py_ssize_t finite           # finite values in a row, up to the window


cdef inline bint finite(double x) noexcept nogil:
    return x - x == 0.0


cdef inline void accumulate(double* total, double* rest, double x) noexcept nogil:
    """Add `x`; what rounding takes from the total is kept in the rest (Knuth's two-sum)."""
    cdef double before = total[0]
    cdef double shifted
    total[0] = before + x
    shifted = total[0] - before
    rest[0] += (before - (total[0] - shifted)) + (x - shifted)


cdef void extend_sums(Window* w, const double* x, Py_ssize_t n) noexcept nogil:
    cdef double total = w.heads[w.at - 1] if w.at else 0.0
    cdef double rest = w.head_rests[w.at - 1] if w.at else 0.0
    cdef double value
    cdef Py_ssize_t k
    for k in range(n):
        value = x[k] if finite(x[k]) else 0.0
        accumulate(&total, &rest, value)
        w.values[w.at + k] = value
        w.heads[w.at + k] = total
        w.head_rests[w.at + k] = rest


cdef void join_sums(const Window* w, const Operator* op, double* out, Py_ssize_t n) noexcept nogil:
    cdef const double* heads = w.heads + w.at
    cdef const double* rests = w.head_rests + w.at
    cdef const double* tails = w.tails + w.at + 1
    cdef const double* tail_rests = w.tail_rests + w.at + 1
    cdef double count = <double> w.window if op.code == OP_ROLLING_MEAN else 1.0
    cdef double total, rest
    cdef Py_ssize_t k
    for k in range(n):
        total, rest = heads[k], rests[k] + tail_rests[k]
        accumulate(&total, &rest, tails[k])
        rest = rest if finite(total) else 0.0   # beyond the largest float there is no rest
        out[k] = (total + rest) / count
    if w.first and op.code == OP_ROLLING_MEAN:
        for k in range(n):
            total, rest = heads[k], rests[k] if finite(heads[k]) else 0.0
            out[k] = (total + rest) / <double> (w.at + k + 1)


cdef void close_sums(Window* w) noexcept nogil:
    cdef double total = 0.0, rest = 0.0
    cdef Py_ssize_t k
    for k in range(w.window - 1, -1, -1):
        accumulate(&total, &rest, w.values[k])
        w.tails[k] = total
        w.tail_rests[k] = rest


cdef inline double greater(double a, double b) noexcept nogil:
    """The larger of two numbers that are not NaN."""
    return a if a > b else b


cdef void extend_extremes(Window* w, const double* x, Py_ssize_t n, double sign) noexcept nogil:
    cdef double most = w.heads[w.at - 1] if w.at else -INFINITY
    cdef double value
    cdef Py_ssize_t k
    for k in range(n):
        value = sign * x[k] if finite(x[k]) else -INFINITY
        most = greater(most, value)
        w.values[w.at + k] = value
        w.heads[w.at + k] = most


cdef void extend_maxima(Window* w, const double* x, Py_ssize_t n) noexcept nogil:
    extend_extremes(w, x, n, 1.0)


cdef void extend_minima(Window* w, const double* x, Py_ssize_t n) noexcept nogil:
    """A minimum is the negated maximum of the negated values."""
    extend_extremes(w, x, n, -1.0)


cdef void join_extremes(const Window* w, const Operator* op, double* out, Py_ssize_t n) noexcept nogil:
    cdef const double* heads = w.heads + w.at
    cdef const double* tails = w.tails + w.at + 1
    cdef double sign = 1.0 if op.code == OP_ROLLING_MAX else -1.0
    cdef Py_ssize_t k
    for k in range(n):
        out[k] = sign * greater(tails[k], heads[k])


cdef void close_extremes(Window* w) noexcept nogil:
    cdef double most = -INFINITY
    cdef Py_ssize_t k
    for k in range(w.window - 1, -1, -1):
        most = greater(most, w.values[k])
        w.tails[k] = most


cdef inline void welford(double* mean, double* spread, double x, double inverse) noexcept nogil:
    """The update of a mean and a sum of squared deviations with one more value, the 1 / inverse-th."""
    cdef double apart = x - mean[0]
    mean[0] += apart * inverse
    spread[0] += apart * (x - mean[0])


cdef void extend_moments(Window* w, const double* x, Py_ssize_t n) noexcept nogil:
    """Values are taken relative to one of them, the anchor: what is squared has the size of the spread, not the price."""
    cdef double mean = w.heads[w.at - 1] if w.at else 0.0
    cdef double spread = w.head_rests[w.at - 1] if w.at else 0.0
    cdef double value = w.values[w.at - 1] if w.at else w.tail_anchor
    cdef Py_ssize_t k
    for k in range(n):
        # the value before stands in for one that is not finite, so it cannot spoil the anchors
        value = x[k] if finite(x[k]) else value
        if w.at + k == 0:
            w.anchor = value
        welford(&mean, &spread, value - w.anchor, w.inverse[w.at + k + 1])
        w.values[w.at + k] = value
        w.heads[w.at + k] = mean
        w.head_rests[w.at + k] = spread


cdef void join_moments(const Window* w, const Operator* op, double* out, Py_ssize_t n) noexcept nogil:
    """Sum of squared deviations of the window by Chan's merge of the tail and the head, then what is asked for."""
    cdef const double* heads = w.heads + w.at
    cdef const double* rests = w.head_rests + w.at
    cdef const double* tails = w.tails + w.at + 1
    cdef const double* tail_rests = w.tail_rests + w.at + 1
    cdef const double* weights = w.weights + w.at + 1
    cdef double apart
    cdef double shift = w.anchor - w.tail_anchor
    cdef double count = <double> (w.window - op.option)
    cdef Py_ssize_t k
    if w.first:
        for k in range(n):
            out[k] = rests[k] / <double> (w.at + k + 1 - op.option) if w.at + k + 1 > op.option else NAN
    else:
        for k in range(n):
            apart = shift + (heads[k] - tails[k])
            out[k] = (rests[k] + tail_rests[k] + apart * apart * weights[k]) / count
    if not w.first and count <= 0.0:
        for k in range(n):
            out[k] = NAN
    if op.code == OP_ROLLING_STD:
        for k in range(n):
            out[k] = sqrt(out[k])


cdef void close_moments(Window* w) noexcept nogil:
    cdef double mean = 0.0, spread = 0.0
    cdef Py_ssize_t k
    w.tail_anchor = w.values[w.window - 1]
    for k in range(w.window - 1, -1, -1):
        welford(&mean, &spread, w.values[k] - w.tail_anchor, w.inverse[w.window - k])
        w.tails[k] = mean
        w.tail_rests[k] = spread


cdef void blank_incomplete(Window* w, const Operator* op, const double* x, double* out, Py_ssize_t n) noexcept nogil:
    """NaN where a window has too few values or one that is not finite."""
    cdef Py_ssize_t bad = 0, seen, k
    for k in range(n):
        bad += not finite(x[k])
    if bad == 0 and not w.first and w.finite >= w.window:
        return
    for k in range(n):
        seen = w.at + k + 1 if w.first else w.window
        w.finite = w.finite + 1 if finite(x[k]) else 0
        if w.finite < seen or seen < op.min_periods:
            out[k] = NAN


cdef void advance_window(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    """Candles up to the end of the chunk at a time."""
    cdef const double* x = <const double*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    cdef Window* w = <Window*> op.state
    cdef Py_ssize_t i = 0, count
    bind(op)
    while i < n:
        count = min(n - i, w.window - w.at)
        w.extend(w, x + i, count)
        w.join(w, op, out + i, count)
        blank_incomplete(w, op, x + i, out + i, count)
        i += count
        w.at += count
        if w.at == w.window:
            w.close(w)
            w.at = 0
            w.first = False


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


cdef void advance_wma(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    """Weights 1 for the oldest to count for the newest; the sum of each window is added up anew, compensated."""
    cdef const double* a = <const double*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    cdef Weighted* state = <Weighted*> op.state
    cdef Ring* ring = <Ring*> (state + 1)
    cdef const double* x
    cdef double total, rest
    cdef Py_ssize_t i, k
    for i in range(n):
        ring_push(ring, a[i])
        state.seen = min(state.seen + 1, op.window)
        state.finite = min(state.finite + 1, op.window) if finite(a[i]) else 0
        if state.finite < state.seen or state.seen < op.min_periods:
            out[i] = NAN
            continue
        x = ring_window(ring) + (op.window - state.seen)
        total, rest = 0.0, 0.0
        for k in range(state.seen):
            accumulate(&total, &rest, <double> (k + 1) * x[k])
        rest = rest if finite(total) else 0.0
        out[i] = (total + rest) / (0.5 * <double> state.seen * <double> (state.seen + 1))


cdef void bind(Operator* op) noexcept nogil:
    """Say where the arrays of the state lie and what works on them: the state itself may have been copied here."""
    cdef Window* w = <Window*> op.state
    cdef Py_ssize_t size = w.window + 1
    w.values = <double*> (w + 1)
    w.heads, w.head_rests = w.values + size, w.values + 2 * size
    w.tails, w.tail_rests = w.values + 3 * size, w.values + 4 * size
    w.inverse, w.weights = w.values + 5 * size, w.values + 6 * size
    if op.code == OP_ROLLING_SUM or op.code == OP_ROLLING_MEAN:
        w.extend, w.join, w.close = extend_sums, join_sums, close_sums
    elif op.code == OP_ROLLING_VAR or op.code == OP_ROLLING_STD:
        w.extend, w.join, w.close = extend_moments, join_moments, close_moments
    else:
        w.extend = extend_maxima if op.code == OP_ROLLING_MAX else extend_minima
        w.join, w.close = join_extremes, close_extremes


cdef int allocate_window(Operator* op) except -1:
    cdef Window* w
    cdef Py_ssize_t k
    allocate_state(op, sizeof(Window) + 7 * <size_t> (op.window + 1) * sizeof(double))
    w = <Window*> op.state
    w.window = op.window
    w.first = True
    bind(op)
    for k in range(1, op.window + 1):
        w.inverse[k] = 1.0 / <double> k
        w.weights[k] = <double> k * <double> (op.window - k) / <double> op.window
    return 0


cdef int neutral_tails(Window* w, double neutral) noexcept:
    cdef Py_ssize_t k
    for k in range(w.window + 1):
        w.tails[k] = neutral
    return 0


cdef bint setup_window(Operator* op) except? 0:
    """Give `op` its function and state; False where its code is not one of this file."""
    if op.code == OP_SHIFT:
        op.advance = advance_shift
        allocate_state(op, ring_bytes(op.window))
        ring_init(<Ring*> op.state, op.window, NAN)
        return True
    if op.code == OP_ROLLING_WMA:
        op.advance = advance_wma
        allocate_state(op, sizeof(Weighted) + ring_bytes(op.window))
        ring_init(<Ring*> (<Weighted*> op.state + 1), op.window, NAN)
        return True
    if not OP_ROLLING_SUM <= op.code <= OP_ROLLING_MAX:
        return False
    op.advance = advance_window
    allocate_window(op)
    if op.code == OP_ROLLING_MIN or op.code == OP_ROLLING_MAX:
        neutral_tails(<Window*> op.state, -INFINITY)
    return True
