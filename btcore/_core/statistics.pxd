from btcore._core.account cimport Account
from btcore._core.market cimport Prices
from btcore._core.types cimport Trade

cdef void totals_init(Account* account, const Prices* prices) noexcept nogil
cdef void totals_pass(Account* account, const Prices* prices, Py_ssize_t stop) noexcept nogil
cdef void totals_trade(Account* account, const Trade* trade) noexcept nogil
cdef void totals_finish(Account* account, const Prices* prices) noexcept nogil
cdef double equity_at(const Account* account, const Prices* prices, Py_ssize_t i) noexcept nogil
