# What fills have in common, and the booking of exits.
from libc.math cimport NAN
from libc.stdint cimport int64_t

from btcore._core.account cimport Account, Position
from btcore._core.market cimport Prices, to_price
from btcore._core.rounding cimport entry_bar, exit_bar, spread_of
from btcore._core.types cimport LEVEL_LIMIT


cdef inline int64_t stop_in_force(const Position* p) noexcept nogil:
    """The tightest stop [X6]."""
    return max(p.guard, p.trail_level)


cdef inline bint trail_rules(const Position* p) noexcept nogil:
    return p.trail_level > p.guard


cdef inline double risk_of(const Prices* prices, const Position* p) noexcept nogil:
    """Entry to stop, per unit of size; to the trail where there is no stop; NaN where it is no loss or too far [T2]."""
    cdef int64_t risk = 0
    if p.stop > -LEVEL_LIMIT:
        risk = p.entry - p.stop
    elif p.trailing:
        risk = p.trail_start
    return to_price(prices, risk) if 0 < risk < LEVEL_LIMIT // 2 else NAN


cdef inline int64_t open_spread(const Prices* prices, int side, Py_ssize_t t) noexcept nogil:
    """Ask minus bid at the open of candle t, which also counts inside it [C4]."""
    return spread_of(entry_bar(prices, side, t).open, exit_bar(prices, side, t).open)


cdef inline int64_t gap_price(const Account* account, int64_t opened, int64_t limit) noexcept nogil:
    """Where a limit that rested before fills when the candle opens beyond it [E2, X1]."""
    return limit if account.terms.gap_at_limit else opened


cdef inline int64_t target_price(const Account* account, const Position* p, int64_t opened) noexcept nogil:
    """Where a target that was live at the open fills inside: better where the open passed it, but not by enough."""
    return gap_price(account, opened, p.target) if opened > p.target else p.target


cdef void book(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t,
    int64_t base, int64_t spread, int reason, bint ambiguous,
) noexcept nogil
cdef void book_stop(Account* account, Position* p, const Prices* prices, Py_ssize_t t, bint ambiguous) noexcept nogil
cdef void book_target(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, int64_t high, int64_t price
) noexcept nogil
