"""Which outcome is booked where a candle leaves several open [X2, X5]. Numbers in brackets: docs/fill-rules.md.

A candle tells its extremes, not their order. Every mode stands for one path of the exit side, from the entry or, for a
position that was open before, from the open: the better extreme, the worse one, or both in some order, then the close.
"""

from libc.stdint cimport int64_t

from btcore._core.account cimport Account, Position
from btcore._core.booking cimport book_stop, book_target, stop_in_force, target_price
from btcore._core.ladders cimport take_inside
from btcore._core.market cimport Bar, Prices
from btcore._core.rounding cimport exit_bar
from btcore._core.types cimport BEST, OHLC, OPEN_NEAREST, WORST

cdef struct Path:               # extremes in the order in which they are seen; one that is missing is the other again
    int64_t first, second


cdef inline Path path_of(int mode, const Position* p, const Bar* out, int entered) noexcept nogil:
    """The path of a mode; who entered inside was on the way to the worse extreme by a limit, else the better."""
    cdef bint limit = entered and p.late
    cdef bint stop = entered and not p.late
    cdef bint rising = (mode == OHLC) == (p.side > 0)
    cdef Path path
    if mode == OPEN_NEAREST:
        rising = out.high - out.open < out.open - out.low
        if out.high - out.open == out.open - out.low:
            mode = WORST
    path.first, path.second = out.low, out.high
    if mode == BEST:
        path.first, path.second = out.high, out.high if stop or entered == PROVEN else out.low
    elif entered == PROVEN and mode != WORST and not rising:
        path.first = path.second = out.close    # both extremes came before the entry
    elif limit and (mode == WORST or rising):
        path.second = out.low           # the better extreme came before the entry
    elif stop and mode != WORST and not rising:
        path.first = out.high           # the worse extreme came before the entry
    elif mode != WORST and rising:
        path.first, path.second = out.high, out.low
    return path


cdef bint leave_at(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, const Bar* out, int64_t price, bint rested
) noexcept nogil:
    """Leave if a point of the path is beyond stop or target, which `rested` since the open; whether nothing is left."""
    cdef int64_t target
    if price <= stop_in_force(p):
        book_stop(account, p, prices, t, False)
        return True
    if price >= p.target + account.terms.through:
        if p.laddered:
            take_inside(account, p, prices, t, out, price, rested)
            return not p.open
        target = target_price(account, p, out.open) if rested else p.target
        book_target(account, p, prices, t, out.high, target)
        return True
    return False


cdef void leave_by_path(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, int entered
) noexcept nogil:
    """Follow the path of the mode; a stop that other paths would not have taken makes the position doubtful."""
    cdef Bar out = exit_bar(prices, p.side, t)
    cdef bint reached = out.high >= p.target + account.terms.through
    cdef bint certain = entered == BEFORE or (entered == ENTERED and p.late) or out.close <= stop_in_force(p)
    cdef bint rested = entered == BEFORE
    cdef Path path = path_of(account.terms.ambiguity, p, &out, entered)
    if out.low <= stop_in_force(p) and (reached or not certain):
        p.doubtful = True
    if leave_at(account, p, prices, t, &out, path.first, rested):
        return
    if leave_at(account, p, prices, t, &out, path.second, rested):
        return
    leave_at(account, p, prices, t, &out, out.close, rested)
