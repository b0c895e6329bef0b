"""The fill rules: what one candle does to one account. Numbers in brackets are those of docs/fill-rules.md."""

from libc.math cimport fabs
from libc.stdint cimport int64_t

from btcore._core.account cimport Account, Entry, Lens, Position, keep_waiting
from btcore._core.booking cimport (
    book, book_stop, book_target, gap_price, open_spread, stop_in_force, target_price, trail_rules,
)
from btcore._core.entries cimport enter_at_open, enter_inside, give_up
from btcore._core.ladders cimport take_at_open, take_inside
from btcore._core.market cimport Bar, Prices, to_price, to_units
from btcore._core.outcomes cimport BEFORE, leave_by_path
from btcore._core.margin cimport has_margin, margin_at_open, margin_inside
from btcore._core.rounding cimport entry_bar, exit_bar, nearest, spread_of
from btcore._core.statistics cimport totals_pass
from btcore._core.types cimport END_OF_DATA, LEVEL_LIMIT, SESSION, SIGNAL, SL_GAP, TIME, TP_GAP, TRAIL_GAP
from btcore._core.zones cimport Side, moved_column


cdef inline void leave_at_open(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, const Bar* out
) noexcept nogil:
    """[X1]; `out` is candle t of the side on which the position leaves."""
    cdef int64_t price = out.open
    cdef int reason
    if p.leaving:
        reason = SIGNAL
    elif p.session == 2 * t:
        reason = SESSION
    elif out.open <= stop_in_force(p):
        reason = TRAIL_GAP if trail_rules(p) else SL_GAP
    elif out.open >= p.target + account.terms.through:
        if p.laddered:
            take_at_open(account, p, prices, t, out.open, TP_GAP)
            return
        reason, price = TP_GAP, gap_price(account, out.open, p.target)
    else:
        return
    book(account, p, prices, t, price, open_spread(prices, p.side, t), reason, False)


cdef inline void leave_inside(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, const Bar* out
) noexcept nogil:
    """[X2]"""
    cdef bint stopped = out.low <= stop_in_force(p)
    cdef bint reached = out.high >= p.target + account.terms.through
    if stopped and reached:
        leave_by_path(account, p, prices, t, BEFORE)
    elif stopped:
        book_stop(account, p, prices, t, False)
    elif reached and p.laddered:
        take_inside(account, p, prices, t, out, out.high, True)
    elif reached:
        book_target(account, p, prices, t, out.high, target_price(account, p, out.open))


cdef inline void leave_at_close(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, const Bar* out
) noexcept nogil:
    """[X3, X8]"""
    cdef int reason = END_OF_DATA
    if t >= p.deadline:
        reason = TIME if t >= p.last else SESSION
    elif t < account.end - 1:
        return
    book(account, p, prices, t, out.close, spread_of(entry_bar(prices, p.side, t).close, out.close), reason, False)


cdef void trail(Position* p, const Prices* prices, const Bar* out, int64_t high) noexcept nogil:
    """The trail for the next candle; `high` is what counts of the candle that is over [X6]."""
    cdef int64_t space = p.trail_start
    p.trail_best = max(p.trail_best, out.close if p.trail_on_close else high)
    p.trail_active = p.trail_active or high >= p.activate
    if p.trail_active and not p.live:
        if p.trail_percent:
            space = nearest(to_units(prices, p.trail_number / 100.0 * fabs(to_price(prices, p.trail_best))))
        p.trail_level = max(p.trail_level, p.trail_best - space)


cdef inline void follow(Position* p, const Prices* prices, Py_ssize_t t, const Bar* out) noexcept nogil:
    """Candle t is over and the position is open: extremes, break-even and trail for the next candle [X6, T3]."""
    cdef int64_t high = out.high
    if p.inside and t == p.entry_index:
        p.worst, p.best = min(p.worst, out.close), max(p.best, out.close)
        if p.late:
            high = out.close
    else:
        p.worst, p.best = min(p.worst, out.low), max(p.best, out.high)
    if high >= p.breakeven:
        p.guard = max(p.guard, p.entry)
        p.breakeven = LEVEL_LIMIT
    if p.trailing:
        trail(p, prices, out, high)


cdef inline void end_position(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, const Bar* out
) noexcept nogil:
    """The close of candle t for a position that is open there."""
    leave_at_close(account, p, prices, t, out)
    if p.open:
        follow(p, prices, t, out)


