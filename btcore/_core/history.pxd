# The last values of a series, contiguous: an array with room for a window and a block. Values are appended; when the
# room is used up, the window moves to the front. The array lies in the state of an operator, after the struct.
from libc.string cimport memmove

from btcore._core.types cimport BLOCK

cdef struct History:
    Py_ssize_t window, min_periods
    Py_ssize_t count            # values in the window, `window` at most
    Py_ssize_t finite           # finite values in a row up to the last one
    Py_ssize_t end              # values in the array; the window is its tail


cdef inline bint is_finite(double x) noexcept nogil:
    return x - x == 0.0


cdef inline Py_ssize_t history_length(Py_ssize_t window) noexcept nogil:
    """Length of the array."""
    return window + BLOCK


cdef inline void history_init(History* h, Py_ssize_t window, Py_ssize_t min_periods) noexcept nogil:
    h.window, h.min_periods = window, min_periods
    h.count = h.finite = h.end = 0


cdef inline void make_room(History* h, double* values, Py_ssize_t n) noexcept nogil:
    """See that n <= BLOCK values can be appended."""
    if h.end + n > h.window + BLOCK:
        memmove(values, values + h.end - h.count, h.count * sizeof(double))
        h.end = h.count


cdef inline bint is_complete(const History* h) noexcept nogil:
    """Whether the window has a result: enough values, all of them finite."""
    return h.finite >= h.count and h.count >= h.min_periods
