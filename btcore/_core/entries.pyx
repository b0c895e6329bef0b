"""How waiting orders fill, and what the candle of an entry leaves open. Numbers in brackets: docs/fill-rules.md."""

from libc.stdint cimport INT64_MAX, int64_t

from btcore._core.account cimport Account, Entry, Position, Ticket, keep_waiting, reject
from btcore._core.booking cimport book, gap_price, stop_in_force
from btcore._core.decisions cimport refuse_size
from btcore._core.ladders cimport set_ladder, take_at_open
from btcore._core.market cimport Bar, Prices, to_price
from btcore._core.margin cimport has_margin, margin_after_entry
from btcore._core.money cimport commission_at, nights_until, rate_at, slip_at
from btcore._core.outcomes cimport ENTERED, PROVEN, leave_by_path
from btcore._core.rounding cimport (
    distance, entry_bar, exit_bar, given, is_percent, number, rounded_down, rounded_up, spread_of,
)
from btcore._core.statistics cimport equity_at, totals_pass
from btcore._core.types cimport (
    CLOSE, EXPIRED, LEVEL_ACTIVATE, LEVEL_BREAKEVEN, LEVEL_LIMIT, LEVEL_STOP, LEVEL_STOP_PRICE, LEVEL_TARGET,
    LEVEL_TARGET_PRICE, LEVEL_TRAIL, LIMIT, MARKET, SL_AT_ENTRY, STOP_LIMIT, TP_AT_ENTRY, UNFILLED,
)


cdef void start_trail(
    const Account* account, Position* p, const Prices* prices, const Ticket* ticket
) noexcept nogil:
    p.live = account.live[p.side < 0]
    p.every = p.live or account.alone < 0
    p.trailing = p.live or given(ticket, LEVEL_TRAIL)
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
    p.trail_start = 0 if p.live else distance(prices, ticket, LEVEL_TRAIL, p.entry)
    p.trail_active = not given(ticket, LEVEL_ACTIVATE)
    if not p.trail_active:
        p.activate = p.entry + distance(prices, ticket, LEVEL_ACTIVATE, p.entry)
    elif p.live:
        p.trail_level = account.live_level[p.side < 0]
        p.trail_start = p.entry - p.trail_level
    else:
        p.trail_level = p.entry - p.trail_start


cdef inline int64_t last_of(Py_ssize_t first, int64_t candles) noexcept nogil:
    """The last of so many candles."""
    return first + candles - 1 if candles < INT64_MAX - first else INT64_MAX


cdef int64_t session_of(const Account* account, int64_t code) noexcept nogil:
    """The first end of a session at or after `code`."""
    cdef Py_ssize_t low = 0, high = account.end_count, middle
    while low < high:
        middle = (low + high) // 2
        if account.ends[middle] < code:
            low = middle + 1
        else:
            high = middle
    return account.ends[low] if low < account.end_count else INT64_MAX


