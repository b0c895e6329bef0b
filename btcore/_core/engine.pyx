"""Drives simulations over candles: a block of operators, then each simulation from event to event.

A simulation needs a step only where something can happen to it: a signal while it is flat, a touch of one of its
levels, a deadline. Its driver finds that candle and calls the fill rules for it; it has no rules of its own.
"""

from cython.view cimport array as memory_array
from libc.math cimport INFINITY, NAN
from libc.stdint cimport INT64_MAX, int64_t, uint64_t
from libc.stdlib cimport calloc, free

import numpy as np

from btcore._core.account cimport Account, Entry, Position, Ticket, reject
from btcore._core.bits cimport count_bits, next_bit
from btcore._core.decisions cimport place
from btcore._core.fills cimport step, stop_in_force
from btcore._core.levels cimport Level, level_free, level_init, level_value
from btcore._core.market cimport Market, Prices
from btcore._core.pipeline cimport Pipeline
from btcore._core.statistics cimport totals_finish, totals_init
from btcore._core.types cimport (
    CONFLICT, IN_POSITION, LEVEL_ACTIVATE, LEVEL_BREAKEVEN, LEVEL_LIMIT, LEVEL_STOP, LEVEL_TARGET, LEVEL_TRAIL,
    LEVELS, LIMIT, MARKET, NO_NEXT_BAR, REJECT_REASONS, STOP, WORD, Trade,
)
from btcore._core.zones cimport Side, next_touch

from btcore._core.types import TRADE_DTYPE, RejectReason

cdef enum:
    ENTER_LONG, ENTER_SHORT, EXIT_LONG, EXIT_SHORT

cdef enum:                      # columns of the table of explicit orders
    ORDER_AT, ORDER_SIDE, ORDER_KIND, ORDER_PERCENTS, ORDER_SIZE_KIND, ORDER_MAX_BARS, ORDER_EXPIRY, ORDER_COLUMNS

cdef struct Script:             # where the decisions of one simulation come from
    int[4] masks                # slots of the conditions; -1: never
    Ticket[2] tickets           # by side (long, short): an order but for the levels that are read on the signal candle
    Level[2][9] levels          # by side and LevelCode
    bint listed                 # explicit orders instead of conditions
    const int64_t* orders
    const double* order_levels
    Py_ssize_t order_count, next_order


# --- decisions ------------------------------------------------------------------------------------------------------

cdef inline const uint64_t* mask_of(const Script* script, void** slots, int which) noexcept nogil:
    return <const uint64_t*> slots[script.masks[which]] if script.masks[which] >= 0 else NULL


