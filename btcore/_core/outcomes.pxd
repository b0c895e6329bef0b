from btcore._core.account cimport Account, Position
from btcore._core.market cimport Prices

cdef void leave_by_path(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, bint entered
) noexcept nogil
