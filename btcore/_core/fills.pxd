from btcore._core.account cimport Account
from btcore._core.market cimport Prices

cdef void step(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil
cdef void step_magnified(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil
