from libc.stdint cimport int64_t

from btcore._core.account cimport Account, Position
from btcore._core.market cimport Prices


cdef inline bint has_margin(const Account* account) noexcept nogil:
    return account.alone < 0


cdef void margin_at_open(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil
cdef void margin_inside(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil
cdef void margin_after_entry(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, int64_t leave, bint certain
) noexcept nogil
