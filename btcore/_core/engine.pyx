"""Drives simulations over candles: a block of operators, then each simulation from event to event.

A simulation needs a step only where something can happen to it: a signal that it can follow, a touch of one of its
levels, a deadline. Its driver finds that candle and calls the fill rules for it; it has no rules of its own.
"""

from cython.view cimport array as memory_array
from cpython.exc cimport PyErr_CheckSignals
from libc.math cimport NAN
from libc.stdint cimport int64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy

import numpy as np

from btcore._core.account cimport Account, Draft, Entry, Ladder, Position, Ticket
from btcore._core.answers cimport Asker, diary_free
from btcore._core.events cimport next_event
from btcore._core.fills cimport step, step_magnified
from btcore._core.levels cimport is_constant, level_free, level_init, level_value
from btcore._core.magnify cimport Finer
from btcore._core.market cimport Market, Prices
from btcore._core.pipeline cimport Pipeline
from btcore._core.script cimport (
    ORDER_COLUMNS, Diary, Script, decide, follow_live, may_decide, next_entry_signal, read_live,
)
from btcore._core.statistics cimport totals_finish, totals_init
from btcore._core.types cimport LEVEL_SIZE, LEVEL_TRAIL_PRICE, LEVELS, REJECT_REASONS, Trade

from btcore._core.types import TRADE_DTYPE, RejectReason


cdef extern from "Python.h":
    Py_ssize_t PY_SSIZE_T_MAX


