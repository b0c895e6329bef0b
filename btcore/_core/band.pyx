"""Keeps the band around the order statistic: what goes when it is full, what comes when the statistic has left it.

A growth costs a pass over the window, two or three where values lie far apart or are equal, and is needed after about
half a `capacity` of candles at worst.
"""

from libc.math cimport INFINITY
from libc.stdint cimport uint64_t
from libc.string cimport memcpy, memmove

from btcore._core.bits cimport first_bit
from btcore._core.order_functions cimport OrderFunctions, order_functions_here

cdef extern from "order.h" nogil:
    enum:
        MOST_COUNTED            # most values that sort_few takes
    uint64_t within(const double* x, Py_ssize_t n, double low, double high) noexcept

cdef enum:
    LANES = 16                  # see bound_above
    GATHER = 512                # most values that one growth takes
    SPARE = 64                  # found before the number is looked at

cdef const OrderFunctions* functions = order_functions_here()

cdef double REACH = 0.5         # share of the capacity that one growth aims at


cdef void drop_low(Band* s, Py_ssize_t n) noexcept nogil:
    cdef double* band = band_of(s)
    cdef Py_ssize_t k
    memmove(band, band + n, (s.size - n) * sizeof(double))
    s.size -= n
    s.before += n
    for k in range(s.size, s.size + n):
        band[k] = INFINITY


cdef void drop_high(Band* s, Py_ssize_t n) noexcept nogil:
    cdef double* band = band_of(s)
    cdef Py_ssize_t k
    s.size -= n
    for k in range(s.size, s.size + n):
        band[k] = INFINITY


