"""Rolling median and quantiles, exact: a value goes in, the oldest goes out, the band keeps the order statistic.

A value outside the band costs two comparisons. One inside goes in or out of a short sorted array: in one pass over all
of it where it is short, else by moving what lies behind.
"""

from libc.math cimport INFINITY, NAN, ceil, floor, rint

from btcore._core.band cimport Band, band_of, reach, thin_out, values_of
from btcore._core.history cimport history_init, history_length, is_complete, is_finite, make_room
from btcore._core.order_functions cimport OrderFunctions, order_functions_here
from btcore._core.types cimport QUANTILE_HIGHER, QUANTILE_LINEAR, QUANTILE_MEDIAN, QUANTILE_MIDPOINT, QUANTILE_NEAREST


cdef enum:
    STEP = 16                   # values compared at once when one is looked up; divides every capacity
    SHORT = 32                  # longest band that is passed over as a whole

cdef const OrderFunctions* functions = order_functions_here()


cdef Py_ssize_t band_capacity(Py_ssize_t window) noexcept:
    """A longer band is left less often, which costs a pass over the window; a change moves half of it."""
    if window <= 14:
        return 16
    if window <= 200:
        return 32
    if window <= 800:
        return 64
    return 128 if window <= 3000 else 256


cdef size_t quantile_bytes(Py_ssize_t window) noexcept:
    """Memory of the state."""
    return sizeof(Band) + <size_t> (history_length(window) + band_capacity(window)) * sizeof(double)


cdef void quantile_init(void* state, const Operator* op, Py_ssize_t method) noexcept:
    """Start in zeroed memory."""
    cdef Band* s = <Band*> state
    cdef Py_ssize_t k
    history_init(&s.history, op.window, op.min_periods)
    s.capacity = band_capacity(op.window)
    s.method, s.q = method, op.factors[0]
    for k in range(s.capacity):
        band_of(s)[k] = INFINITY