cdef void forget(Account* account) noexcept nogil:
    """Close the gaps that closed positions and orders that no longer wait have left; the others keep their order."""
    cdef int k, kept = 0
    for k in range(account.held):
        if account.positions[k].open:
            if kept < k:
                account.positions[kept] = account.positions[k]
                if account.ladders != NULL:
                    account.ladders[kept] = account.ladders[k]
            kept += 1
    account.held = kept
    keep_waiting(account)


cdef void step_position(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """A position with nothing beside it."""
    cdef Position* p = account.positions
    cdef Bar out = exit_bar(prices, p.side, t)
    leave_at_open(account, p, prices, t, &out)
    if p.open:
        leave_inside(account, p, prices, t, &out)
    if p.open:
        end_position(account, p, prices, t, &out)
    account.held = p.open


cdef void step_entry(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """An order that waits with nothing beside it."""
    cdef Entry* entry = account.entries
    cdef Position* p = account.positions
    cdef Bar out
    cdef bint inside
    enter_at_open(account, entry, prices, t)
    inside = entry.waiting
    if inside:
        enter_inside(account, entry, prices, t)
    if account.held and p.open:
        out = exit_bar(prices, p.side, t)
        if not inside:
            leave_inside(account, p, prices, t, &out)
        if p.open:
            end_position(account, p, prices, t, &out)
    if entry.waiting:
        give_up(account, entry, t)
    account.held, account.waiting = account.held and p.open, entry.waiting


cdef void step_opens(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """The open of candle t: exits before entries."""
    cdef Position* p
    cdef Bar out
    cdef int k
    for k in range(account.held):
        p = &account.positions[k]
        if p.open:
            out = exit_bar(prices, p.side, t)
            leave_at_open(account, p, prices, t, &out)
    if has_margin(account):
        margin_at_open(account, prices, t)
    for k in range(account.waiting):
        if account.entries[k].waiting:
            enter_at_open(account, &account.entries[k], prices, t)


cdef void step_insides(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """Between open and close: positions that were open before, or since the open of t, and are still open; entries."""
    cdef Position* p
    cdef Bar out
    cdef int k
    if has_margin(account):
        margin_inside(account, prices, t)
    for k in range(account.held):
        p = &account.positions[k]
        if p.open:
            out = exit_bar(prices, p.side, t)
            leave_inside(account, p, prices, t, &out)
    for k in range(account.waiting):
        if account.entries[k].waiting:
            enter_inside(account, &account.entries[k], prices, t)


cdef void step_closes(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """The close of candle t, and the orders that end with it."""
    cdef Position* p
    cdef Bar out
    cdef int k
    for k in range(account.held):
        p = &account.positions[k]
        if p.open:
            out = exit_bar(prices, p.side, t)
            end_position(account, p, prices, t, &out)
    for k in range(account.waiting):
        if account.entries[k].waiting:
            give_up(account, &account.entries[k], t)


cdef inline void show(Side* shown, const Side* finer, Py_ssize_t moved) noexcept nogil:
    """Let candle t of one side be candle t + moved of the other."""
    shown.open = moved_column(&finer.open, moved)
    shown.high = moved_column(&finer.high, moved)
    shown.low = moved_column(&finer.low, moved)
    shown.close = moved_column(&finer.close, moved)


cdef void step_several(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """Positions and orders beside each other."""
    step_opens(account, prices, t)
    step_insides(account, prices, t)
    step_closes(account, prices, t)
    forget(account)


cdef void step_magnified(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """The same where candle t is replayed, from its open to its close, by finer ones [X2].

    Each of them is shown as if it were candle t, so that fills are those of candle t.
    """
    cdef const Lens* lens = account.lens
    cdef Prices shown = lens.prices[0]
    cdef Py_ssize_t i
    step_opens(account, prices, t)
    totals_pass(account, prices, t)     # the rest of the candle does not see the closes before it
    shown.timestamps = prices.timestamps
    account.replayed = prices
    for i in range(lens.begin[t], lens.end[t]):
        show(&shown.bid, &lens.prices.bid, i - t)
        show(&shown.ask, &lens.prices.ask, i - t)
        if i > lens.begin[t]:
            step_opens(account, &shown, t)
        step_insides(account, &shown, t)
    account.replayed = NULL
    step_closes(account, prices, t)
    forget(account)
