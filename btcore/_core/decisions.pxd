from libc.stdint cimport int64_t

from btcore._core.account cimport Account, Entry, Ticket
from btcore._core.market cimport Prices

cdef int place(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil
cdef int refuse_size(
    const Account* account, const Prices* prices, const Ticket* ticket, Py_ssize_t t, int64_t price, double equity,
    double* size,
) noexcept nogil