cdef void aim(Band* s, Py_ssize_t n) noexcept nogil:
    """Which pair of n sorted values is asked for, and the weight of its upper one, as numpy.quantile defines them."""
    cdef double position = <double> (n - 1) * s.q
    cdef double whole = floor(position)
    s.fraction = 0.0
    if s.method == QUANTILE_MEDIAN:
        whole, s.fraction = <double> ((n - 1) // 2), 0.0 if n % 2 else 0.5
    elif s.method == QUANTILE_LINEAR:
        s.fraction = position - whole
    elif s.method == QUANTILE_HIGHER:
        whole = ceil(position)
    elif s.method == QUANTILE_NEAREST:
        whole = rint(position)
    elif s.method == QUANTILE_MIDPOINT:
        s.fraction = 0.0 if position == whole else 0.5
    s.rank = <Py_ssize_t> whole
    if s.rank == n - 1 and n > 1:               # the last one is the upper of a pair
        s.rank, s.fraction = n - 2, 1.0


cdef inline double middle(double a, double b) noexcept nogil:
    cdef double total = a + b
    return 0.5 * total if is_finite(total) else 0.5 * a + 0.5 * b


cdef inline double between(double a, double b, double t) noexcept nogil:
    """numpy's interpolation, from the nearer end; its own where b - a is beyond the largest float."""
    cdef double apart = b - a
    if not is_finite(apart):
        return a * (1.0 - t) + b * t
    return a + apart * t if t < 0.5 else b - apart * (1.0 - t)


cdef inline double result(const Band* s) noexcept nogil:
    cdef const double* pair = band_of(s) + (s.rank - s.before)
    if s.fraction == 0.0:
        return pair[0]
    if s.fraction == 1.0:
        return pair[1]
    return middle(pair[0], pair[1]) if s.method == QUANTILE_MEDIAN else between(pair[0], pair[1], s.fraction)


cdef inline Py_ssize_t locate(const double* band, Py_ssize_t size, double x) noexcept nogil:
    """How many values of the band are less than x."""
    cdef Py_ssize_t start = 0, less = 0, k
    while start + STEP < size and band[start + STEP - 1] < x:
        start += STEP
    for k in range(STEP):
        less += band[start + k] < x
    return start + less


cdef inline void insert(Band* s, double* band, double x) noexcept nogil:
    cdef Py_ssize_t place = locate(band, s.size, x), k
    for k in range(s.size, place, -1):
        band[k] = band[k - 1]
    band[place] = x
    s.size += 1
    if s.size >= s.capacity - 1:
        thin_out(s)


cdef inline void remove(Band* s, double* band, double x) noexcept nogil:
    cdef Py_ssize_t k
    s.size -= 1
    for k in range(locate(band, s.size + 1, x), s.size):
        band[k] = band[k + 1]
    band[s.size] = INFINITY


# Where the band ends: nothing lies before or after it where the end is infinite.
cdef inline double low_end(const Band* s, const double* band) noexcept nogil:
    return band[0] if s.before else -INFINITY


cdef inline double high_end(const Band* s, const double* band, Py_ssize_t count) noexcept nogil:
    return band[s.size - 1] if s.before + s.size < count else INFINITY


# On which side of the band: 0 before, 1 inside, 2 after. Sums of comparisons: a branch could not be predicted.
cdef inline Py_ssize_t side_of_new(double low, double high, double x) noexcept nogil:
    return <Py_ssize_t> (x > low) + <Py_ssize_t> (x >= high)


cdef inline Py_ssize_t side_of_old(double low, double high, double x) noexcept nogil:
    return <Py_ssize_t> (x >= low) + <Py_ssize_t> (x > high)


cdef inline void replace_short(Band* s, double* band, double x, double oldest) noexcept nogil:
    cdef double low = low_end(s, band), high = high_end(s, band, s.history.count)
    cdef Py_ssize_t new = side_of_new(low, high, x), old = side_of_old(low, high, oldest)
    s.before += <Py_ssize_t> (new == 0) - <Py_ssize_t> (old == 0)
    s.size += <Py_ssize_t> (new == 1) - <Py_ssize_t> (old == 1)
    if (new == 1) | (old == 1):
        x, oldest = x if new == 1 else INFINITY, oldest if old == 1 else INFINITY
        if s.capacity == 16:
            functions.exchange_16(band, x, oldest)
        else:
            functions.exchange_32(band, x, oldest)
    if s.size >= s.capacity - 1:
        thin_out(s)


cdef void change(Band* s, double* band, double x, double oldest) noexcept nogil:
    """One of the two, or both, are inside."""
    cdef Py_ssize_t count = s.history.count
    cdef Py_ssize_t old
    if side_of_new(low_end(s, band), high_end(s, band, count), x) == 1:
        count += 1
        insert(s, band, x)
    old = side_of_old(low_end(s, band), high_end(s, band, count), oldest)
    if old == 1:
        remove(s, band, oldest)
    else:
        s.before -= old == 0


cdef inline void replace_long(Band* s, double* band, double x, double oldest) noexcept nogil:
    cdef double low = low_end(s, band), high = high_end(s, band, s.history.count)
    cdef Py_ssize_t new = side_of_new(low, high, x), old = side_of_old(low, high, oldest)
    s.before += new == 0
    if (new == 1) | (old == 1):
        change(s, band, x, oldest)
    else:
        s.before -= old == 0


cdef void add(Band* s, double x) noexcept nogil:
    """The window is not full: nothing goes out."""
    cdef double* band = band_of(s)
    cdef Py_ssize_t side = side_of_new(low_end(s, band), high_end(s, band, s.history.count), x)
    s.history.count += 1
    s.history.end += 1
    s.before += side == 0
    aim(s, s.history.count)
    if side == 1:
        insert(s, band, x)
    reach(s)


cdef inline double push(Band* s, double* values, double x) noexcept nogil:
    """The result with one more value. The value before stands in for one that is not finite."""
    cdef Py_ssize_t end = s.history.end
    cdef bint good = is_finite(x)
    if not good:
        x = values[end - 1] if end else 0.0
    x += 0.0                                    # -0.0 becomes 0.0
    s.history.finite = s.history.finite + 1 if good else 0
    values[end] = x
    if s.history.count < s.history.window:
        add(s, x)
    else:
        s.history.end = end + 1
        if s.capacity <= SHORT:
            replace_short(s, band_of(s), x, values[end - s.history.window])
        else:
            replace_long(s, band_of(s), x, values[end - s.history.window])
        if (s.rank < s.before) | (s.rank + 1 >= s.before + s.size):
            reach(s)
    return result(s) if is_complete(&s.history) else NAN


cdef void advance_quantile(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const double* x = <const double*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    cdef Band* s = <Band*> op.state
    cdef double* values = values_of(s)
    cdef Py_ssize_t i
    if s.history.window == 1:
        for i in range(n):
            out[i] = x[i] + 0.0 if is_finite(x[i]) else NAN
        return
    make_room(&s.history, values, n)
    for i in range(n):
        out[i] = push(s, values, x[i])