cdef void thin_out(Band* s) noexcept nogil:
    """The band is full: the side farther from the order statistic gives a quarter of the capacity."""
    if 2 * (s.rank - s.before) > s.size:
        drop_low(s, s.capacity // 4)
    else:
        drop_high(s, s.capacity // 4)


cdef inline double lower(double a, double b) noexcept nogil:
    return a if a < b else b


cdef inline double higher(double a, double b) noexcept nogil:
    return a if a > b else b


cdef double bound_above(const double* x, Py_ssize_t n, double floor, double* least) noexcept nogil:
    """A bound such that few values are in (floor, bound]; `least` receives the smallest of them.

    It is the largest of the smallest values above the floor in each of the lanes.
    """
    cdef double[LANES] lanes
    cdef double bound, smallest
    cdef Py_ssize_t i, k
    for k in range(LANES):
        lanes[k] = INFINITY
    for i in range(n // LANES):
        for k in range(LANES):
            lanes[k] = lower(x[i * LANES + k] if x[i * LANES + k] > floor else INFINITY, lanes[k])
    for i in range(n - n % LANES, n):
        lanes[i % LANES] = lower(x[i] if x[i] > floor else INFINITY, lanes[i % LANES])
    bound = smallest = lanes[0]
    for k in range(1, LANES):
        bound, smallest = higher(lanes[k], bound), lower(lanes[k], smallest)
    least[0] = smallest
    return bound


cdef double bound_below(const double* x, Py_ssize_t n, double ceiling, double* most) noexcept nogil:
    """The mirror image: few values are in [bound, ceiling)."""
    cdef double[LANES] lanes
    cdef double bound, largest
    cdef Py_ssize_t i, k
    for k in range(LANES):
        lanes[k] = -INFINITY
    for i in range(n // LANES):
        for k in range(LANES):
            lanes[k] = higher(x[i * LANES + k] if x[i * LANES + k] < ceiling else -INFINITY, lanes[k])
    for i in range(n - n % LANES, n):
        lanes[i % LANES] = higher(x[i] if x[i] < ceiling else -INFINITY, lanes[i % LANES])
    bound = largest = lanes[0]
    for k in range(1, LANES):
        bound, largest = lower(lanes[k], bound), higher(lanes[k], largest)
    most[0] = largest
    return bound


cdef Py_ssize_t gather(const double* x, Py_ssize_t n, double low, double high, double* found) noexcept nogil:
    """Copy the values in [low, high] to `found`; -1 if they are more than GATHER."""
    cdef Py_ssize_t count = 0, i = 0
    cdef uint64_t bits
    while i < n:
        bits = within(x + i, min(n - i, 64), low, high)
        while bits:
            found[count] = x[i + first_bit(bits)]
            count += 1
            bits &= bits - 1
        if count > GATHER:
            return -1
        i += 64
    return count


cdef inline void sort_by(double* x, Py_ssize_t n, Py_ssize_t gap) noexcept nogil:
    """Insertion sort of every `gap`-th value."""
    cdef double value
    cdef Py_ssize_t i, k
    for i in range(gap, n):
        value, k = x[i], i
        while k >= gap and x[k - gap] > value:
            x[k] = x[k - gap]
            k -= gap
        x[k] = value


cdef void sort(double* x, Py_ssize_t n) noexcept nogil:
    """Shell's sort: short, in place, fast on what is nearly sorted."""
    if n <= MOST_COUNTED:
        functions.sort_few(x, n)
        return
    if n > 150:
        sort_by(x, n, 57)
    if n > 60:
        sort_by(x, n, 23)
    sort_by(x, n, 10)
    sort_by(x, n, 4)
    sort_by(x, n, 1)


cdef Py_ssize_t repeat(double* found, double value, Py_ssize_t times) noexcept nogil:
    """`times`, but at most GATHER copies."""
    cdef Py_ssize_t k
    times = min(times, GATHER)
    for k in range(times):
        found[k] = value
    return times


cdef Py_ssize_t collect(
    const double* x, Py_ssize_t count, double low, double high, double nearest, double* found
) noexcept nogil:
    """The values in [low, high], sorted; if they are too many, only `nearest`, as often as it occurs."""
    cdef Py_ssize_t n = gather(x, count, low, high, found)
    if n < 0:
        n = functions.count_not_greater(x, count, nearest) - functions.count_less(x, count, nearest)
        return repeat(found, nearest, n)
    sort(found, n)
    return n


cdef Py_ssize_t search_above(const Band* s, double edge, double* found) noexcept nogil:
    """The next values after the band whatever they are."""
    cdef const double* x = window_of(s)
    cdef Py_ssize_t count = s.history.count, ties = 0
    cdef double nearest, bound
    if s.size:
        ties = functions.count_not_greater(x, count, edge) - s.before - s.size
    if ties:
        return repeat(found, edge, ties)
    bound = bound_above(x, count, edge, &nearest)
    return collect(x, count, nearest, bound, nearest, found)


cdef Py_ssize_t search_below(const Band* s, double edge, double* found) noexcept nogil:
    cdef const double* x = window_of(s)
    cdef Py_ssize_t count = s.history.count
    cdef Py_ssize_t ties = s.before - functions.count_less(x, count, edge)
    cdef double nearest, bound
    if ties:
        return repeat(found, edge, ties)
    bound = bound_below(x, count, edge, &nearest)
    return collect(x, count, bound, nearest, nearest, found)


cdef inline double stretch(const Band* s) noexcept nogil:
    """How far REACH * capacity values should go, were they as dense as those of the band."""
    cdef double span = band_of(s)[s.size - 1] - band_of(s)[0]
    return span * (REACH * <double> s.capacity / <double> s.size)


cdef Py_ssize_t next_above(const Band* s, double* buffer, double** found) noexcept nogil:
    """The next values after the band, sorted, from `found[0]` on.

    One pass up to a guessed bound; the search, if that finds none or too many. In a band of equal values nobody knows
    on which side of it others of them are: the search counts them.
    """
    cdef const double* band = band_of(s)
    cdef double edge = band[s.size - 1] if s.size else -INFINITY
    cdef Py_ssize_t n, own = 0
    found[0] = buffer
    if s.size < 4 or band[0] == edge:
        return search_above(s, edge, buffer)
    n = gather(window_of(s), s.history.count, edge, edge + stretch(s), buffer)
    while own < s.size and band[s.size - 1 - own] == edge:
        own += 1
    if n <= own:
        return search_above(s, edge, buffer)
    sort(buffer, n)
    found[0] = buffer + own                     # equal to the edge and in the band already
    return n - own


cdef Py_ssize_t next_below(const Band* s, double* found) noexcept nogil:
    cdef const double* band = band_of(s)
    cdef double edge = band[0]
    cdef Py_ssize_t n, own = 0
    if s.size < 4 or band[s.size - 1] == edge:
        return search_below(s, edge, found)
    n = gather(window_of(s), s.history.count, edge - stretch(s), edge, found)
    while own < s.size and band[own] == edge:
        own += 1
    if n <= own:
        return search_below(s, edge, found)
    sort(found, n)
    return n - own


cdef inline Py_ssize_t excess(const Band* s, Py_ssize_t n) noexcept nogil:
    """How many must go for n to come: an eighth of the capacity stays free, or the next candles would thin it out."""
    return max(s.size + n - (s.capacity - s.capacity // 8), 0)


cdef void grow_up(Band* s) noexcept nogil:
    cdef double[GATHER + SPARE] buffer
    cdef double* found
    cdef Py_ssize_t n = min(next_above(s, buffer, &found), 3 * s.capacity // 4)
    drop_low(s, excess(s, n))
    memcpy(band_of(s) + s.size, found, n * sizeof(double))
    s.size += n


cdef void grow_down(Band* s) noexcept nogil:
    cdef double[GATHER + SPARE] found
    cdef double* band = band_of(s)
    cdef Py_ssize_t total = next_below(s, found)
    cdef Py_ssize_t n = min(total, 3 * s.capacity // 4)
    drop_high(s, excess(s, n))
    memmove(band + n, band, s.size * sizeof(double))
    memcpy(band, found + total - n, n * sizeof(double))
    s.size += n
    s.before -= n


cdef void reach(Band* s) noexcept nogil:
    """Grow until the band holds the pair that is asked for."""
    while s.rank < s.before:
        grow_down(s)
    while s.rank + 1 >= s.before + s.size and s.before + s.size < s.history.count:
        grow_up(s)