cdef inline void set_deadline(Account* account, Position* p, Py_ssize_t first, int64_t candles) noexcept nogil:
    """Where the position leaves at the latest, if `first` is the first candle of its life [X3]."""
    p.first = first
    p.last = p.deadline = last_of(first, candles)
    p.session = INT64_MAX
    if account.end_count:
        # after an entry at a close, an end before the next candle concerns it; after another, the open of its candle not
        p.session = session_of(account, 2 * first + (first == p.entry_index))
        p.deadline = min(p.last, p.session // 2)


cdef Position* open_position(
    Account* account, Entry* entry, const Prices* prices, Py_ssize_t t, int64_t base, int64_t spread, bint inside
) noexcept nogil:
    """Fill the waiting order at `base` (turned units, before slippage); NULL where its size rejects it."""
    cdef const Ticket* ticket = &entry.ticket
    cdef Position* p = &account.positions[account.held]
    cdef int64_t fill = base
    cdef double size = entry.size
    cdef int reason
    entry.waiting = False
    if ticket.kind != LIMIT and ticket.kind != STOP_LIMIT:
        fill += slip_at(account, prices, ticket.side, t, base, account.filled, False)
    if ticket.kind == MARKET:
        reason = refuse_size(account, prices, ticket, t, fill, equity_at(account, prices, t - 1), &size)
        if reason >= 0:
            reject(account, reason, 1)
            return NULL
    totals_pass(account, prices, t)
    account.held += 1
    p.number = account.filled
    account.filled += 1
    p.open, p.leaving, p.doubtful = True, False, False
    p.inside = inside or account.replayed != NULL
    p.late = p.inside and entry.kind == LIMIT
    p.side, p.kind, p.size, p.signal = ticket.side, ticket.kind, size, ticket.signal
    p.entry_index, p.entry, p.entry_base, p.entry_spread = t, fill, base, spread
    p.order = entry.number
    if account.dated:       # a look at memory that nothing else has looked at
        p.entry_time = prices.timestamps[t]
    p.entry_commission = commission_at(account, t, to_price(prices, p.side * fill), size)
    p.entry_rate, p.entry_nights = rate_at(account, t), nights_until(account, t)
    set_deadline(account, p, t, ticket.max_bars)
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
    p.guard, p.laddered = p.stop, False
    if account.ladders != NULL:
        set_ladder(account, entry, p, prices)
    start_trail(account, p, prices, ticket)
    return p


cdef inline void trigger(Entry* entry) noexcept nogil:
    """From here on a stop-limit is a limit [E3]."""
    entry.kind, entry.price = LIMIT, entry.limit


cdef void enter_at_open(Account* account, Entry* entry, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """[D2, E1, E2, E3, E4]"""
    cdef Position* p
    cdef int side = entry.ticket.side
    cdef int64_t opened = entry_bar(prices, side, t).open
    cdef int64_t leave = exit_bar(prices, side, t).open
    cdef int64_t spread = spread_of(opened, leave)
    cdef int64_t base = opened
    if entry.kind != MARKET:
        if entry.kind != LIMIT and opened < entry.price:
            return
        if entry.kind == STOP_LIMIT:
            trigger(entry)
            entry.fresh = True
    if entry.kind == LIMIT:
        if opened > entry.price - account.terms.through:
            return
        base = gap_price(account, opened, entry.price)
    p = open_position(account, entry, prices, t, base, spread, False)
    if p == NULL:
        return
    if leave <= stop_in_force(p):
        book(account, p, prices, t, leave, spread, SL_AT_ENTRY, False)
    elif p.laddered:
        take_at_open(account, p, prices, t, leave, TP_AT_ENTRY)
    elif leave >= p.target + account.terms.through:
        book(account, p, prices, t, leave, spread, TP_AT_ENTRY, False)


cdef bint rests_filled(Account* account, const Entry* entry, const Bar* bar, int64_t* price) noexcept nogil:
    """Whether a stop or limit that rests fills inside a candle, and at which price [E1, E2]."""
    price[0] = entry.price
    if entry.kind != LIMIT:
        return bar.high >= entry.price
    if bar.low > entry.price - account.terms.through:
        return False
    account.limit_fills += 1
    account.exact_touches += bar.low == entry.price
    if bar.open < entry.price:      # beaten by the open already, but not by enough to fill there
        price[0] = gap_price(account, bar.open, entry.price)
    return True


cdef bint trigger_filled(Account* account, Entry* entry, const Bar* bar, int64_t* price) noexcept nogil:
    """The same for a stop-limit on the candle of its trigger, which becomes a limit where it does not fill there [E3]."""
    cdef bint opened = entry.fresh
    if not opened:
        if bar.high < entry.price:
            return False
        if entry.limit >= entry.price:
            price[0] = entry.price
            return True
        trigger(entry)
    entry.fresh = False
    price[0] = entry.price
    if bar.close > entry.price - account.terms.through:
        return False
    account.limit_fills += 1
    account.exact_touches += bar.low == entry.price
    if opened and bar.open < entry.price:
        price[0] = gap_price(account, bar.open, entry.price)
    return True


cdef void enter_inside(Account* account, Entry* entry, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """[E1, E2, E3, E4, X5]"""
    cdef Position* p
    cdef int side = entry.ticket.side
    cdef Bar bar = entry_bar(prices, side, t)
    cdef Bar out = exit_bar(prices, side, t)
    cdef int64_t spread = spread_of(bar.open, out.open)
    cdef int64_t price, leave
    cdef bint untriggered = entry.kind == STOP_LIMIT
    if untriggered or entry.fresh:
        if not trigger_filled(account, entry, &bar, &price):
            return
    elif not rests_filled(account, entry, &bar, &price):
        return
    p = open_position(account, entry, prices, t, price, spread, True)
    leave = max(out.low, min(out.high, price - spread))
    if leave <= stop_in_force(p):
        book(account, p, prices, t, leave, spread, SL_AT_ENTRY, False)
        return
    if has_margin(account):
        margin_after_entry(account, p, prices, t, leave, p.late and not untriggered)
    if p.open:
        # where a limit was triggered inside the candle, its low may have come before
        leave_by_path(account, p, prices, t, PROVEN if untriggered and p.late else ENTERED)


cdef void enter_at_close(Account* account, Entry* entry, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """Fill an entry at the close at which it was decided; it lives from the next candle on [D2, T3]."""
    cdef int64_t closed = entry_bar(prices, entry.ticket.side, t).close
    cdef int64_t leave = exit_bar(prices, entry.ticket.side, t).close
    cdef Position* p = open_position(account, entry, prices, t, closed, spread_of(closed, leave), False)
    set_deadline(account, p, t + 1, entry.ticket.max_bars)
    if p.live:
        p.trail_level, p.trail_start = -LEVEL_LIMIT, 0  # what is in force next is not known before this close
    p.worst, p.best = min(p.worst, leave), max(p.best, leave)


cdef void fill_closes(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """Fill what was decided at the close of candle t for that close, the earlier first [D2, D6]."""
    cdef int k
    for k in range(account.waiting):
        if account.entries[k].kind == CLOSE:
            enter_at_close(account, &account.entries[k], prices, t)
    keep_waiting(account)


cdef void give_up(Account* account, Entry* entry, Py_ssize_t t) noexcept nogil:
    """[D3]"""
    if t >= entry.last:
        reject(account, EXPIRED, 1)
        entry.waiting = False
    elif t == account.end - 1:
        reject(account, UNFILLED, 1)
        entry.waiting = False
