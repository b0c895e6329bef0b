"""Costs that depend on the moment: models of slippage, nights, the account's currency [S1, S3, S5].

Rates and rolls are read at the candle that is taken, or the one before; a position keeps those of its entry.
"""

from libc.math cimport ceil, fabs, rint
from libc.stdint cimport int64_t, uint64_t

from btcore._core.account cimport Account, Charges, Money, Position, commission_of
from btcore._core.booking cimport risk_of
from btcore._core.market cimport Bar, Prices, to_price, to_units
from btcore._core.rounding cimport entry_bar, exit_bar, whole
from btcore._core.types cimport SLIP_FIXED, SLIP_PERCENT, SLIP_RANGE, Trade


cdef inline uint64_t splitmix64(uint64_t x) noexcept nogil:
    """One output of splitmix64 for the state x; S. Vigna, splitmix64.c."""
    x += <uint64_t> 0x9E3779B97F4A7C15
    x = (x ^ (x >> 30)) * <uint64_t> 0xBF58476D1CE4E5B9
    x = (x ^ (x >> 27)) * <uint64_t> 0x94D049BB133111EB
    return x ^ (x >> 31)


cdef inline int64_t rounded_out(double units) noexcept nogil:
    """Up to a whole number; what is on the grid within a thousandth stays there [C5]."""
    cdef double near = rint(units)
    return whole(near if fabs(units - near) <= 1e-3 else ceil(units))


cdef int64_t modelled_slip(
    const Account* account, const Prices* prices, int side, Py_ssize_t t, int64_t base, int64_t number, bint leaving
) noexcept nogil:
    cdef const Charges* charges = &account.money.charges
    cdef uint64_t random
    cdef Bar bar
    if charges.slip == SLIP_FIXED:
        return account.terms.slippage
    if charges.slip == SLIP_PERCENT:
        return rounded_out(to_units(prices, charges.slip_number / 100.0 * fabs(to_price(prices, base))))
    if charges.slip == SLIP_RANGE:
        if account.replayed != NULL:
            prices = account.replayed
        bar = exit_bar(prices, side, t) if leaving else entry_bar(prices, side, t)
        return rounded_out(charges.slip_number * <double> (bar.high - bar.low))
    random = splitmix64(splitmix64(charges.slip_seed) ^ <uint64_t> t)
    random = splitmix64(random ^ (2 * <uint64_t> number + <uint64_t> leaving))
    return charges.tick * <int64_t> (random % charges.slip_span)


cdef inline double money_rate(const Money* money, Py_ssize_t i) noexcept nogil:
    return money.charges.rate if money.rates == NULL else money.rates[i]


cdef inline Py_ssize_t rolls_until(const Money* money, Py_ssize_t i) noexcept nogil:
    """How many of the candles that a roll comes before are candle i or earlier."""
    cdef Py_ssize_t low = 0, high = money.rolls, middle
    while low < high:
        middle = (low + high) // 2
        if money.roll_candles[middle] <= i:
            low = middle + 1
        else:
            high = middle
    return low


cdef int64_t nights_at(const Money* money, Py_ssize_t i) noexcept nogil:
    cdef Py_ssize_t rolls = rolls_until(money, i)
    return money.roll_nights[rolls - 1] if rolls else 0


cdef Py_ssize_t next_roll(const Account* account, Py_ssize_t i) noexcept nogil:
    """First candle after candle i that a roll comes before; the end of the window where there is none."""
    cdef const Money* money = account.money
    cdef Py_ssize_t rolls = rolls_until(money, i)
    return <Py_ssize_t> money.roll_candles[rolls] if rolls < money.rolls else account.end


cdef double financing_of(
    const Account* account, const Position* p, const Prices* prices, double size, Py_ssize_t i
) noexcept nogil:
    """What the nights from the entry to the open of candle i cost that part of a position [S3]."""
    cdef const Money* money = account.money
    cdef const Charges* charges = &money.charges
    cdef int64_t nights = nights_at(money, i) - p.entry_nights
    cdef double night = charges.night_long if p.side > 0 else charges.night_short
    if nights <= 0:
        return 0.0
    if charges.night_of_price:
        night *= to_price(prices, p.side * p.entry)
    if charges.night_in_quote:
        night *= p.entry_rate
    return <double> nights * (night * size)


cdef void settle(
    const Account* account, const Position* p, const Prices* prices, Py_ssize_t t, int64_t gain, double paid, Trade* trade
) noexcept nogil:
    """Convert what a trade has in quote currency, and charge its nights [S3, S5].

    `gain` are units from the entry to the exit, slippage included; `paid` is the commission of the entry.
    """
    cdef double rate = money_rate(account.money, t)
    trade.gross *= rate
    trade.spread_cost *= rate
    trade.slippage_cost *= rate
    trade.commission = paid + commission_of(&account.terms, trade.exit_price * trade.size * rate, trade.size)
    if account.money.rolls:
        trade.financing = financing_of(account, p, prices, trade.size, t)
    trade.net = (to_price(prices, gain) * trade.size * rate - trade.commission) - trade.financing
    trade.r_multiple = trade.net / (risk_of(prices, p) * trade.size * rate)
