# Partial targets: several targets of one position, each for a part of its size [X9].
from libc.stdint cimport int64_t

from btcore._core.account cimport Account, Entry, Position
from btcore._core.market cimport Bar, Prices

cdef bint wrong_rungs(const Account* account, const Prices* prices, const int64_t* price) noexcept nogil
cdef void set_ladder(Account* account, const Entry* entry, Position* p, const Prices* prices) noexcept nogil
cdef void take_at_open(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, int64_t opened, int reason
) noexcept nogil
cdef void take_inside(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, const Bar* out, int64_t reached, bint rested
) noexcept nogil
