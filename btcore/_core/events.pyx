# Nothing for Python: other compiled modules cimport it.
"""Which candle an account needs next. It only looks: what happens there is for the fill rules alone.

A candle matters where it reaches one of the levels that are watched, fills or ends an order, ends a position by time,
or carries a signal that can be followed. Numbers in brackets are those of docs/fill-rules.md.
"""

from libc.stdint cimport INT64_MAX, int64_t

from btcore._core.account cimport Account, Entry, Position, reject, staying
from btcore._core.bits cimport count_bits
from btcore._core.booking cimport stop_in_force
from btcore._core.market cimport Prices
from btcore._core.script cimport (
    ENTER_LONG, ENTER_SHORT, Script, has_exits, mask_of, next_entry_signal, next_exit_signal,
)
from btcore._core.types cimport IN_POSITION, LEVEL_LIMIT, LIMIT, MARKET
from btcore._core.zones cimport Side, next_touch

cdef struct Watch:              # of one side of the market: a candle that reaches a price matters
    bint active
    int64_t below, above
    int64_t lowest, highest     # of the candles that were passed over


cdef inline Watch nothing() noexcept nogil:
    cdef Watch watch
    watch.active = False
    watch.below, watch.above = -2 * LEVEL_LIMIT, 2 * LEVEL_LIMIT
    return watch


cdef inline void watch_for(Watch* watch, int direction, int64_t below, int64_t above) noexcept nogil:
    """Also watch for two levels in turned units."""
    watch.active = True
    watch.below = max(watch.below, below if direction > 0 else -above)
    watch.above = min(watch.above, above if direction > 0 else -below)


cdef inline int64_t rising_event(const Account* account, const Position* p) noexcept nogil:
    """Lowest turned price from which a candle may change the open position: target, trail, activation, break-even."""
    cdef int64_t level = min(p.target + account.terms.through, p.breakeven)
    if p.trailing:
        level = min(level, p.trail_best + 1)
        if not p.trail_active:
            level = min(level, p.activate)
    return level


cdef inline Py_ssize_t watch_positions(
    const Account* account, Watch* bid, Watch* ask, Py_ssize_t t, Py_ssize_t stop
) noexcept nogil:
    """Levels of the open positions; the first candle up to `stop` on which one has to leave in any case."""
    cdef const Position* p
    cdef int k
    for k in range(account.held):
        p = &account.positions[k]
        if p.leaving or p.every:
            return t
        stop = min(stop, max(t, <Py_ssize_t> p.deadline))
        watch_for(bid if p.side > 0 else ask, p.side, stop_in_force(p), rising_event(account, p))
    return stop


cdef inline Py_ssize_t watch_entries(
    const Account* account, Watch* bid, Watch* ask, Py_ssize_t t, Py_ssize_t stop
) noexcept nogil:
    """Prices of the waiting orders; the first candle up to `stop` on which one fills or ends in any case."""
    cdef const Entry* entry
    cdef Watch* watch
    cdef int side, k
    for k in range(account.waiting):
        entry = &account.entries[k]
        side = entry.ticket.side
        watch = ask if side > 0 else bid
        if entry.kind == MARKET:
            return t
        stop = min(stop, <Py_ssize_t> entry.last)
        if entry.kind == LIMIT:
            watch_for(watch, side, entry.price - account.terms.through, 2 * LEVEL_LIMIT)
        else:
            watch_for(watch, side, -2 * LEVEL_LIMIT, entry.price)
    return stop


cdef inline Py_ssize_t touch_of(const Side* side, Watch* watch, Py_ssize_t t, Py_ssize_t stop, bint note) noexcept nogil:
    watch.lowest, watch.highest = INT64_MAX, -INT64_MAX
    return next_touch(
        side, t, stop, watch.below, watch.above, &watch.lowest if note else NULL, &watch.highest,
    )


