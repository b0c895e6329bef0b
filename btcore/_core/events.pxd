from btcore._core.account cimport Account
from btcore._core.market cimport Prices
from btcore._core.script cimport Script

cdef Py_ssize_t next_event(
    const Script* script, Account* account, const Prices* prices, void** slots,
    Py_ssize_t block, Py_ssize_t t, Py_ssize_t stop,
) noexcept nogil
