"""The fill rules: what one candle does to one account. Numbers in brackets are those of docs/fill-rules.md."""

from libc.math cimport NAN, fabs
from libc.stdint cimport int64_t
from libc.stdlib cimport realloc
from libc.string cimport memset

from btcore._core.account cimport Account, Entry, Position, Terms, Ticket, commission_of, reject
from btcore._core.decisions cimport refuse_size
from btcore._core.market cimport Bar, Prices, half_to_price, to_price, to_units
from btcore._core.rounding cimport (
    distance, entry_bar, exit_bar, given, is_percent, nearest, number, rounded_down, rounded_up, spread_of,
)
from btcore._core.statistics cimport equity_at, totals_pass, totals_trade
from btcore._core.types cimport (
    END_OF_DATA, EXPIRED, LEVEL_ACTIVATE, LEVEL_BREAKEVEN, LEVEL_LIMIT, LEVEL_STOP, LEVEL_STOP_PRICE, LEVEL_TARGET,
    LEVEL_TARGET_PRICE, LEVEL_TRAIL, LIMIT, MARKET, SIGNAL, SL, SL_AT_ENTRY, SL_GAP, STOP, TIME, TP, TP_AT_ENTRY, TP_GAP,
    TRAIL, TRAIL_GAP, UNFILLED, Trade,
)


cdef inline bint trail_rules(const Position* p) noexcept nogil:
    return p.trail_level > p.guard


cdef inline bint slips(int reason) noexcept nogil:
    """Targets are limits and the end of the data is a valuation; every other exit is a market fill [S1]."""
    return not (reason == TP or reason == TP_GAP or reason == TP_AT_ENTRY or reason == END_OF_DATA)


cdef double risk_of(const Prices* prices, const Position* p) noexcept nogil:
    """Entry to stop, per unit of size; the trail's distance where there is no stop; NaN where it is no loss [T2]."""
    cdef int64_t risk = 0
    if p.stop > -LEVEL_LIMIT:
        risk = p.entry - p.stop
    elif p.trailing:
        risk = p.trail_start
    return to_price(prices, risk) if risk > 0 else NAN


cdef inline double level_price(const Prices* prices, const Position* p, int64_t level) noexcept nogil:
    return to_price(prices, p.side * level) if -LEVEL_LIMIT < level < LEVEL_LIMIT else NAN


cdef void book(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t,
    int64_t base, int64_t spread, int reason, bint ambiguous,
) noexcept nogil:
    """Leave at `base` (turned units, before slippage): one trade [T1, T2, T3]; its other exits are void [X4]."""
    cdef Terms* terms = &account.terms
    cdef int64_t slip = terms.slippage if slips(reason) else 0
    cdef int64_t out = base - slip
    cdef int64_t gain = (2 * base + spread) - (2 * p.entry_base - p.entry_spread)
    cdef Trade trade
    totals_pass(account, prices, t)
    memset(&trade, 0, sizeof(Trade))    # padding too: equal trades have equal bytes
    trade.parent = p.number
    trade.side = p.side
    trade.size = p.size
    trade.signal_index, trade.entry_index, trade.exit_index = p.signal, p.entry_index, t
    trade.entry_time, trade.exit_time = prices.timestamps[p.entry_index], prices.timestamps[t]
    trade.entry_price, trade.exit_price = to_price(prices, p.side * p.entry), to_price(prices, p.side * out)
    trade.entry_kind, trade.exit_reason, trade.ambiguous = p.kind, reason, ambiguous
    trade.stop_price, trade.target_price = level_price(prices, p, p.stop), level_price(prices, p, p.target)
    trade.exit_stop_price = level_price(prices, p, stop_in_force(p))
    trade.gross = half_to_price(prices, gain) * p.size
    trade.spread_cost = half_to_price(prices, p.entry_spread + spread) * p.size
    trade.slippage_cost = to_price(prices, (p.entry - p.entry_base) + slip) * p.size
    trade.commission = p.entry_commission + commission_of(terms, trade.exit_price, p.size)
    trade.financing = 0.0
    trade.net = (to_price(prices, out - p.entry) * p.size - trade.commission) - trade.financing
    trade.r_multiple = trade.net / (risk_of(prices, p) * p.size)
    trade.mae = to_price(prices, max(p.entry - min(p.worst, out), <int64_t> 0))
    trade.mfe = to_price(prices, max(max(p.best, out) - p.entry, <int64_t> 0))
    trade.bars = t - p.entry_index + 1
    p.open = False
    totals_trade(account, &trade)
    if account.keep:
        keep_trade(account, &trade)


cdef void keep_trade(Account* account, const Trade* trade) noexcept nogil:
    cdef Trade* grown
    cdef Py_ssize_t capacity
    if account.trade_count == account.trade_capacity:
        capacity = max(account.trade_capacity * 2, <Py_ssize_t> 16)
        grown = <Trade*> realloc(account.trades, capacity * sizeof(Trade))
        if grown == NULL:
            account.out_of_memory = True
            return
        account.trades, account.trade_capacity = grown, capacity
    account.trades[account.trade_count] = trade[0]
    account.trade_count += 1


cdef inline int64_t open_spread(const Prices* prices, int side, Py_ssize_t t) noexcept nogil:
    """Ask minus bid at the open of candle t, which also counts inside it [C4]."""
    return spread_of(entry_bar(prices, side, t).open, exit_bar(prices, side, t).open)


cdef inline void book_stop(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, bint ambiguous
) noexcept nogil:
    """The stop in force was touched inside the candle."""
    cdef int reason = TRAIL if trail_rules(p) else SL
    book(account, p, prices, t, stop_in_force(p), open_spread(prices, p.side, t), reason, ambiguous)


cdef inline void book_target(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, int64_t high, int64_t price
) noexcept nogil:
    """The target was touched inside the candle."""
    account.limit_fills += 1
    account.exact_touches += high == p.target
    book(account, p, prices, t, price, open_spread(prices, p.side, t), TP, False)


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
    p.open, p.leaving, p.inside, p.late = True, False, inside, inside and ticket.kind == LIMIT
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


cdef inline int64_t gap_price(const Account* account, int64_t opened, int64_t limit) noexcept nogil:
    """Where a limit that rested before fills when the candle opens beyond it [E2, X1]."""
    return limit if account.terms.gap_at_limit else opened


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
        leave_entry_candle(account, p, prices, t, &out)


cdef void leave_entry_candle(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, const Bar* out
) noexcept nogil:
    """Entered inside candle t: which of its prices came after the entry [X5]."""
    cdef int64_t target = p.target + account.terms.through
    cdef bint stopped = out.low <= stop_in_force(p)
    cdef bint reached = out.high >= target
    if stopped:
        # after a limit the way led down, so the stop is certain; after a stop entry only its close makes it so
        book_stop(account, p, prices, t, reached or (not p.late and out.close > stop_in_force(p)))
    elif reached and (not p.late or out.close >= target):
        book_target(account, p, prices, t, out.high, p.target)


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


cdef void give_up(Account* account, Entry* entry, Py_ssize_t t) noexcept nogil:
    """[D3]"""
    if t >= entry.last:
        reject(account, EXPIRED, 1)
        entry.waiting = False
    elif t == account.end - 1:
        reject(account, UNFILLED, 1)
        entry.waiting = False


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