cdef inline bint signal_at(const Script* script, void** slots, int which, Py_ssize_t i) noexcept nogil:
    cdef const uint64_t* mask = mask_of(script, slots, which)
    return mask != NULL and (mask[i // WORD] >> (i % WORD)) & 1


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


cdef void decide_signal(
    Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t t, Py_ssize_t i, int side
) noexcept nogil:
    """One enter condition is true at the close of candle t, the i-th of the block."""
    cdef Entry entry
    cdef int which = 0 if side > 0 else 1
    cdef int level
    entry.ticket = script.tickets[which]
    entry.ticket.signal = t
    for level in range(<int> LEVELS):
        if script.levels[which][level].length:
            entry.ticket.level[level] = level_value(&script.levels[which][level], slots, i)
    drop_infinite_distances(&entry.ticket)
    place(account, prices, &entry, t)


cdef void decide_listed(Script* script, Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """The explicit orders and exits of candle t."""
    cdef Entry entry
    cdef Ticket* ticket = &entry.ticket
    cdef const int64_t* row
    cdef int level
    while script.next_order < script.order_count:
        row = script.orders + script.next_order * ORDER_COLUMNS
        if row[ORDER_AT] != t:
            return
        if row[ORDER_SIDE] == 0:
            account.position.leaving = account.position.open
        else:
            ticket.side, ticket.kind, ticket.percents = row[ORDER_SIDE], row[ORDER_KIND], row[ORDER_PERCENTS]
            ticket.size_kind, ticket.trail_on_close = row[ORDER_SIZE_KIND], False
            ticket.max_bars, ticket.expiry, ticket.signal = row[ORDER_MAX_BARS], row[ORDER_EXPIRY], t
            for level in range(<int> LEVELS):
                ticket.level[level] = script.order_levels[script.next_order * LEVELS + level]
            drop_infinite_distances(ticket)
            place(account, prices, &entry, t)
        script.next_order += 1


cdef void decide(
    Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t t, Py_ssize_t i
) noexcept nogil:
    """The close of candle t: exits first, then entries [D6, D9]."""
    cdef Position* p = &account.position
    cdef bint enter_long, enter_short
    cdef int reason
    if script.listed:
        decide_listed(script, account, prices, t)
        return
    if p.open and signal_at(script, slots, EXIT_LONG if p.side > 0 else EXIT_SHORT, i):
        p.leaving = True
    enter_long = signal_at(script, slots, ENTER_LONG, i)
    enter_short = signal_at(script, slots, ENTER_SHORT, i)
    if enter_long and enter_short:
        reason = CONFLICT
        if t == account.end - 1:
            reason = NO_NEXT_BAR
        elif p.open and not p.leaving:
            reason = IN_POSITION
        reject(account, reason, 2)
    elif enter_long:
        decide_signal(script, account, prices, slots, t, i, 1)
    elif enter_short:
        decide_signal(script, account, prices, slots, t, i, -1)


# --- from event to event --------------------------------------------------------------------------------------------

cdef inline Py_ssize_t next_order_at(const Script* script, Py_ssize_t stop) noexcept nogil:
    if script.next_order >= script.order_count:
        return stop
    return min(stop, <Py_ssize_t> script.orders[script.next_order * ORDER_COLUMNS + ORDER_AT])


cdef Py_ssize_t next_entry_signal(
    const Script* script, void** slots, Py_ssize_t block, Py_ssize_t t, Py_ssize_t stop
) noexcept nogil:
    if script.listed:
        return next_order_at(script, stop)
    return block + next_bit(
        mask_of(script, slots, ENTER_LONG), mask_of(script, slots, ENTER_SHORT), t - block, stop - block
    )


cdef Py_ssize_t next_exit_signal(
    const Script* script, void** slots, int side, Py_ssize_t block, Py_ssize_t t, Py_ssize_t stop
) noexcept nogil:
    if script.listed:
        return next_order_at(script, stop)
    return block + next_bit(mask_of(script, slots, EXIT_LONG if side > 0 else EXIT_SHORT), NULL, t - block, stop - block)


cdef inline int64_t rising_event(const Account* account) noexcept nogil:
    """Lowest turned price above which a candle may change the open position: target, trail, activation, break-even."""
    cdef const Position* p = &account.position
    cdef int64_t level = min(p.target + account.terms.through, p.breakeven)
    if p.trailing:
        level = min(level, p.trail_best + 1)
        if not p.trail_active:
            level = min(level, p.activate)
    return level


cdef Py_ssize_t next_in_position(
    const Script* script, Account* account, const Prices* prices, void** slots,
    Py_ssize_t block, Py_ssize_t t, Py_ssize_t stop,
) noexcept nogil:
    """Next candle that can end or change the open position; signals passed over are rejected [D4]."""
    cdef Position* p = &account.position
    cdef Py_ssize_t found, limit
    cdef int64_t lowest = INT64_MAX, highest = -INT64_MAX
    if p.leaving:
        return t
    limit = min(stop, account.end - 1)
    if p.max_bars < INT64_MAX:
        limit = min(limit, max(t, <Py_ssize_t> (p.entry_index + p.max_bars - 1)))
    limit = next_exit_signal(script, slots, p.side, block, t, limit)
    if p.side > 0:
        found = next_touch(&prices.bid, t, limit, stop_in_force(p), rising_event(account), &lowest, &highest)
        if found > t:
            p.worst, p.best = min(p.worst, lowest), max(p.best, highest)
    else:
        found = next_touch(&prices.ask, t, limit, -rising_event(account), -stop_in_force(p), &lowest, &highest)
        if found > t:
            p.worst, p.best = min(p.worst, -highest), max(p.best, -lowest)
    if not script.listed:
        reject(account, IN_POSITION, count_bits(mask_of(script, slots, ENTER_LONG), t - block, found - block))
        reject(account, IN_POSITION, count_bits(mask_of(script, slots, ENTER_SHORT), t - block, found - block))
    return found


cdef Py_ssize_t next_while_waiting(
    const Script* script, const Account* account, const Prices* prices, void** slots,
    Py_ssize_t block, Py_ssize_t t, Py_ssize_t stop,
) noexcept nogil:
    """Next candle that can fill, replace or end the waiting order."""
    cdef int64_t lowest = INT64_MAX, highest = -INT64_MAX
    cdef int64_t price = account.entry.price
    cdef int64_t below = -2 * LEVEL_LIMIT, above = 2 * LEVEL_LIMIT
    cdef const Side* side = &prices.ask if account.entry.ticket.side > 0 else &prices.bid
    cdef Py_ssize_t limit
    if account.entry.ticket.kind == MARKET:
        return t
    limit = min(min(stop, account.end - 1), <Py_ssize_t> account.entry.last)
    limit = next_entry_signal(script, slots, block, t, limit)
    if account.entry.ticket.kind == STOP:
        above = price
    else:
        below = price - account.terms.through
    if account.entry.ticket.side < 0:
        below, above = -above, -below
    return next_touch(side, t, limit, below, above, &lowest, &highest)


cdef void drive(
    Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t block, Py_ssize_t n
) noexcept nogil:
    """Take one simulation through the block of n candles that starts at candle `block`."""
    cdef Py_ssize_t t = max(block, account.start)
    cdef Py_ssize_t stop = min(block + n, account.end)
    while True:
        if account.position.open:
            t = next_in_position(script, account, prices, slots, block, t, stop)
        elif account.entry.waiting:
            t = next_while_waiting(script, account, prices, slots, block, t, stop)
        else:
            t = next_entry_signal(script, slots, block, t, stop)
        if t >= stop:
            return
        step(account, prices, t)
        decide(script, account, prices, slots, t, t - block)
        t += 1


# --- Python ---------------------------------------------------------------------------------------------------------

cdef class Driver:
    """One simulation of a plan.

    Parameters
    ----------
    terms : dict
        Costs, size rules and options, by the field names of ``Terms``.
    start, end : int
        Evaluation window [start, end), at least one candle.
    cash : float
    keep : bool
        Whether to keep the trades.
    """

    cdef Account account
    cdef Script script
    cdef bint complete          # the run came to its end
    cdef list _arrays

    def __cinit__(self, dict terms, Py_ssize_t start, Py_ssize_t end, double cash, bint keep):
        cdef int k
        self.account.terms = terms
        self.account.start, self.account.end, self.account.keep = start, end, keep
        self.account.totals.cash = cash
        self._arrays = []
        for k in range(4):
            self.script.masks[k] = -1

    def __dealloc__(self):
        cdef int side, level
        free(self.account.trades)
        for side in range(2):
            for level in range(<int> LEVELS):
                level_free(&self.script.levels[side][level])

    def follow_conditions(self, list masks, tuple levels, tuple percents, int kind, int size_kind,
                          bint trail_on_close, int64_t max_bars, int64_t expiry):
        """Trade the conditions in the slots `masks`; `levels` holds instructions by side and Level."""
        cdef int side, level
        cdef Ticket* ticket
        for side in range(4):
            self.script.masks[side] = masks[side]
        for side in range(2):
            ticket = &self.script.tickets[side]
            ticket.side, ticket.percents = -1 if side else 1, percents[side]
            ticket.kind, ticket.size_kind, ticket.trail_on_close = kind, size_kind, trail_on_close
            ticket.max_bars, ticket.expiry = max_bars, expiry
            for level in range(<int> LEVELS):
                ticket.level[level] = NAN
                level_init(&self.script.levels[side][level], levels[side][level])

    def follow_orders(self, const int64_t[:, ::1] orders, const double[:, ::1] levels):
        """Trade explicit orders, sorted by candle: columns at, side (0: exit), kind, percents, size kind, max_bars,
        expiry; and their numbers by Level."""
        self._arrays += [orders, levels]
        self.script.listed = True
        self.script.order_count = orders.shape[0]
        if orders.shape[0]:
            self.script.orders, self.script.order_levels = &orders[0, 0], &levels[0, 0]

    cdef int _check_complete(self) except -1:
        if not self.complete:
            raise RuntimeError("this simulation has not been run to its end")
        return 0

    def trades(self):
        """The trades as a structured array of TRADE_DTYPE; hands the memory over, so it can be called once."""
        cdef memory_array memory
        self._check_complete()
        if self.account.trade_count == 0:
            return np.empty(0, dtype=TRADE_DTYPE)
        memory = <char[:self.account.trade_count * sizeof(Trade)]> <char*> self.account.trades
        memory.callback_free_data = free
        self.account.trades = NULL
        return np.asarray(memory).view(TRADE_DTYPE)

    def totals(self):
        """What ``metrics`` needs: the fields of ``Totals`` and the counts of limit fills, by name."""
        cdef dict gathered = self.account.totals
        self._check_complete()
        gathered["limit_fills"] = self.account.limit_fills
        gathered["exact_touches"] = self.account.exact_touches
        return gathered

    def rejected(self):
        """Reason -> count for the reasons that occurred."""
        self._check_complete()
        return {reason.name: self.account.rejected[reason] for reason in RejectReason if self.account.rejected[reason]}


def run(Pipeline pipeline, Market market, list drivers):
    """Run the simulations of a plan over its candles, without the GIL but in Python functions of the caller.

    Raises
    ------
    MemoryError
        If the trades of a simulation did not fit in memory.
    Exception
        What a function of the caller raised. The drivers then refuse to give results.
    """
    cdef Py_ssize_t block, start, n, k
    cdef Py_ssize_t count = len(drivers)
    cdef Py_ssize_t length = max((<Driver> driver).account.end for driver in drivers)
    cdef Driver driver
    cdef const Prices* prices = &market.prices
    cdef Account** accounts = <Account**> calloc(count, sizeof(Account*))
    cdef Script** scripts = <Script**> calloc(count, sizeof(Script*))
    try:
        if accounts == NULL or scripts == NULL:
            raise MemoryError("no memory for the simulations of a plan")
        for k in range(count):
            driver = drivers[k]
            accounts[k], scripts[k] = &driver.account, &driver.script
        with nogil:
            for k in range(count):
                totals_init(&accounts[k].totals, prices, accounts[k].start, accounts[k].end, accounts[k].totals.cash)
            for block in range((length + pipeline.block - 1) // pipeline.block):
                start = block * pipeline.block
                n = min(pipeline.block, length - start)
                pipeline.advance(start, n)
                for k in range(count):
                    if accounts[k].start < start + n and accounts[k].end > start:
                        drive(scripts[k], accounts[k], prices, pipeline.slots, start, n)
            for k in range(count):
                totals_finish(&accounts[k].totals, prices)
    finally:
        free(accounts)
        free(scripts)
    for driver in drivers:
        if driver.account.out_of_memory:
            raise MemoryError("the trades of a simulation do not fit in memory")
        driver.complete = True
