from libc.stdint cimport int64_t

from btcore._core.answers cimport Asker

cdef class Recent:
    cdef Asker asker
    cdef object chunk, times    # float64 [5, n] and int64 [n]

    cdef int renew(self) except -1
    cdef int show(self, Py_ssize_t first, Py_ssize_t stop) except -1
    cdef int remember(self, Py_ssize_t t, const double* candle, int64_t time) except -1
    cdef object shape(self)
    cdef list save(self)
    cdef int restore(self, list parts, Py_ssize_t stop) except -1
