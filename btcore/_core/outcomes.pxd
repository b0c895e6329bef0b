from btcore._core.account cimport Account, Position
from btcore._core.market cimport Prices

cdef enum:                      # when a position was entered: before the inside of the candle, inside it, or inside it
    BEFORE, ENTERED, PROVEN     # by a limit that only the close proves to have been reached after its trigger [E3]

cdef void leave_by_path(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, int entered
) noexcept nogil
