from btcore._core.account cimport Account, Entry, Position
from btcore._core.market cimport Prices

cdef object position_record(const Prices* prices, const Position* p, Py_ssize_t t)
cdef object order_record(const Prices* prices, const Entry* entry)
cdef list position_records(const Account* account, const Prices* prices, Py_ssize_t t)
cdef list order_records(const Account* account, const Prices* prices)
