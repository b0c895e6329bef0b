# The band: a sorted stretch of the window around the order statistic that is asked for. Of all that sorts before it,
# just the number is known.
#
# before + size + (those after) = count of the window; everything before <= band[0], everything after >= the last.
# Behind its end, up to the capacity, the band is INFINITY.
from btcore._core.history cimport History, history_length

cdef struct Band:               # followed by the array of the history and that of the band
    History history
    Py_ssize_t capacity
    Py_ssize_t before, size
    Py_ssize_t rank             # the pair that is asked for: sorted[rank], sorted[rank + 1]
    double fraction             # weight of the upper one
    double q
    Py_ssize_t method


cdef inline double* values_of(const Band* s) noexcept nogil:
    """The array of the history."""
    return <double*> (s + 1)


cdef inline double* band_of(const Band* s) noexcept nogil:
    """The array of the band."""
    return values_of(s) + history_length(s.history.window)


cdef inline const double* window_of(const Band* s) noexcept nogil:
    return values_of(s) + s.history.end - s.history.count


cdef void thin_out(Band* s) noexcept nogil
cdef void reach(Band* s) noexcept nogil
