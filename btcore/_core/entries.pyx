"""How waiting orders fill, and what the candle of an entry leaves open. Numbers in brackets: docs/fill-rules.md."""

from libc.stdint cimport int64_t

from btcore._core.account cimport Account, Entry, Position, Ticket, commission_of, reject
from btcore._core.booking cimport book, gap_price, stop_in_force
from btcore._core.decisions cimport refuse_size
from btcore._core.market cimport Bar, Prices, to_price
from btcore._core.outcomes cimport leave_by_path
from btcore._core.rounding cimport (
    distance, entry_bar, exit_bar, given, is_percent, number, rounded_down, rounded_up, spread_of,
)
from btcore._core.statistics cimport equity_at, totals_pass
from btcore._core.types cimport (
    EXPIRED, LEVEL_ACTIVATE, LEVEL_BREAKEVEN, LEVEL_LIMIT, LEVEL_STOP, LEVEL_STOP_PRICE, LEVEL_TARGET,
    LEVEL_TARGET_PRICE, LEVEL_TRAIL, LIMIT, MARKET, SL_AT_ENTRY, STOP, TP_AT_ENTRY, UNFILLED,
)


cdef void start_trail(Position* p, const Prices* prices, const Ticket* ticket) noexcept nogil:
    p.trailing = given(ticket, LEVEL_TRAIL)
    p.trail_level = -LEVEL_LIMIT
    p.activate = LEVEL_LIMIT
    p.breakeven = LEVEL_LIMIT
    if given(ticket, LEVEL_BREAKEVEN):
        p.breakeven = p.entry + distance(prices, ticket, LEVEL_BREAKEVEN, p.entry)
    if not p.trailing:
        return
    p.trail_on_close = ticket.trail_on_close
    p.trail_percent = is_percent(ticket, LEVEL_TRAIL)
    p.trail_number = number(ticket, LEVEL_TRAIL)
    p.trail_best = p.entry
    p.trail_start = distance(prices, ticket, LEVEL_TRAIL, p.entry)
    p.trail_active = not given(ticket, LEVEL_ACTIVATE)
    if p.trail_active:
        p.trail_level = p.entry - p.trail_start
    else:
        p.activate = p.entry + distance(prices, ticket, LEVEL_ACTIVATE, p.entry)


cdef Position* open_position(
    Account* account, Entry* entry, const Prices* prices, Py_ssize_t t, int64_t base, int64_t spread, bint inside
) noexcept nogil:
    """Fill the waiting order at `base` (turned units, before slippage); NULL where its size rejects it."""
    cdef const Ticket* ticket = &entry.ticket
    cdef Position* p = &account.positions[account.held]
    cdef int64_t fill = base if ticket.kind == LIMIT else base + account.terms.slippage
    cdef double size = entry.size
    cdef int reason
    entry.waiting = False
    if ticket.kind == MARKET:
        reason = refuse_size(account, prices, ticket, fill, equity_at(account, prices, t - 1), &size)
        if reason >= 0:
            reject(account, reason, 1)
            return NULL
    totals_pass(account, prices, t)
    account.held += 1
    p.number = account.filled
    account.filled += 1
    p.open, p.leaving, p.doubtful = True, False, False
    p.inside, p.late = inside, inside and ticket.kind == LIMIT
    p.side, p.kind, p.size, p.signal = ticket.side, ticket.kind, size, ticket.signal
    p.entry_index, p.entry, p.entry_base, p.entry_spread = t, fill, base, spread
    p.entry_commission = commission_of(&account.terms, to_price(prices, p.side * fill), size)
    p.max_bars = ticket.max_bars
    p.worst = p.best = fill
    p.stop, p.target = -LEVEL_LIMIT, LEVEL_LIMIT
    if given(ticket, LEVEL_STOP):
        p.stop = fill - distance(prices, ticket, LEVEL_STOP, fill)
    elif given(ticket, LEVEL_STOP_PRICE):
        p.stop = rounded_down(prices, p.side, number(ticket, LEVEL_STOP_PRICE))
    if given(ticket, LEVEL_TARGET):
        p.target = fill + distance(prices, ticket, LEVEL_TARGET, fill)
    elif given(ticket, LEVEL_TARGET_PRICE):
        p.target = rounded_up(prices, p.side, number(ticket, LEVEL_TARGET_PRICE))
    p.guard = p.stop
    start_trail(p, prices, ticket)
    return p


cdef void enter_at_open(Account* account, Entry* entry, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """[D2, E1, E2, E4]"""
    cdef Position* p
    cdef int side = entry.ticket.side
    cdef int64_t opened = entry_bar(prices, side, t).open
    cdef int64_t leave = exit_bar(prices, side, t).open
    cdef int64_t spread = spread_of(opened, leave)
    cdef int64_t base = opened
    if entry.ticket.kind == STOP and opened < entry.price:
        return
    if entry.ticket.kind == LIMIT:
        if opened > entry.price - account.terms.through:
            return
        base = gap_price(account, opened, entry.price)
    p = open_position(account, entry, prices, t, base, spread, False)
    if p == NULL:
        return
    if leave <= stop_in_force(p):
        book(account, p, prices, t, leave, spread, SL_AT_ENTRY, False)
    elif leave >= p.target + account.terms.through:
        book(account, p, prices, t, leave, spread, TP_AT_ENTRY, False)


cdef void enter_inside(Account* account, Entry* entry, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """[E1, E2, E4, X5]"""
    cdef Position* p
    cdef int side = entry.ticket.side
    cdef Bar bar = entry_bar(prices, side, t)
    cdef Bar out = exit_bar(prices, side, t)
    cdef int64_t spread = spread_of(bar.open, out.open)
    cdef int64_t price = entry.price
    cdef int64_t leave
    if bar.high < price if entry.ticket.kind == STOP else bar.low > price - account.terms.through:
        return
    if entry.ticket.kind == LIMIT:
        account.limit_fills += 1
        account.exact_touches += bar.low == price
    if entry.ticket.kind == LIMIT and bar.open < price:
        price = gap_price(account, bar.open, price)     # beaten by the open already, but not by enough to fill there
    p = open_position(account, entry, prices, t, price, spread, True)
    if p == NULL:
        return
    leave = max(out.low, min(out.high, price - spread))
    if leave <= stop_in_force(p):
        book(account, p, prices, t, leave, spread, SL_AT_ENTRY, False)
    else:
        leave_by_path(account, p, prices, t, True)


cdef void give_up(Account* account, Entry* entry, Py_ssize_t t) noexcept nogil:
    """[D3]"""
    if t >= entry.last:
        reject(account, EXPIRED, 1)
        entry.waiting = False
    elif t == account.end - 1:
        reject(account, UNFILLED, 1)
        entry.waiting = False
