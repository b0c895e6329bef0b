"""One pass over candles: rule C2 (valid candles) and rule C5 (prices as integer ticks).

Kernels are `noexcept nogil`; the `def` wrappers release the GIL, and report what they met as a (status, row) pair. They
never raise about data: `btcore.candles` turns a status into a message. Callers pass columns of one length.
"""

from libc.math cimport fabs
from libc.stdint cimport INT64_MAX, int32_t, int64_t

cdef extern from "<math.h>" nogil:
    long long llrint(double)

cpdef enum Status:
    OK = 0
    INVALID = 1  # the row breaks rule C2
    OFF_GRID = 2  # a price of the row is not on the tick grid
    TOO_WIDE = 3  # a price of the row has more ticks than the output type holds

ctypedef fused ticks_t:
    int32_t
    int64_t

# Rows of a block: five input columns and four output columns of a block stay in the first cache level.
cdef enum:
    BLOCK = 512

cdef double LARGEST = 1.7976931348623157e308
cdef double INT32_TICKS = 2147483647.0
# Sums and doubles of ticks must fit too, so the widest price takes 60 of the 63 bits.
cdef double INT64_TICKS = 1152921504606846976.0


cdef inline bint is_valid(double open_, double high, double low, double close) noexcept nogil:
    # A NaN makes a comparison false, so these six also hold every price finite.
    return (
        (low > 0.0) & (low <= open_) & (low <= close) & (open_ <= high) & (close <= high) & (high <= LARGEST)
    )


cdef Py_ssize_t first_invalid(
    const int64_t* timestamp, const double* open_, const double* high, const double* low, const double* close,
    Py_ssize_t start, Py_ssize_t stop,
) noexcept nogil:
    """First row of [start, stop) that breaks rule C2, or -1."""
    cdef Py_ssize_t i
    cdef int bad = 0
    for i in range(start, stop):
        bad |= not is_valid(open_[i], high[i], low[i], close[i])
    for i in range(start if start > 0 else 1, stop):
        bad |= timestamp[i] <= timestamp[i - 1]
    if not bad:
        return -1
    for i in range(start, stop):
        if not is_valid(open_[i], high[i], low[i], close[i]):
            return i
        if i > 0 and timestamp[i] <= timestamp[i - 1]:
            return i
    return -1


cdef inline double in_ticks(double price, double scale, bint is_ratio) noexcept nogil:
    return price * scale if is_ratio else price / scale


cdef inline bint is_near(double exact, double whole, double near, double keep) noexcept nogil:
    cdef double distance = fabs(exact - whole)
    return (distance <= near) & (distance < keep * exact)


cdef Status convert_block(
    const double* price, ticks_t* out, Py_ssize_t n, double scale, bint is_ratio, double near, double keep,
) noexcept nogil:
    """Write `n` prices as ticks. The status is that of the whole block; TOO_WIDE comes before OFF_GRID."""
    cdef double limit = INT32_TICKS if ticks_t is int32_t else INT64_TICKS
    cdef double exact
    cdef long long whole
    cdef int wide = 0
    cdef int off = 0
    cdef Py_ssize_t i
    for i in range(n):
        exact = in_ticks(price[i], scale, is_ratio)
        wide |= exact > limit
        whole = llrint(exact)
        off |= not is_near(exact, <double>whole, near, keep)
        out[i] = <ticks_t>whole
    if wide:
        return Status.TOO_WIDE
    return Status.OFF_GRID if off else Status.OK


cdef Py_ssize_t first_failing(
    const double* price, Py_ssize_t n, Status status, double limit, double scale, bint is_ratio,
    double near, double keep,
) noexcept nogil:
    """First row of a block whose price fails in the way that `status` says, or n."""
    cdef Py_ssize_t i
    cdef double exact
    for i in range(n):
        exact = in_ticks(price[i], scale, is_ratio)
        if exact > limit:
            if status == Status.TOO_WIDE:
                return i
        elif status == Status.OFF_GRID and not is_near(exact, <double>llrint(exact), near, keep):
            return i
    return n


