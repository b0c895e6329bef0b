# Nothing for Python: other compiled modules cimport it.
"""The decisions of a simulation: from the conditions of a strategy, or from a list of orders.

Numbers in brackets are those of docs/fill-rules.md.
"""

from libc.math cimport INFINITY, NAN, isnan
from libc.stdint cimport int64_t, uint64_t

from btcore._core.account cimport Account, Draft, Entry, Position, Ticket, reject, staying
from btcore._core.bits cimport next_bit
from btcore._core.decisions cimport place
from btcore._core.entries cimport fill_closes
from btcore._core.levels cimport level_value
from btcore._core.market cimport Prices
from btcore._core.rounding cimport finite, rounded_down
from btcore._core.types cimport (
    CLOSE, CONFLICT, IN_POSITION, LEVEL_ACTIVATE, LEVEL_BREAKEVEN, LEVEL_LIMIT, LEVEL_STOP, LEVEL_TARGET, LEVEL_TRAIL,
    LEVEL_TRAIL_PRICE, LEVELS, NO_NEXT_BAR,
    WORD,
)


cdef inline bint signal_at(const Script* script, void** slots, int which, Py_ssize_t i) noexcept nogil:
    cdef const uint64_t* mask = mask_of(script, slots, which)
    return mask != NULL and (mask[i // WORD] >> (i % WORD)) & 1


cdef void read_live(
    const Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t i
) noexcept nogil:
    """Live trails at the close of the i-th candle of the block; a level that is no number is none [X6, D5]."""
    cdef double level
    cdef int which
    for which in range(2):
        if account.live[which]:
            level = level_value(&script.levels[which][<int> LEVEL_TRAIL_PRICE], slots, i)
            account.live_level[which] = (
                rounded_down(prices, -1 if which else 1, level) if finite(level) else -LEVEL_LIMIT
            )


cdef void follow_live(Account* account) noexcept nogil:
    """What the last close said is in force now [X6]."""
    cdef Position* p
    cdef int k
    for k in range(account.held):
        p = &account.positions[k]
        if p.live and p.trail_active:
            p.trail_level = max(p.trail_level, account.live_level[p.side < 0])


cdef inline void drop_infinite(Ticket* ticket, int level) noexcept nogil:
    if ticket.level[level] == INFINITY:
        ticket.level[level] = NAN


cdef inline void drop_infinite_distances(Ticket* ticket) noexcept nogil:
    """A stop or target infinitely far away is none."""
    drop_infinite(ticket, LEVEL_STOP)
    drop_infinite(ticket, LEVEL_TARGET)
    drop_infinite(ticket, LEVEL_TRAIL)
    drop_infinite(ticket, LEVEL_ACTIVATE)
    drop_infinite(ticket, LEVEL_BREAKEVEN)


cdef void read_targets(const Script* script, Account* account, void** slots, Py_ssize_t i, int which) noexcept nogil:
    """The partial targets of the order that is decided; one that is no distance, or infinitely far away, is none [X9]."""
    cdef Draft* draft = &account.drafts[account.slots]
    cdef double number
    cdef int k
    draft.count = draft.percents = 0
    for k in range(script.rungs[which]):
        number = level_value(&script.rung_levels[which][k], slots, i)
        if isnan(number) or number == INFINITY:
            continue
        draft.number[draft.count], draft.fraction[draft.count] = number, script.fractions[which][k]
        draft.percents |= ((script.rung_percents[which] >> k) & 1) << draft.count
        draft.count += 1


cdef inline Entry* new_entry(Account* account) noexcept nogil:
    """The place behind the orders that wait; what only some kinds use is 0, so that equal states have equal bytes."""
    cdef Entry* entry = &account.entries[account.waiting]
    entry.price = entry.limit = 0
    entry.size = 0.0
    return entry


cdef void decide_signal(
    Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t t, Py_ssize_t i, int side
) noexcept nogil:
    """One enter condition is true at the close of candle t, the i-th of the block."""
    cdef Entry* entry = new_entry(account)
    cdef int which = 0 if side > 0 else 1
    cdef int level, k
    entry.ticket = script.tickets[which]
    entry.ticket.signal = t
    for k in range(script.varying_count[which]):
        level = script.varying[which][k]
        entry.ticket.level[level] = level_value(&script.levels[which][level], slots, i)
    drop_infinite_distances(&entry.ticket)
    if account.drafts != NULL:
        read_targets(script, account, slots, i, which)
    place(account, prices, t)
    if script.tickets[which].kind == CLOSE:
        fill_closes(account, prices, t)


cdef void read_ticket(Ticket* ticket, const int64_t* row, const double* levels, Py_ssize_t t) noexcept nogil:
    """The order in a row of the table."""
    cdef int level
    ticket.side, ticket.kind, ticket.percents = row[ORDER_SIDE], row[ORDER_KIND], row[ORDER_PERCENTS]
    ticket.size_kind, ticket.trail_on_close = row[ORDER_SIZE_KIND], False
    ticket.max_bars, ticket.expiry, ticket.signal = row[ORDER_MAX_BARS], row[ORDER_EXPIRY], t
    for level in range(<int> LEVELS):
        ticket.level[level] = levels[level]
    drop_infinite_distances(ticket)


cdef int decide_row(
    Account* account, const Prices* prices, const int64_t* row, const double* levels, Py_ssize_t t
) noexcept nogil:
    """One row, an order or an exit, at the close of candle t; -1, or why an order was rejected."""
    if row[ORDER_SIDE] == 0:
        if row[ORDER_EXIT] != EXIT_SHORTS:
            leave(account, 1)
        if row[ORDER_EXIT] != EXIT_LONGS:
            leave(account, -1)
        return -1
    read_ticket(&new_entry(account).ticket, row, levels, t)
    return place(account, prices, t)


cdef void decide_listed(Script* script, Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """The explicit orders and exits of candle t."""
    cdef const int64_t* row
    cdef bint closes = False
    while script.next_order < script.order_count:
        row = script.orders + script.next_order * ORDER_COLUMNS
        if row[ORDER_AT] != t:
            break
        decide_row(account, prices, row, script.order_levels + script.next_order * LEVELS, t)
        closes = closes or (row[ORDER_SIDE] != 0 and row[ORDER_KIND] == CLOSE)
        script.next_order += 1
    if closes:
        fill_closes(account, prices, t)


cdef void decide_asked(
    Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t t, Py_ssize_t i
) noexcept nogil:
    """What a function of the caller answers at the close of candle t, where it is to be asked."""
    cdef const uint64_t* when
    if t < script.asked_from:
        return
    if script.when >= 0:
        when = <const uint64_t*> slots[script.when]
        if not (when[i // WORD] >> (i % WORD)) & 1:
            return
    script.ask(script, account, prices, slots, t, i)
    if account.waiting:
        fill_closes(account, prices, t)


cdef void leave(Account* account, int side) noexcept nogil:
    """An exit of one side was decided: all its positions leave at the next open [D10]."""
    cdef int k
    for k in range(account.held):
        if account.positions[k].side == side:
            account.positions[k].leaving = True


cdef void refuse_both(Account* account, Py_ssize_t t) noexcept nogil:
    """Both enter conditions are true at the close of candle t [D6, D9]."""
    cdef int reason = CONFLICT
    if t == account.end - 1:
        reason = NO_NEXT_BAR
    elif staying(account) >= account.slots:
        reason = IN_POSITION
    reject(account, reason, 2)


cdef void decide(
    Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t t, Py_ssize_t i
) noexcept nogil:
    """The close of candle t: exits first, then entries [D6, D9]."""
    cdef bint enter_long, enter_short
    if script.listed:
        if script.ask != NULL:
            decide_asked(script, account, prices, slots, t, i)
        else:
            decide_listed(script, account, prices, t)
        return
    if account.held:
        if signal_at(script, slots, EXIT_LONG, i):
            leave(account, 1)
        if signal_at(script, slots, EXIT_SHORT, i):
            leave(account, -1)
    enter_long = signal_at(script, slots, ENTER_LONG, i)
    enter_short = signal_at(script, slots, ENTER_SHORT, i)
    if enter_long and enter_short:
        refuse_both(account, t)
    elif enter_long:
        decide_signal(script, account, prices, slots, t, i, 1)
    elif enter_short:
        decide_signal(script, account, prices, slots, t, i, -1)


cdef Py_ssize_t next_order_at(
    const Script* script, void** slots, Py_ssize_t block, Py_ssize_t t, Py_ssize_t stop
) noexcept nogil:
    """Next candle with a row of the table, or at which a function is asked."""
    if script.ask == NULL:
        if script.next_order >= script.order_count:
            return stop
        return min(stop, <Py_ssize_t> script.orders[script.next_order * ORDER_COLUMNS + ORDER_AT])
    t = max(t, script.asked_from)
    if t >= stop or script.when < 0:
        return min(t, stop)
    return block + next_bit(<const uint64_t*> slots[script.when], NULL, t - block, stop - block)


cdef Py_ssize_t next_entry_signal(
    const Script* script, void** slots, Py_ssize_t block, Py_ssize_t t, Py_ssize_t stop
) noexcept nogil:
    if script.listed:
        return next_order_at(script, slots, block, t, stop)
    return block + next_bit(
        mask_of(script, slots, ENTER_LONG), mask_of(script, slots, ENTER_SHORT), t - block, stop - block
    )


cdef Py_ssize_t next_exit_signal(
    const Script* script, const Account* account, void** slots, Py_ssize_t block, Py_ssize_t t, Py_ssize_t stop
) noexcept nogil:
    """Next exit signal that concerns an open position."""
    cdef const uint64_t* longs = NULL
    cdef const uint64_t* shorts = NULL
    cdef int k
    if script.listed:
        return next_order_at(script, slots, block, t, stop)
    for k in range(account.held):
        if account.positions[k].side > 0:
            longs = mask_of(script, slots, EXIT_LONG)
        else:
            shorts = mask_of(script, slots, EXIT_SHORT)
    if longs == NULL and shorts == NULL:
        return stop
    return block + next_bit(longs, shorts, t - block, stop - block)
