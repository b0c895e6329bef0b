"""FX-like one-minute candles from integer arithmetic alone: the same on every machine, compiler and NumPy.

A random walk with weak pull to its start, whose volatility clusters and follows the hour of the day. Randomness is a
hash of (seed, candle, use), so the first k candles do not depend on how many follow.
"""

from libc.stdint cimport int64_t, uint64_t

cdef enum:
    SUBSTEPS = 4  # prices walked inside a candle
    FRACTION = 16  # bits of a tick that prices and volatility carry
    PULL = 19  # prices move 2 ** -19 of the way to the start per candle
    MEMORY = 6  # volatility moves 2 ** -6 of the way to its usual value per candle
    SHOCK = 4  # and gains 2 ** -4 of the size of a substep

cdef int64_t MINUTE_NS = 60_000_000_000
cdef int64_t HOUR_NS = 3_600_000_000_000
cdef int64_t DAY_NS = 86_400_000_000_000

# Usual volatility by hour UTC, in percent of its mean: quiet nights, the London and New York sessions.
cdef int64_t[24] HOURS = [
    60, 65, 65, 60, 60, 70, 90, 125, 135, 125, 115, 105, 130, 150, 155, 150, 135, 115, 95, 80, 75, 65, 55, 55,
]
# Mean size of a substep in 2 ** -FRACTION ticks, before clustering: 6 ticks.
cdef int64_t MEAN_STEP = 6 << FRACTION
cdef int64_t START_TICKS = 110_000
cdef int64_t LOWEST_TICKS = 20_000


cdef inline uint64_t mixed(uint64_t x) noexcept nogil:
    """The output function of splitmix64 (Steele, Lea and Flood 2014)."""
    x += <uint64_t>0x9E3779B97F4A7C15
    x = (x ^ (x >> 30)) * <uint64_t>0xBF58476D1CE4E5B9
    x = (x ^ (x >> 27)) * <uint64_t>0x94D049BB133111EB
    return x ^ (x >> 31)


cdef inline int64_t bell(uint64_t random) noexcept nogil:
    """Four 16-bit uniforms added up: near normal with mean 0 and deviation 37837, within 131070."""
    return (
        <int64_t>(random & 0xFFFF) + <int64_t>((random >> 16) & 0xFFFF)
        + <int64_t>((random >> 32) & 0xFFFF) + <int64_t>(random >> 48)
    ) - 2 * 65_535


cdef inline int64_t size_of(int64_t x) noexcept nogil:
    return -x if x < 0 else x


cdef inline int64_t next_open(int64_t timestamp) noexcept nogil:
    """`timestamp`, or the Monday after it where it lies on Saturday or Sunday (UTC, 1970 and later)."""
    cdef int64_t day = timestamp // DAY_NS
    cdef int64_t weekday = (day + 3) % 7
    if weekday == 5:
        return (day + 2) * DAY_NS
    if weekday == 6:
        return (day + 1) * DAY_NS
    return timestamp


def fill(
    uint64_t seed, int64_t start, double scale, bint is_ratio, int64_t[::1] timestamp, double[::1] open_,
    double[::1] high, double[::1] low, double[::1] close, double[::1] volume,
):
    """Write synthetic candles from `start` (ns UTC, 1970 or later) on; prices are whole ticks on the grid of `scale`.

    All columns have one length. Prices are ``ticks / scale`` where `is_ratio`, else ``ticks * scale``.
    """
    cdef Py_ssize_t n = timestamp.shape[0]
    cdef Py_ssize_t i
    cdef int k
    cdef uint64_t key = mixed(seed)
    cdef int64_t now = start
    cdef int64_t price = START_TICKS << FRACTION
    cdef int64_t level = MEAN_STEP
    cdef int64_t usual, step, first, top, bottom, ticks
    with nogil:
        for i in range(n):
            now = next_open(now)
            usual = MEAN_STEP * HOURS[(now % DAY_NS) // HOUR_NS] // 100
            first = price >> FRACTION
            top = bottom = ticks = first
            for k in range(SUBSTEPS):
                # Divided, not shifted: both directions round to zero, so the walk does not drift.
                step = level * bell(mixed(key + <uint64_t>i * 8 + <uint64_t>k)) // 37_837
                price += step
                if price < LOWEST_TICKS << FRACTION:
                    price = (LOWEST_TICKS << (FRACTION + 1)) - price
                ticks = price >> FRACTION
                top = ticks if ticks > top else top
                bottom = ticks if ticks < bottom else bottom
            level += (size_of(step) - level * 4 // 5 >> SHOCK) + ((usual - level) >> MEMORY)
            level = MEAN_STEP // 8 if level < MEAN_STEP // 8 else level
            level = MEAN_STEP * 8 if level > MEAN_STEP * 8 else level
            timestamp[i] = now
            open_[i], high[i] = in_price(first, scale, is_ratio), in_price(top, scale, is_ratio)
            low[i], close[i] = in_price(bottom, scale, is_ratio), in_price(ticks, scale, is_ratio)
            volume[i] = <double>(1 + (top - bottom) + <int64_t>(mixed(key + <uint64_t>i * 8 + 7) & 31))
            price += ((START_TICKS << FRACTION) - price) >> PULL
            now += MINUTE_NS


cdef inline double in_price(int64_t ticks, double scale, bint is_ratio) noexcept nogil:
    return <double>ticks / scale if is_ratio else <double>ticks * scale
