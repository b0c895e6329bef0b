# Decisions of functions of the caller: what they are asked with, and how their answers are carried out.
from libc.stdint cimport int64_t

from btcore._core.account cimport Account
from btcore._core.market cimport Prices
from btcore._core.script cimport Ask, Diary, Script

cdef enum:
    COLUMNS = 5                 # open, high, low, close, volume

cdef struct History:            # candles [first, stop) that a function may look at
    const double* columns[5]    # of candle `first` and those after it
    const int64_t* times
    Py_ssize_t first, stop

cdef class Memory:              # keeps arrays alive for views of their memory
    cdef object held

cdef class Asker:               # a function of the caller and what it needs; one for each simulation
    cdef Ask ask
    cdef bint python
    cdef History history
    cdef Py_ssize_t window
    cdef object memory          # keeps what `history` points to
    cdef object error           # what it raised
    cdef Py_ssize_t failed_at

    cdef int bind(self, object memory, tuple columns, const int64_t[::1] times) except -1
    cdef object failure(self)
    cdef object kept(self)

cdef int carry_out(
    Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t t, Py_ssize_t i,
    int64_t* row, double* levels, bint sized,
) noexcept nogil
cdef void diary_free(Diary* diary) noexcept nogil
