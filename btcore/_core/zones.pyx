"""Zone map: lowest low, highest high and the range of closes of each 64 candles, and the search that uses it."""

from libc.stdint cimport INT32_MAX, INT32_MIN, INT64_MAX, int32_t, int64_t

import numpy as np

from btcore._core.types cimport ZONE

cdef extern from "touch.h" nogil:
    Py_ssize_t btcore_pass(
        const int32_t* low, const int32_t* high, Py_ssize_t start, Py_ssize_t stop, int32_t below, int32_t above,
        int64_t* lowest, int64_t* highest,
    ) noexcept nogil

ctypedef fused Tick:
    int32_t
    int64_t


cdef void summarise(const Tick[::1] low, const Tick[::1] high, const Tick[::1] close, int64_t[:, ::1] out) noexcept nogil:
    cdef Py_ssize_t zone, i
    cdef Tick lowest, highest, close_low, close_high
    for zone in range(out.shape[1]):
        i = zone * ZONE
        lowest, highest, close_low, close_high = low[i], high[i], close[i], close[i]
        for i in range(zone * ZONE, min((zone + 1) * ZONE, low.shape[0])):
            lowest = min(lowest, low[i])
            highest = max(highest, high[i])
            close_low = min(close_low, close[i])
            close_high = max(close_high, close[i])
        out[0, zone], out[1, zone], out[2, zone], out[3, zone] = lowest, highest, close_low, close_high


def zone_map(low, high, close):
    """Rows lowest low, highest high, lowest close, highest close of each 64 candles.

    Parameters
    ----------
    low, high, close : int32 or int64 arrays of one dtype, shape (n,), in ticks

    Returns
    -------
    int64 array, shape (4, ceil(n / 64))

    Examples
    --------
    >>> import numpy as np
    >>> zone_map(np.array([9, 8]), np.array([12, 11]), np.array([10, 9])).ravel().tolist()
    [8, 12, 9, 10]
    """
    cdef const int32_t[::1] low32, high32, close32
    cdef const int64_t[::1] low64, high64, close64
    zones = np.empty((4, (len(low) + ZONE - 1) // ZONE), dtype=np.int64)
    cdef int64_t[:, ::1] out = zones
    if low.dtype == np.int32:
        low32, high32, close32 = low, high, close
        with nogil:
            summarise(low32, high32, close32, out)
    else:
        low64, high64, close64 = low, high, close
        with nogil:
            summarise(low64, high64, close64, out)
    return zones


cdef inline int64_t floor_div(int64_t a, int64_t b) noexcept nogil:
    """Floor of a / b for b > 0 (C division rounds towards zero)."""
    cdef int64_t quotient
    if b == 1:
        return a
    quotient = a // b
    return quotient - 1 if a % b < 0 else quotient


cdef inline Py_ssize_t scan(
    const Tick* low, const Tick* high, Py_ssize_t start, Py_ssize_t stop,
    int64_t low_level, int64_t high_level, int64_t* lowest, int64_t* highest,
) noexcept nogil:
    """First candle in [start, stop) that reaches a level, or stop; the extremes of those before it are noted."""
    cdef Py_ssize_t i = start
    while i < stop and low[i] > low_level and high[i] < high_level:
        if lowest != NULL:
            lowest[0] = min(lowest[0], <int64_t> low[i])
            highest[0] = max(highest[0], <int64_t> high[i])
        i += 1
    return i


cdef inline Py_ssize_t scan_narrow(
    const int32_t* low, const int32_t* high, Py_ssize_t start, Py_ssize_t stop,
    int64_t low_level, int64_t high_level, int64_t* lowest, int64_t* highest,
) noexcept nogil:
    """`scan`, several candles at a time where both levels have a neighbour in 32 bits."""
    if low_level < INT32_MAX and high_level > INT32_MIN:
        start = btcore_pass(
            low, high, start, stop,
            <int32_t> (max(low_level, <int64_t> INT32_MIN - 1) + 1),
            <int32_t> (min(high_level, <int64_t> INT32_MAX + 1) - 1),
            lowest, highest,
        )
    return scan(low, high, start, stop, low_level, high_level, lowest, highest)


cdef Py_ssize_t search(
    const Side* side, Py_ssize_t start, Py_ssize_t stop,
    int64_t low_level, int64_t high_level, int64_t* lowest, int64_t* highest,
) noexcept nogil:
    """`next_touch` in stored values."""
    cdef Py_ssize_t i = start, zone, end
    while i < stop:
        zone = i // ZONE
        end = min((zone + 1) * ZONE, stop)
        if i % ZONE == 0 and end - i == ZONE and side.zone_low[zone] > low_level and side.zone_high[zone] < high_level:
            if lowest != NULL:
                lowest[0] = min(lowest[0], side.zone_low[zone])
                highest[0] = max(highest[0], side.zone_high[zone])
            i = end
            continue
        if side.low.narrow != NULL:
            i = scan_narrow(side.low.narrow, side.high.narrow, i, end, low_level, high_level, lowest, highest)
        else:
            i = scan(side.low.wide, side.high.wide, i, end, low_level, high_level, lowest, highest)
        if i < end:
            return i
    return stop


cdef Py_ssize_t next_touch(
    const Side* side, Py_ssize_t start, Py_ssize_t stop,
    int64_t low_level, int64_t high_level, int64_t* lowest, int64_t* highest,
) noexcept nogil:
    """First candle in [start, stop) whose low <= low_level or high >= high_level, or stop; all in units.

    `lowest` and `highest` take in the lows and highs of the candles that were passed over; NULL: nobody asks.
    """
    cdef int64_t least = INT64_MAX, most = -INT64_MAX
    cdef Py_ssize_t found = search(
        side, start, stop,
        floor_div(low_level - side.offset, side.factor),
        -floor_div(side.offset - high_level, side.factor),
        &least if lowest != NULL else NULL, &most,
    )
    if lowest != NULL and found > start:
        lowest[0] = min(lowest[0], least * side.factor + side.offset)
        highest[0] = max(highest[0], most * side.factor + side.offset)
    return found