cdef Py_ssize_t first_touch(
    const Prices* prices, Watch* bid, Watch* ask, Py_ssize_t t, Py_ssize_t stop, bint note
) noexcept nogil:
    """First candle in [t, stop) that reaches a level that is watched, or stop; extremes of those before if `note`."""
    cdef Py_ssize_t found = stop, first
    if bid.active:
        found = touch_of(&prices.bid, bid, t, found, note)
    if ask.active:
        first = touch_of(&prices.ask, ask, t, found, note)
        if note and bid.active and first < found:   # the bid was looked at too far
            touch_of(&prices.bid, bid, t, first, note)
        found = first
    return found


cdef inline void note_extremes(Account* account, const Watch* bid, const Watch* ask) noexcept nogil:
    """The candles that were passed over count for the excursions of the open positions [T3]."""
    cdef Position* p
    cdef int k
    for k in range(account.held):
        p = &account.positions[k]
        if p.side > 0:
            p.worst, p.best = min(p.worst, bid.lowest), max(p.best, bid.highest)
        else:
            p.worst, p.best = min(p.worst, -ask.highest), max(p.best, -ask.lowest)


cdef inline void pass_signals(
    const Script* script, Account* account, void** slots, Py_ssize_t start, Py_ssize_t stop
) noexcept nogil:
    """Entry signals on candles that are passed over while no place is left [D4]."""
    if start < stop and not script.listed:
        reject(account, IN_POSITION, count_bits(mask_of(script, slots, ENTER_LONG), start, stop))
        reject(account, IN_POSITION, count_bits(mask_of(script, slots, ENTER_SHORT), start, stop))


cdef Py_ssize_t next_alone(
    const Script* script, Account* account, const Prices* prices, void** slots,
    Py_ssize_t block, Py_ssize_t t, Py_ssize_t stop,
) noexcept nogil:
    """`find_event` of one position that is not leaving, with nothing beside it and no place left."""
    cdef Position* p = account.positions
    cdef int64_t below = stop_in_force(p), above = rising_event(account, p)
    cdef int64_t lowest = INT64_MAX, highest = -INT64_MAX
    cdef Py_ssize_t found
    stop = min(stop, max(t, <Py_ssize_t> p.deadline))
    if stop == t:
        return t
    if has_exits(script):
        stop = next_exit_signal(script, account, slots, block, t, stop)
    if p.side > 0:
        found = next_touch(&prices.bid, t, stop, below, above, &lowest if account.keep else NULL, &highest)
    else:
        found = next_touch(&prices.ask, t, stop, -above, -below, &lowest if account.keep else NULL, &highest)
    if account.keep and found > t:
        p.worst = min(p.worst, lowest if p.side > 0 else -highest)
        p.best = max(p.best, highest if p.side > 0 else -lowest)
    return found


cdef Py_ssize_t find_event(
    const Script* script, Account* account, const Prices* prices, void** slots,
    Py_ssize_t block, Py_ssize_t t, Py_ssize_t stop,
) noexcept nogil:
    """`next_event`, where it is not the first candle in any case."""
    cdef Watch bid, ask
    cdef bint full
    cdef Py_ssize_t limit = min(stop, account.end - 1), found
    cdef const Position* p = account.positions
    if account.held == 1 and account.waiting == 0 and account.slots == 1 and not (p.leaving or p.every):
        found = next_alone(script, account, prices, slots, block, t, limit)
        pass_signals(script, account, slots, t - block, found - block)
        return found
    bid, ask = nothing(), nothing()
    limit = watch_entries(account, &bid, &ask, t, limit)
    if limit == t:
        return t
    limit = watch_positions(account, &bid, &ask, t, limit)
    if limit == t:
        return t
    full = staying(account) >= account.slots
    limit = next_exit_signal(script, account, slots, block, t, limit)
    if not full:
        limit = next_entry_signal(script, slots, block, t, limit)
    found = first_touch(prices, &bid, &ask, t, limit, account.keep)
    if account.keep and found > t:
        note_extremes(account, &bid, &ask)
    if full:
        pass_signals(script, account, slots, t - block, found - block)
    return found
