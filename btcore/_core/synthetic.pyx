"""FX-like one-minute candles from +, -, *, / and sqrt of doubles and integers: the same on every machine and NumPy.

Closes are a random walk in whole ticks. The high and low of a candle are drawn from the laws of the extremes of a
continuous path between its open and close, so a level inside a candle is reached as often as on such a path, and fills
at the level favour nobody. Randomness is a hash of (seed, candle, use), so the first k candles do not depend on how
many follow. No function of a C library is used whose last bit it may choose (log, exp, cos).

By the reflection principle a driftless path from 0 to c with variance v reaches m >= max(0, c) with probability
exp(-2 m (m - c) / v), so its highest point is (c + sqrt(c^2 - 2 v ln U)) / 2 for a uniform U (Devroye 1986), and the
highest whole tick that it reaches is the floor of that. For closes of the law exp(-c^2 / 2 v) on whole numbers this
makes the expected gain of a fill at any level zero: sum of (m - c) exp(-(2 m - c)^2 / 2 v) over c < m is the sum of
(c - m) exp(-c^2 / 2 v) over c > m.
"""

from libc.math cimport frexp, sqrt
from libc.stdint cimport int64_t, uint64_t

cdef extern from "<math.h>" nogil:
    long long llrint(double)

cdef enum:
    START = 110_000  # ticks
    BAND = 25_000  # ticks from the start within which nothing pulls prices back

cdef int64_t MINUTE_NS = 60_000_000_000
cdef int64_t HOUR_NS = 3_600_000_000_000
cdef int64_t DAY_NS = 86_400_000_000_000

# Usual volatility by hour UTC, in percent of its mean: quiet nights, the London and New York sessions.
cdef int64_t[24] HOURS = [
    60, 65, 65, 60, 60, 70, 90, 125, 135, 125, 115, 105, 130, 150, 155, 150, 135, 115, 95, 80, 75, 65, 55, 55,
]
cdef double MEAN_VOLATILITY = 12.0  # ticks, standard deviation of close - open
cdef double MEMORY = 1.0 / 64.0  # the share of its way to the usual value that volatility goes per candle
cdef double SHOCK = 1.0 / 16.0  # the share of the last candle's surprise that it takes up
cdef double MEAN_SIZE = 0.8  # near sqrt(2 / pi), the mean size of a standard normal
# A gap is its size times a normal, cut to whole ticks: one tick on 4.6 % of the minutes, deviation 30 over a weekend.
cdef double MINUTE_GAP = 0.5
cdef double WEEKEND_GAP = 30.0
cdef double PULL = 1.0 / 131_072.0  # shifts gaps by this share of the way back to the band
# Rounding to whole ticks adds this to the variance of a change (Sheppard).
cdef double ROUNDING = 1.0 / 12.0
cdef double LN_2 = 0.6931471805599453
cdef double ROOT_HALF = 0.7071067811865476


cdef struct Pair:
    double first
    double second


cdef inline uint64_t mixed(uint64_t x) noexcept nogil:
    """The output function of splitmix64 (Steele, Lea and Flood 2014)."""
    x += <uint64_t>0x9E3779B97F4A7C15
    x = (x ^ (x >> 30)) * <uint64_t>0xBF58476D1CE4E5B9
    x = (x ^ (x >> 27)) * <uint64_t>0x94D049BB133111EB
    return x ^ (x >> 31)


cdef inline double ln(double x) noexcept nogil:
    """The natural logarithm of x > 0 to about 1e-14: ln 2 times the exponent, and the series of 2 atanh."""
    cdef int exponent
    cdef double m = frexp(x, &exponent)
    cdef double t, w
    if m < ROOT_HALF:
        m, exponent = 2.0 * m, exponent - 1
    t = (m - 1.0) / (m + 1.0)
    w = t * t
    return LN_2 * exponent + 2.0 * t * (1.0 + w * (1.0 / 3.0 + w * (1.0 / 5.0 + w * (1.0 / 7.0 + w * (
        1.0 / 9.0 + w * (1.0 / 11.0 + w * (1.0 / 13.0 + w * (1.0 / 15.0))))))))


cdef inline double signed_unit(uint64_t half) noexcept nogil:
    """A 32-bit number as a uniform between -1 and 1, never 0."""
    return (<double><int64_t>half + 0.5) / 2147483648.0 - 1.0


