# Costs that depend on the moment [S1, S3, S5]. An account without them has no Money, and pays one test for each use.
from libc.stdint cimport int64_t

from btcore._core.account cimport Account, Money, Position, commission_of
from btcore._core.market cimport Prices
from btcore._core.types cimport Trade


cdef int64_t modelled_slip(
    const Account* account, const Prices* prices, int side, Py_ssize_t t, int64_t base, int64_t number, bint leaving
) noexcept nogil
cdef void settle(
    const Account* account, const Position* p, const Prices* prices, Py_ssize_t t, int64_t gain, double paid, Trade* trade
) noexcept nogil
cdef double financing_of(
    const Account* account, const Position* p, const Prices* prices, double size, Py_ssize_t i
) noexcept nogil
cdef int64_t nights_at(const Money* money, Py_ssize_t i) noexcept nogil
cdef Py_ssize_t next_roll(const Account* account, Py_ssize_t i) noexcept nogil


cdef inline int64_t slip_at(
    const Account* account, const Prices* prices, int side, Py_ssize_t t, int64_t base, int64_t number, bint leaving
) noexcept nogil:
    """Units by which a fill at `base` on candle t is worse; `number` is that of the position [S1]."""
    if account.money == NULL:
        return account.terms.slippage
    return modelled_slip(account, prices, side, t, base, number, leaving)


cdef inline double rate_at(const Account* account, Py_ssize_t i) noexcept nogil:
    """Account currency for one unit of quote currency on candle i [S5]."""
    if account.money == NULL:
        return 1.0
    return account.money.charges.rate if account.money.rates == NULL else account.money.rates[i]


cdef inline int64_t nights_until(const Account* account, Py_ssize_t i) noexcept nogil:
    """Nights from the first candle to candle i; 0 where nothing is paid for them [S3]."""
    return nights_at(account.money, i) if account.money != NULL else 0


cdef inline double commission_at(const Account* account, Py_ssize_t t, double price, double size) noexcept nogil:
    """Commission of a fill on candle t, in account currency [S2, S5]."""
    if account.money == NULL:
        return commission_of(&account.terms, price * size, size)
    return commission_of(&account.terms, price * size * rate_at(account, t), size)
