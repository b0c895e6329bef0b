from btcore._core.account cimport Account
from btcore._core.market cimport Prices
from btcore._core.script cimport Script
from btcore._core.types cimport MARKET

cdef Py_ssize_t find_event(
    const Script* script, Account* account, const Prices* prices, void** slots,
    Py_ssize_t block, Py_ssize_t t, Py_ssize_t stop,
) noexcept nogil


cdef inline Py_ssize_t next_event(
    const Script* script, Account* account, const Prices* prices, void** slots,
    Py_ssize_t block, Py_ssize_t t, Py_ssize_t stop,
) noexcept nogil:
    """Next candle that can change an account with positions or orders; signals that it cannot follow are rejected."""
    if account.waiting and account.entries[0].kind == MARKET:
        return t
    return find_event(script, account, prices, slots, block, t, stop)
