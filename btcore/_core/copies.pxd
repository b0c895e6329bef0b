# Copies of accounts, and accounts as bytes.
from btcore._core.account cimport Account

cdef void copy_account(Account* to, const Account* origin) noexcept nogil
cdef bytes save_account(const Account* account)
cdef int load_account(Account* account, bytes saved) except -1
cdef int load_trades(Account* account, bytes rows) except -1
cdef bytes trade_bytes(const Account* account)
cdef object rows_of(const Account* account)
