from libc.stdint cimport int64_t

from btcore._core.account cimport Account
from btcore._core.market cimport Prices

cdef class Changes:
    cdef const Account* account
    cdef const Prices* prices
    cdef Py_ssize_t t
    cdef int64_t filled, placed
    cdef Py_ssize_t trade_count
    cdef int64_t[9] rejected
    cdef dict waiting           # number of the order -> its record and last candle
    cdef set leaving

    cdef int look(self) except -1
    cdef list found(self)
    cdef list fills(self, int64_t filled, rows, dict gone)
    cdef list losses(self, dict gone, list refused)

cdef Changes changes_of(const Account* account, const Prices* prices, Py_ssize_t t)
