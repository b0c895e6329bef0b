from btcore._core.account cimport Account
from btcore._core.market cimport Prices
from btcore._core.types cimport Trade

cdef void totals_init(Account* account, const Prices* prices) noexcept nogil
cdef void pass_closes(Account* account, const Prices* prices, Py_ssize_t stop) noexcept nogil
cdef void totals_trade(Account* account, const Trade* trade) noexcept nogil
cdef void totals_finish(Account* account, const Prices* prices) noexcept nogil
cdef double settled(const Account* account, const Prices* prices, Py_ssize_t i) noexcept nogil
cdef double equity_with_positions(const Account* account, const Prices* prices, Py_ssize_t i) noexcept nogil


cdef inline double equity_at(const Account* account, const Prices* prices, Py_ssize_t i) noexcept nogil:
    """Equity at the close of candle `i`: realised, and positions open by then at the exit side [T4]."""
    return equity_with_positions(account, prices, i) if account.held else account.totals.equity


cdef inline void totals_pass(Account* account, const Prices* prices, Py_ssize_t stop) noexcept nogil:
    """Count the closes before `stop`, at which the open positions were those that are open now."""
    if account.totals.seen < stop:
        pass_closes(account, prices, stop)
