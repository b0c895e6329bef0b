"""Longer timeframes: candles gathered in buckets, and what is worked out on buckets brought back to candles.

Operators on buckets have a clock of their own: they advance by the buckets that a block completed (see the design note).
"""

from libc.math cimport NAN
from libc.stdint cimport int64_t, uint64_t

from btcore._core.operators cimport Operator, allocate_state
from btcore._core.times cimport Rule, Span, Zone, bucket_of, fill_rule, fill_zone, zone_bytes
from btcore._core.types cimport OP_BUCKET, OP_HOLD, OP_HOLD_CONDITION, WORD

cdef struct Bar:
    double open, high, low, close, volume

cdef struct Buckets:            # state of OP_BUCKET
    bint gathering              # a bucket has candles and is not complete
    Bar bar                     # what these are so far
    Span span                   # the bucket's times
    int64_t period              # how long a candle lasts; 0: not known, or `closes` is given
    int times, closes           # slots of candles: open times, and times at which they are over (-1: open + period)
    int[5] columns              # open, high, low, close, volume
    int count                   # slots of buckets: how many the block completed,
    int starts, ends            # their open times and the times at which they are over,
    int[5] out                  # and their columns
    Rule rule
    Zone zone


cdef struct Series:             # a block of candles
    const int64_t* times
    const int64_t* closes
    const double* open
    const double* high
    const double* low
    const double* close
    const double* volume


cdef inline void add_candle(Bar* bar, const Series* candles, Py_ssize_t i) noexcept nogil:
    bar.high = candles.high[i] if candles.high[i] > bar.high else bar.high
    bar.low = candles.low[i] if candles.low[i] < bar.low else bar.low
    bar.close = candles.close[i]
    bar.volume += candles.volume[i]


cdef Py_ssize_t gather(
    Buckets* b, const Series* given, int64_t* complete, Py_ssize_t i, Py_ssize_t n, int64_t m
) noexcept nogil:
    """Candles from i on that belong to the bucket and do not last to its end; returns the first that is not such a one.
    """
    cdef Bar bar = b.bar
    cdef Series candles = given[0]
    cdef int64_t end = b.span.end, before_last = end - b.period
    while i < n and candles.times[i] < end and candles.closes[i] < before_last:
        add_candle(&bar, &candles, i)
        complete[i] = m
        i += 1
    b.bar = bar
    return i


cdef void write_bucket(Buckets* b, void** slots, Py_ssize_t m) noexcept nogil:
    """The gathered bucket is complete: it is number m of the block."""
    (<int64_t*> slots[b.starts])[m] = b.span.start
    (<int64_t*> slots[b.ends])[m] = b.span.end
    (<double*> slots[b.out[0]])[m] = b.bar.open
    (<double*> slots[b.out[1]])[m] = b.bar.high
    (<double*> slots[b.out[2]])[m] = b.bar.low
    (<double*> slots[b.out[3]])[m] = b.bar.close
    (<double*> slots[b.out[4]])[m] = b.bar.volume
    b.gathering = False


cdef Series block_of(const Buckets* b, void** slots) noexcept nogil:
    cdef Series candles
    candles.times = <const int64_t*> slots[b.times]
    candles.closes = candles.times if b.closes < 0 else <const int64_t*> slots[b.closes]
    candles.open, candles.high = <const double*> slots[b.columns[0]], <const double*> slots[b.columns[1]]
    candles.low, candles.close = <const double*> slots[b.columns[2]], <const double*> slots[b.columns[3]]
    candles.volume = <const double*> slots[b.columns[4]]
    return candles


cdef inline void open_bucket(Buckets* b, int64_t t, double open) noexcept nogil:
    b.span = bucket_of(&b.rule, &b.zone, t)
    b.gathering = True
    b.bar.open = b.bar.high = b.bar.low = open
    b.bar.volume = 0.0


cdef void advance_bucket(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    """Writes the completed buckets, and to `op.out` how many of the block are complete at each candle.

    A bucket is complete with the candle that lasts to its end, else with the first candle of a later bucket. n may be 0.
    """
    cdef Buckets* b = <Buckets*> op.state
    cdef Series candles = block_of(b, slots)
    cdef int64_t* complete = <int64_t*> slots[op.out]
    cdef Py_ssize_t i = 0, m = 0
    while i < n:
        if b.gathering and candles.times[i] >= b.span.end:
            write_bucket(b, slots, m)
            m += 1
        if not b.gathering:
            open_bucket(b, candles.times[i], candles.open[i])
        # a difference, since a sum of times could leave int64
        if b.span.end - candles.closes[i] <= b.period:
            add_candle(&b.bar, &candles, i)
            write_bucket(b, slots, m)
            m += 1
            complete[i] = m
            i += 1
        else:
            i = gather(b, &candles, complete, i, n, m)
    (<int64_t*> slots[b.count])[0] = m


cdef void advance_hold(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    """At each candle the value of the last bucket that is complete."""
    cdef const double* values = <const double*> slots[op.a]
    cdef const int64_t* complete = <const int64_t*> slots[op.b]
    cdef double* out = <double*> slots[op.out]
    cdef double* last = <double*> op.state
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = values[complete[i] - 1] if complete[i] else last[0]
    last[0] = out[n - 1]


cdef void advance_hold_condition(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const uint64_t* values = <const uint64_t*> slots[op.a]
    cdef const int64_t* complete = <const int64_t*> slots[op.b]
    cdef uint64_t* out = <uint64_t*> slots[op.out]
    cdef uint64_t* last = <uint64_t*> op.state
    cdef uint64_t bits = 0
    cdef Py_ssize_t i, k
    for i in range(n):
        k = complete[i] - 1
        bits |= ((values[k // WORD] >> (k % WORD)) & 1 if k >= 0 else last[0]) << (i % WORD)
        if i % WORD == WORD - 1 or i == n - 1:
            out[i // WORD] = bits
            last[0] = (bits >> (i % WORD)) & 1
            bits = 0


cdef int allocate_buckets(Operator* op, object extra) except -1:
    cdef Buckets* b
    cdef int k
    table, rule, period, times, closes, columns, count, starts, ends, out = extra
    allocate_state(op, sizeof(Buckets) + zone_bytes(table))
    b = <Buckets*> op.state
    b.period, b.times, b.closes, b.count, b.starts, b.ends = period, times, closes, count, starts, ends
    for k in range(5):
        b.columns[k], b.out[k] = columns[k], out[k]
    fill_rule(&b.rule, rule)
    fill_zone(&b.zone, table)
    return 0


cdef bint setup_timeframe(Operator* op, object extra) except? 0:
    """Give `op` its function and state; False where its code is not one of this file.

    `extra` of a bucket operator is (table of the zone, rule, period, slots of times, closes and columns of candles,
    slots of count, starts, ends and columns of buckets).
    """
    if op.code == OP_BUCKET:
        op.advance = advance_bucket
        allocate_buckets(op, extra)
    elif op.code == OP_HOLD:
        op.advance = advance_hold
        allocate_state(op, sizeof(double))
        (<double*> op.state)[0] = NAN
    elif op.code == OP_HOLD_CONDITION:
        op.advance = advance_hold_condition
        allocate_state(op, sizeof(uint64_t))
    else:
        return False
    return True
