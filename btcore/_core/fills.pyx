"""The fill rules: what one candle does to one account. Numbers in brackets are those of docs/fill-rules.md."""

from libc.math cimport fabs
from libc.stdint cimport int64_t

from btcore._core.account cimport Account, Entry, Position
from btcore._core.booking cimport book, book_stop, book_target, gap_price, open_spread, stop_in_force, trail_rules
from btcore._core.entries cimport enter_at_open, enter_inside, give_up
from btcore._core.market cimport Bar, Prices, to_price, to_units
from btcore._core.rounding cimport entry_bar, exit_bar, nearest, spread_of
from btcore._core.types cimport END_OF_DATA, LEVEL_LIMIT, SIGNAL, SL_GAP, TIME, TP_GAP, TRAIL_GAP


cdef void leave_at_open(Account* account, Position* p, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """[X1]"""
    cdef int64_t opened = exit_bar(prices, p.side, t).open
    cdef int64_t price = opened
    cdef int reason
    if p.leaving:
        reason = SIGNAL
    elif opened <= stop_in_force(p):
        reason = TRAIL_GAP if trail_rules(p) else SL_GAP
    elif opened >= p.target + account.terms.through:
        reason, price = TP_GAP, gap_price(account, opened, p.target)
    else:
        return
    book(account, p, prices, t, price, open_spread(prices, p.side, t), reason, False)


cdef void leave_inside(Account* account, Position* p, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """[X2]"""
    cdef Bar out = exit_bar(prices, p.side, t)
    cdef bint reached = out.high >= p.target + account.terms.through
    cdef int64_t target = p.target
    if out.low <= stop_in_force(p):
        book_stop(account, p, prices, t, reached)
    elif reached:
        if out.open > target:
            target = gap_price(account, out.open, target)   # passed by the open already, but not by enough
        book_target(account, p, prices, t, out.high, target)


cdef void leave_at_close(Account* account, Position* p, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """[X3, X8]"""
    cdef int64_t closed
    cdef bint timed = t - p.entry_index + 1 >= p.max_bars
    if timed or t == account.end - 1:
        closed = exit_bar(prices, p.side, t).close
        book(account, p, prices, t, closed, spread_of(entry_bar(prices, p.side, t).close, closed),
             TIME if timed else END_OF_DATA, False)


cdef void follow(Position* p, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """Candle t is over and the position is open: extremes, break-even and trail for the next candle [X6, T3]."""
    cdef Bar out = exit_bar(prices, p.side, t)
    cdef bint entered = t == p.entry_index
    cdef int64_t high = out.close if entered and p.late else out.high
    cdef int64_t space
    p.worst = min(p.worst, out.close if entered and p.inside else out.low)
    p.best = max(p.best, out.close if entered and p.inside else out.high)
    if high >= p.breakeven:
        p.guard = max(p.guard, p.entry)
        p.breakeven = LEVEL_LIMIT
    if not p.trailing:
        return
    p.trail_best = max(p.trail_best, out.close if p.trail_on_close else high)
    p.trail_active = p.trail_active or high >= p.activate
    if p.trail_active:
        space = p.trail_start
        if p.trail_percent:
            space = nearest(to_units(prices, p.trail_number / 100.0 * fabs(to_price(prices, p.trail_best))))
        p.trail_level = max(p.trail_level, p.trail_best - space)


cdef void forget(Account* account) noexcept nogil:
    """Close the gaps that closed positions and orders that no longer wait have left; the others keep their order."""
    cdef int k, kept = 0
    for k in range(account.held):
        if account.positions[k].open:
            if kept < k:
                account.positions[kept] = account.positions[k]
            kept += 1
    account.held = kept
    kept = 0
    for k in range(account.waiting):
        if account.entries[k].waiting:
            if kept < k:
                account.entries[kept] = account.entries[k]
            kept += 1
    account.waiting = kept


cdef inline void step_positions(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """Positions that were open before candle t, or since its open, and are still open: its inside."""
    cdef Position* p
    cdef int k
    for k in range(account.held):
        p = &account.positions[k]
        if p.open:
            leave_inside(account, p, prices, t)


cdef inline void step_entries(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    cdef Entry* entry
    cdef int k
    for k in range(account.waiting):
        entry = &account.entries[k]
        if entry.waiting:
            enter_inside(account, entry, prices, t)


cdef inline void end_candle(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    cdef Position* p
    cdef int k
    for k in range(account.held):
        p = &account.positions[k]
        if p.open:
            leave_at_close(account, p, prices, t)
            if p.open:
                follow(p, prices, t)
    for k in range(account.waiting):
        if account.entries[k].waiting:
            give_up(account, &account.entries[k], t)


cdef void step(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """Everything that candle t does before the decision at its close: exits before entries, the older first [D10]."""
    cdef int k
    for k in range(account.held):
        leave_at_open(account, &account.positions[k], prices, t)
    for k in range(account.waiting):
        enter_at_open(account, &account.entries[k], prices, t)
    step_positions(account, prices, t)
    step_entries(account, prices, t)
    end_candle(account, prices, t)
    forget(account)
