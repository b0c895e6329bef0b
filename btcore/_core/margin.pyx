"""Margin: where the equity is too small for the positions, and who leaves there [S6].

The equity moves with the net exposure alone. Its level is a price of the side on which a net position leaves, turned
so that it lies below: it is reached on the way down for a net long, and up for a net short.
"""

from libc.math cimport fabs
from libc.stdint cimport INT64_MAX, int64_t

from btcore._core.account cimport Account, Position
from btcore._core.booking cimport book, book_target, open_spread, stop_in_force
from btcore._core.ladders cimport take_inside
from btcore._core.market cimport Bar, Prices, to_price, to_units
from btcore._core.money cimport rate_at
from btcore._core.outcomes cimport BEFORE, leave_by_path
from btcore._core.rounding cimport entry_bar, exit_bar, nearest
from btcore._core.statistics cimport settled
from btcore._core.types cimport LIQUIDATED

cdef struct Quote:              # both sides at one moment, in units
    int64_t bid, ask

cdef struct Danger:             # the level, turned; side 0: nothing is held net
    int side
    int64_t level
    bint at_once                # the moment from which it was seen is beyond it


cdef inline Quote open_quote(const Prices* prices, Py_ssize_t t) noexcept nogil:
    cdef Quote quote
    quote.bid, quote.ask = exit_bar(prices, 1, t).open, entry_bar(prices, 1, t).open
    return quote


cdef inline int64_t leaving_price(const Quote* quote, int side) noexcept nogil:
    """Where a position of a side leaves, turned."""
    return quote.bid if side > 0 else -quote.ask


cdef Danger danger_from(const Account* account, const Prices* prices, Py_ssize_t t, const Quote* quote) noexcept nogil:
    """The level as seen from one moment of candle t."""
    cdef const Position* p
    cdef Danger danger
    cdef double net = 0.0, used = 0.0, room
    cdef double equity = settled(account, prices, t), rate = rate_at(account, t)
    cdef int k
    for k in range(account.held):
        p = &account.positions[k]
        if p.open:
            net += p.side * p.size
            equity += to_price(prices, leaving_price(quote, p.side) - p.entry) * p.size * rate
            used += fabs(to_price(prices, p.entry)) * p.size * p.entry_rate
    danger.side, danger.level, danger.at_once = 0, 0, False
    if net == 0.0:
        return danger
    room = (equity - account.money.charges.stop_out * (used / account.money.charges.leverage)) / (fabs(net) * rate)
    if room != room:                    # amounts that no double holds
        return danger
    danger.side = 1 if net > 0.0 else -1
    danger.level = leaving_price(quote, danger.side)
    danger.at_once = room <= 0.0
    if not danger.at_once:
        danger.level -= nearest(to_units(prices, room))
    return danger


cdef void margin_at_open(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """All positions leave at an open that is beyond the level."""
    cdef Quote quote = open_quote(prices, t)
    cdef Danger danger = danger_from(account, prices, t, &quote)
    cdef Position* p
    cdef int k
    if danger.side == 0 or not danger.at_once:
        return
    for k in range(account.held):
        p = &account.positions[k]
        if p.open:
            book(account, p, prices, t, leaving_price(&quote, p.side), open_spread(prices, p.side, t), LIQUIDATED, False)


cdef Position* tightest(Account* account, int side, int64_t level) noexcept nogil:
    """Of the positions of a side the one whose stop comes first on the way to the level; NULL where none does."""
    cdef Position* found = NULL
    cdef Position* p
    cdef int k
    for k in range(account.held):
        p = &account.positions[k]
        if p.open and p.side == side and stop_in_force(p) >= level:
            if found == NULL or stop_in_force(p) > stop_in_force(found):
                found = p
    return found


cdef void margin_inside(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """Stops nearer than the level first, by the mode of X2, after which the level is taken anew; then all leave."""
    cdef Quote quote = open_quote(prices, t)
    cdef Danger danger
    cdef Position* p
    cdef int64_t[2] way         # how far the price has come, down and up
    cdef int which
    way[0] = way[1] = INT64_MAX
    while True:
        danger = danger_from(account, prices, t, &quote)
        which = danger.side > 0
        if danger.level > way[which]:
            danger.level, danger.at_once = way[which], False
        if danger.side == 0 or exit_bar(prices, danger.side, t).low > danger.level:
            return
        p = tightest(account, danger.side, danger.level)
        if p == NULL:
            liquidate(account, prices, t, &danger, &quote, True)
            return
        way[which] = stop_in_force(p)
        leave_by_path(account, p, prices, t, BEFORE)


cdef void margin_after_entry(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, int64_t leave, bint certain
) noexcept nogil:
    """A position was entered inside candle t, where it could leave at `leave`; its own stop may come before the level.

    `certain`: what its exit side has reached beyond the entry was reached after it.
    """
    cdef Quote quote
    cdef Danger danger
    cdef Bar out
    quote.bid = leave if p.side > 0 else -p.entry_base
    quote.ask = p.entry_base if p.side > 0 else -leave
    danger = danger_from(account, prices, t, &quote)
    if danger.side == 0:
        return
    out = exit_bar(prices, danger.side, t)
    if not danger.at_once and out.low > danger.level:
        return
    if p.side == danger.side and stop_in_force(p) >= danger.level:
        return
    certain = danger.at_once or (certain and p.side == danger.side) or out.close <= danger.level
    liquidate(account, prices, t, &danger, &quote, certain)


cdef void liquidate(
    Account* account, const Prices* prices, Py_ssize_t t, const Danger* danger, const Quote* quote, bint certain
) noexcept nogil:
    """All leave at the level, the other side at the same moment; a target on the way is filled instead [X4]."""
    cdef int64_t spread = open_spread(prices, danger.side, t), price
    cdef Quote at = quote[0]
    cdef Position* p
    cdef Bar out
    cdef bint reached
    cdef int k
    if not danger.at_once:
        at.bid = danger.level if danger.side > 0 else -danger.level - spread
        at.ask = danger.level + spread if danger.side > 0 else -danger.level
    for k in range(account.held):
        p = &account.positions[k]
        if not p.open:
            continue
        out = exit_bar(prices, p.side, t)
        price = max(out.low, min(out.high, leaving_price(&at, p.side)))
        reached = out.high >= p.target + account.terms.through
        p.doubtful = p.doubtful or not certain or (reached and p.side == danger.side)
        if price >= p.target + account.terms.through:
            if p.laddered:
                take_inside(account, p, prices, t, &out, price, False)
            else:
                book_target(account, p, prices, t, out.high, p.target)
        if p.open:
            book(account, p, prices, t, price, open_spread(prices, p.side, t), LIQUIDATED, False)