cdef inline void take(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """Candle t, at once or by the finer candles that replay it [X2]."""
    if account.lens == NULL or account.lens.begin[t] == account.lens.end[t]:
        step(account, prices, t)
    else:
        step_magnified(account, prices, t)


cdef void drive(
    Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t block, Py_ssize_t n
) noexcept nogil:
    """Take one simulation through the block of n candles that starts at candle `block`."""
    cdef Py_ssize_t t = max(block, account.start)
    cdef Py_ssize_t stop = min(block + n, account.end)
    cdef bint live = account.live[0] or account.live[1]
    while True:
        if account.held or account.waiting:
            t = next_event(script, account, prices, slots, block, t, stop)
        else:
            t = next_entry_signal(script, slots, block, t, stop)
        if live and t > block:
            read_live(script, account, prices, slots, min(t, stop) - 1 - block)
        if t >= stop:
            return
        if live:
            follow_live(account)
        account.steps += 1
        take(account, prices, t)
        if may_decide(script, slots, t - block):
            decide(script, account, prices, slots, t, t - block)
        t += 1


cdef void drive_asked(
    Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t block, Py_ssize_t n
) noexcept nogil:
    """The same for one that a function of the caller decides, until it raises."""
    cdef Py_ssize_t t = max(block, account.start)
    cdef Py_ssize_t stop = min(block + n, account.end)
    while True:
        if script.when >= 0 or t < script.asked_from:       # else each candle needs the function
            if account.held or account.waiting:
                t = next_event(script, account, prices, slots, block, t, stop)
            else:
                t = next_entry_signal(script, slots, block, t, stop)
        if t >= stop:
            return
        if account.held or account.waiting:
            take(account, prices, t)
        decide(script, account, prices, slots, t, t - block)
        if script.failed:
            return
        t += 1


cdef int drive_python(
    Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t block, Py_ssize_t n
) except -1:
    """The same with the GIL, which is then not handed over at each candle; raises what is to end the whole run."""
    cdef Asker asker = <Asker> script.asker
    PyErr_CheckSignals()
    drive_asked(script, account, prices, slots, block, n)
    if script.failed and not isinstance(asker.error, Exception):
        raise asker.error
    return 0


cdef class Driver:
    """One simulation of a plan.

    Parameters
    ----------
    terms : dict
        Costs, size rules and options, by the field names of ``Terms``.
    start, end : int
        Evaluation window [start, end), at least one candle.
    cash : float
    slots : int
        Positions allowed at once, at least one (rule D10).
    keep : bool
        Whether to keep the trades.
    """

    def __cinit__(self, dict terms, Py_ssize_t start, Py_ssize_t end, double cash, int slots, bint keep):
        cdef int k
        self.account.terms = terms
        self.account.slots, self.account.alone = slots, 1
        self.account.positions = <Position*> calloc(3 * slots, sizeof(Position))
        self.account.entries = <Entry*> calloc(slots + 1, sizeof(Entry))
        if self.account.positions == NULL or self.account.entries == NULL:
            raise MemoryError(f"no memory for {slots} positions at once")
        self.account.start, self.account.end, self.account.keep = start, end, keep
        self.account.dated = keep
        self.account.totals.cash = cash
        self._arrays = []
        for k in range(4):
            self.script.masks[k] = -1

    def __dealloc__(self):
        cdef int side, level
        free(self.account.trades)
        free(self.account.positions)
        free(self.account.entries)
        free(self.account.drafts)
        free(self.account.ladders)
        diary_free(&self.script.diary)
        for side in range(2):
            for level in range(self.script.rungs[side]):
                level_free(&self.script.rung_levels[side][level])
            for level in range(<int> LEVELS):
                level_free(&self.script.levels[side][level])

    def charge(self, dict charges, const double[::1] rates, const int64_t[::1] roll_candles,
               const int64_t[::1] roll_nights):
        """Costs that depend on the moment: the fields of ``Charges``; a rate per candle, or none (empty) where it is
        constant; the candles that a roll comes before, and the nights up to each."""
        self.money.charges = charges
        self._arrays += [rates, roll_candles, roll_nights]
        if rates.shape[0]:
            self.money.rates = &rates[0]
        self.money.rolls = roll_candles.shape[0]
        if self.money.rolls:
            self.money.roll_candles, self.money.roll_nights = &roll_candles[0], &roll_nights[0]
        self.money.moving = self.money.rolls or rates.shape[0] or self.money.charges.rate != 1.0
        self.account.money = &self.money
        self.account.alone = -1 if self.money.charges.leverage > 0.0 else 1

    def follow_conditions(self, list masks, tuple levels, tuple percents, int kind, int size_kind,
                          bint trail_on_close, int64_t max_bars, int64_t expiry):
        """Trade the conditions in the slots `masks`; `levels` holds instructions by side and Level."""
        cdef int side, level
        cdef Ticket* ticket
        for side in range(4):
            self.script.masks[side] = masks[side]
            if masks[side] >= 0:
                self.script.condition_slots[self.script.condition_count] = masks[side]
                self.script.condition_count += 1
        for side in range(2):
            ticket = &self.script.tickets[side]
            ticket.side, ticket.percents = -1 if side else 1, percents[side]
            ticket.kind, ticket.size_kind, ticket.trail_on_close = kind, size_kind, trail_on_close
            ticket.max_bars, ticket.expiry = max_bars, expiry
            for level in range(<int> LEVELS):
                ticket.level[level] = NAN
                level_init(&self.script.levels[side][level], levels[side][level])
                if is_constant(&self.script.levels[side][level]):
                    ticket.level[level] = level_value(&self.script.levels[side][level], NULL, 0)
                elif self.script.levels[side][level].length:
                    self.script.varying[side][self.script.varying_count[side]] = level
                    self.script.varying_count[side] += 1

        for side in range(2):
            self.account.live[side] = self.script.levels[side][<int> LEVEL_TRAIL_PRICE].length > 0

    def follow_targets(self, tuple fractions, tuple levels, tuple percents):
        """Partial targets by side (long, short), at most 8: fractions of the size, instructions of the distances, and a
        bit for each that is a percentage."""
        cdef int side, k
        cdef int slots = self.account.slots
        self.account.drafts = <Draft*> calloc(slots + 1, sizeof(Draft))
        self.account.ladders = <Ladder*> calloc(3 * slots, sizeof(Ladder))
        if self.account.drafts == NULL or self.account.ladders == NULL:
            raise MemoryError(f"no memory for the targets of {slots} positions at once")
        for side in range(2):
            self.script.rung_percents[side] = percents[side]
            for k in range(len(levels[side])):
                self.script.fractions[side][k] = fractions[side][k]
                level_init(&self.script.rung_levels[side][k], levels[side][k])
                self.script.rungs[side] = k + 1

    def end_sessions(self, const int64_t[::1] ends):
        """Positions leave at ends of sessions: in order, twice the candle, plus 1 for its close and not its open."""
        self._arrays.append(ends)
        self.account.end_count = ends.shape[0]
        if ends.shape[0]:
            self.account.ends = &ends[0]

    def follow_orders(self, const int64_t[:, ::1] orders, const double[:, ::1] levels):
        """Trade explicit orders, sorted by candle: columns at, side (0: exit), kind, percents, size kind, max_bars,
        expiry; and their numbers by Level."""
        self._arrays += [orders, levels]
        self.script.listed = True
        self.script.order_count = orders.shape[0]
        if orders.shape[0]:
            self.script.orders, self.script.order_levels = &orders[0, 0], &levels[0, 0]

    def follow_function(self, Asker asker, int when, int size_kind, list size, tuple columns, bint whole):
        """Trade what a function answers.

        `when` is the slot of the condition under which it is asked, -1: at each close; `size` the instructions of the
        size of orders that have none; `columns` the candles' open, high, low, close, volume and timestamp, None where
        they come later. `whole`: ``answers`` holds all that it answered, else what mattered.
        """
        self._arrays.append(asker)
        self.account.dated = self.account.dated or asker.python
        self.script.listed, self.script.asks_python = True, asker.python
        self.script.ask, self.script.asker, self.script.when = asker.ask, <void*> asker, when
        self.script.asked_from = asker.window - 1
        self.script.diary.whole = whole
        self.script.tickets[0].size_kind = size_kind
        level_init(&self.script.levels[0][<int> LEVEL_SIZE], size)
        if columns is not None:
            asker.bind(columns, columns[:5], columns[5])

    def endless(self):
        """Let the evaluation window have no end, for candles that arrive one at a time."""
        self.account.end = PY_SSIZE_T_MAX // 4

    def keep_equity(self):
        """Also keep the equity at each close; to be called before the run."""
        cdef double[::1] curve
        self._curve = np.empty(self.account.end - self.account.start, dtype=np.float64)
        curve = self._curve
        self.account.curve = &curve[0]

    def magnify(self, Finer finer):
        """Replay candles by finer ones; to be called before the run."""
        self._arrays.append(finer)
        self.account.lens = &finer.lens

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

    @property
    def steps(self):
        """How many candles needed a step: what the simulation itself cost."""
        return self.account.steps

    def equity(self):
        """The equity at each close of the window, float64 array, shape (end - start,); None unless it was kept."""
        self._check_complete()
        return self._curve

    def answers(self):
        """What a function answered, as ``follow_orders`` takes it: orders and their levels, copies.

        Orders that were rejected at once and exits without a position are left out, unless all were asked for.
        """
        cdef Diary* diary = &self.script.diary
        orders = np.zeros((diary.count, ORDER_COLUMNS), dtype=np.int64)
        levels = np.zeros((diary.count, LEVELS), dtype=np.float64)
        cdef int64_t[:, ::1] rows = orders
        cdef double[:, ::1] numbers = levels
        if diary.count:
            memcpy(&rows[0, 0], diary.orders, orders.nbytes)
            memcpy(&numbers[0, 0], diary.levels, levels.nbytes)
        return orders, levels

    def failure(self):
        """(candle, exception) where the function of the caller raised; None where it did not."""
        cdef Asker asker
        if not self.script.failed:
            return None
        asker = <Asker> self.script.asker
        return asker.failed_at, asker.failure()

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


cdef inline int drive_any(
    Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t block, Py_ssize_t n
) except -1 nogil:
    if script.ask == NULL:
        drive(script, account, prices, slots, block, n)
    elif script.failed:
        return 0
    elif not script.asks_python:
        drive_asked(script, account, prices, slots, block, n)
    else:
        with gil:
            drive_python(script, account, prices, slots, block, n)
    return 0


def run(Pipeline pipeline, Market market, list drivers):
    """Run the simulations of a plan over its candles, without the GIL but in Python functions of the caller.

    Raises
    ------
    MemoryError
        If the trades of a simulation did not fit in memory.
    Exception
        What a function in an expression raised. The drivers then refuse to give results.
    BaseException
        What is no ``Exception``, such as KeyboardInterrupt, from a function that decides.

    A driver whose own function raised has a ``failure`` and gives no results; the others do.
    """
    cdef Py_ssize_t block, start, n, k
    cdef Py_ssize_t count = len(drivers), left
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
                totals_init(accounts[k], prices)
            for block in range((length + pipeline.block - 1) // pipeline.block):
                start = block * pipeline.block
                n = min(pipeline.block, length - start)
                pipeline.advance(start, n)
                left = 0
                for k in range(count):
                    if accounts[k].start < start + n and accounts[k].end > start:
                        drive_any(scripts[k], accounts[k], prices, pipeline.slots, start, n)
                    left += not scripts[k].failed
                if left == 0:
                    break
            for k in range(count):
                if not scripts[k].failed:
                    totals_finish(accounts[k], prices)
    finally:
        free(accounts)
        free(scripts)
    for driver in drivers:
        if driver.account.out_of_memory:
            raise MemoryError("the trades of a simulation do not fit in memory")
        if driver.script.diary.out_of_memory:
            raise MemoryError("the orders of a simulation do not fit in memory")
        driver.complete = not driver.script.failed
