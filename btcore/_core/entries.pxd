from btcore._core.account cimport Account, Entry
from btcore._core.market cimport Prices

cdef void enter_at_open(Account* account, Entry* entry, const Prices* prices, Py_ssize_t t) noexcept nogil
cdef void enter_inside(Account* account, Entry* entry, const Prices* prices, Py_ssize_t t) noexcept nogil
cdef void fill_closes(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil
cdef void give_up(Account* account, Entry* entry, Py_ssize_t t) noexcept nogil