cdef inline Pair normals(uint64_t random) noexcept nogil:
    """Two independent standard normals by the polar method (Marsaglia and Bray 1964)."""
    cdef Pair result
    cdef double x, y, square, factor
    while True:
        x = signed_unit(random >> 32)
        y = signed_unit(random & <uint64_t>0xFFFFFFFF)
        square = x * x + y * y
        if square < 1.0:
            break
        random = mixed(random)
    factor = sqrt(-2.0 * ln(square) / square)
    result.first, result.second = x * factor, y * factor
    return result


cdef inline int64_t reach(double change, double variance, uint64_t half) noexcept nogil:
    """Highest whole tick above its start of a path that ends at `change`; `half` is a 32-bit random number."""
    cdef double uniform = (<double><int64_t>half + 1.0) / 4294967296.0
    return <int64_t>((change + sqrt(change * change - 2.0 * variance * ln(uniform))) / 2.0)


cdef inline double within(double x, double least, double most) noexcept nogil:
    return least if x < least else most if x > most else x


cdef inline int64_t next_open(int64_t timestamp) noexcept nogil:
    """`timestamp`, or the Monday after it where it lies on Saturday or Sunday (UTC, 1970 and later)."""
    cdef int64_t day = timestamp // DAY_NS
    cdef int64_t weekday = (day + 3) % 7
    if weekday == 5:
        return (day + 2) * DAY_NS
    if weekday == 6:
        return (day + 1) * DAY_NS
    return timestamp


cdef inline int64_t gap(int64_t price, bint weekend, double normal) noexcept nogil:
    """Ticks from a close to the next open: fair, but for a pull to the band from outside it."""
    cdef int64_t away = price - START
    cdef int64_t beyond = away - BAND if away > BAND else away + BAND if away < -BAND else 0
    return <int64_t>((WEEKEND_GAP if weekend else MINUTE_GAP) * normal - PULL * <double>beyond)


cdef inline double next_volatility(double last, int64_t change, int64_t timestamp) noexcept nogil:
    """The standard deviation of the next candle in ticks: pulled to that of its hour, moved by the last change."""
    cdef double usual = MEAN_VOLATILITY * <double>HOURS[(timestamp % DAY_NS) // HOUR_NS] / 100.0
    cdef double size = <double>(-change if change < 0 else change)
    last += (size - MEAN_SIZE * last) * SHOCK + (usual - last) * MEMORY
    return within(last, MEAN_VOLATILITY / 8.0, MEAN_VOLATILITY * 8.0)


def fill(
    uint64_t seed, int64_t start, double scale, bint is_ratio, int64_t[::1] timestamp, double[::1] open_,
    double[::1] high, double[::1] low, double[::1] close, double[::1] volume,
):
    """Write synthetic candles from `start` (ns UTC, 1970 or later) on; prices are whole ticks on the grid of `scale`.

    All columns have one length. Prices are ``ticks / scale`` where `is_ratio`, else ``ticks * scale``.
    """
    cdef Py_ssize_t n = timestamp.shape[0]
    cdef Py_ssize_t i
    cdef uint64_t key = mixed(seed)
    cdef uint64_t random
    cdef int64_t now = next_open(start)
    cdef int64_t price = START
    cdef int64_t change, above, below, following
    cdef double level = MEAN_VOLATILITY
    cdef double deviation, variance
    cdef Pair normal
    with nogil:
        for i in range(n):
            # A share of the price at most, which keeps prices above zero.
            deviation = within(level, 0.0, <double>price / 200.0)
            variance = deviation * deviation + ROUNDING
            normal = normals(mixed(key + <uint64_t>i * 4))
            change = llrint(deviation * normal.first)
            random = mixed(key + <uint64_t>i * 4 + 1)
            above = reach(<double>change, variance, random >> 32)
            below = reach(-<double>change, variance, random & <uint64_t>0xFFFFFFFF)
            timestamp[i] = now
            open_[i], high[i] = in_price(price, scale, is_ratio), in_price(price + above, scale, is_ratio)
            low[i], close[i] = in_price(price - below, scale, is_ratio), in_price(price + change, scale, is_ratio)
            volume[i] = <double>(1 + above + below + <int64_t>(mixed(key + <uint64_t>i * 4 + 2) & 31))
            following = next_open(now + MINUTE_NS)
            price += change
            price += gap(price, following != now + MINUTE_NS, normal.second)
            now = following
            level = next_volatility(level, change, now)


cdef inline double in_price(int64_t ticks, double scale, bint is_ratio) noexcept nogil:
    return <double>ticks / scale if is_ratio else <double>ticks * scale