def convert(
    const int64_t[::1] timestamp, const double[::1] open_, const double[::1] high, const double[::1] low,
    const double[::1] close, double scale, bint is_ratio, double near, double keep,
    ticks_t[::1] open_ticks, ticks_t[::1] high_ticks, ticks_t[::1] low_ticks, ticks_t[::1] close_ticks,
):
    """Check candles and write their prices as ticks, in one pass that stops at the first block with a failure.

    Parameters
    ----------
    timestamp : int64 [n], nanoseconds; open_, high, low, close : float64 [n], prices
    scale, is_ratio : ticks are ``price * scale`` if `is_ratio`, else ``price / scale``
    near, keep : a price is on the grid when its distance to the nearest whole tick is at most `near` ticks and
        less than `keep` times the price (which a price so far below the tick that it comes to 0 ticks is not)
    open_ticks, high_ticks, low_ticks, close_ticks : int32 or int64 [n], written up to the failure

    Returns
    -------
    (Status, row) : the row is the first of the failing block with that status, -1 for OK. INVALID (a NaN, infinite,
    zero or negative price, high or low that do not enclose, time not after the one before) comes before the others.
    """
    cdef Py_ssize_t n = timestamp.shape[0]
    cdef Py_ssize_t block, start, size, row, first
    cdef Py_ssize_t where = -1
    cdef Status status = Status.OK
    cdef Status one
    cdef double limit = INT32_TICKS if ticks_t is int32_t else INT64_TICKS
    cdef const double* prices[4]
    cdef ticks_t* outputs[4]
    cdef int k
    if n == 0:
        return Status.OK, -1
    prices[0], prices[1], prices[2], prices[3] = &open_[0], &high[0], &low[0], &close[0]
    outputs[0], outputs[1], outputs[2], outputs[3] = &open_ticks[0], &high_ticks[0], &low_ticks[0], &close_ticks[0]
    with nogil:
        for block in range((n + BLOCK - 1) // BLOCK):
            start = block * BLOCK
            size = n - start if n - start < BLOCK else BLOCK
            where = first_invalid(&timestamp[0], prices[0], prices[1], prices[2], prices[3], start, start + size)
            if where >= 0:
                status = Status.INVALID
                break
            for k in range(4):
                one = convert_block(prices[k] + start, outputs[k] + start, size, scale, is_ratio, near, keep)
                if one > status:
                    status = one
            if status != Status.OK:
                where = start + size
                for k in range(4):
                    first = first_failing(prices[k] + start, size, status, limit, scale, is_ratio, near, keep)
                    row = start + first
                    where = row if row < where else where
                break
    return status, where


cdef inline int64_t next_day(int64_t timestamp, int64_t day_ns) noexcept nogil:
    cdef int64_t since = timestamp % day_ns
    # C's remainder has the sign of the dividend: before 1970 it counts back from the end of the day.
    return timestamp - since + (day_ns if since >= 0 else 0)


def day_ends(const int64_t[::1] timestamp, int64_t[::1] out):
    """Write the index of the last candle of each UTC day to `out` (as long as `timestamp`); return how many."""
    cdef Py_ssize_t n = timestamp.shape[0]
    cdef Py_ssize_t count = 0
    cdef Py_ssize_t i
    cdef int64_t day_ns = 86_400_000_000_000
    cdef int64_t boundary
    if n == 0:
        return 0
    with nogil:
        boundary = next_day(timestamp[0], day_ns)
        for i in range(1, n):
            if timestamp[i] >= boundary:
                out[count] = i - 1
                count += 1
                boundary = next_day(timestamp[i], day_ns)
        out[count] = n - 1
    return count + 1


def majority_step(const int64_t[::1] timestamp):
    """The step that more than half of the candles take, in nanoseconds; 0 where no step does (or under two candles)."""
    cdef Py_ssize_t n = timestamp.shape[0]
    cdef Py_ssize_t i
    cdef Py_ssize_t votes = 0
    cdef int64_t step, candidate = 0
    if n < 2:
        return 0
    with nogil:
        for i in range(1, n):
            step = timestamp[i] - timestamp[i - 1]
            if step == candidate:
                votes += 1
            elif votes == 0:
                candidate = step
                votes = 1
            else:
                votes -= 1
        votes = 0
        for i in range(1, n):
            votes += timestamp[i] - timestamp[i - 1] == candidate
    return candidate if 2 * votes > n - 1 else 0


def shortest_step(const int64_t[::1] timestamp):
    """The shortest step between candles in nanoseconds; 0 under two candles."""
    cdef Py_ssize_t i
    cdef int64_t step, shortest = INT64_MAX
    with nogil:
        for i in range(1, timestamp.shape[0]):
            step = timestamp[i] - timestamp[i - 1]
            shortest = step if step < shortest else shortest
    return shortest if timestamp.shape[0] > 1 else 0
