from libc.stdint cimport int64_t

from btcore._core.account cimport Account, Position
from btcore._core.market cimport Prices


cdef inline int64_t stop_in_force(const Position* p) noexcept nogil:
    """The tightest stop [X6]."""
    return max(p.guard, p.trail_level)


cdef void step(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil
