from btcore._core.operators cimport Operator

cdef class Latest:              # a rolling aggregate that starts when it is first asked for
    cdef Operator op
    cdef double* values         # of candles [first, done)
    cdef char* fresh            # the state before the first value
    cdef Py_ssize_t period, first, done
    cdef Py_ssize_t ahead       # values that are computed beyond the one that is asked for

    cdef double at(self, const double* column, Py_ssize_t origin, Py_ssize_t t, Py_ssize_t stop) noexcept nogil
