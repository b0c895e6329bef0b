from btcore._core.account cimport Account
from btcore._core.market cimport Prices

cdef void step_position(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil
cdef void step_entry(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil
cdef void step_several(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil
cdef void step_magnified(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil


cdef inline void step(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """Everything that candle t does before the decision at its close: exits before entries, the older first [D10]."""
    if account.held == account.alone and account.waiting == 0:
        step_position(account, prices, t)
    elif account.held == 0 and account.waiting == account.alone:
        step_entry(account, prices, t)
    elif account.held or account.waiting:
        step_several(account, prices, t)
