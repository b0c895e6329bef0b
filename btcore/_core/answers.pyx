"""Functions of the caller that decide: their answers, the diary of these, and compiled functions.

The signature of a compiled function is in the docstring of ``CompiledAsker``. Python functions are in ``asked.pyx``.
"""

from enum import IntEnum

from libc.math cimport NAN, isnan
from libc.stdint cimport INT64_MAX, int64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy

import numpy as np

from btcore._core.account cimport Account, Position
from btcore._core.booking cimport stop_in_force
from btcore._core.levels cimport level_value
from btcore._core.market cimport Prices, to_price
from btcore._core.rounding cimport exit_bar
from btcore._core.script cimport (
    EXIT_ALL, ORDER_AT, ORDER_COLUMNS, ORDER_EXIT, ORDER_EXPIRY, ORDER_KIND, ORDER_MAX_BARS, ORDER_PERCENTS, ORDER_SIDE,
    ORDER_SIZE_KIND, Diary, Script, decide_row,
)
from btcore._core.statistics cimport equity_at
from btcore._core.types cimport LEVEL_LIMIT, LEVEL_SIZE, LEVELS, SIZE_UNITS

from btcore._core.types import EntryKind, Level

from btcore.errors import StrategyError

ctypedef void (*Compiled)(
    const double* open, const double* high, const double* low, const double* close, const double* volume,
    int64_t window, int64_t index, const double* values, const double* position, double* state, double* order,
) noexcept nogil

cdef enum:                      # fields of `position`
    HELD, HELD_SIDE, HELD_SIZE, HELD_ENTRY_PRICE, HELD_ENTRY_INDEX, HELD_STOP, HELD_TARGET, HELD_PROFIT
    EQUITY
    POSITION_FIELDS

cdef enum:                      # fields of `order`; the levels follow, by LevelCode
    ANSWER_EXIT, ANSWER_SIDE, ANSWER_KIND, ANSWER_MAX_BARS, ANSWER_EXPIRY, ANSWER_LEVELS

PositionField = IntEnum(
    "PositionField", "HELD SIDE SIZE ENTRY_PRICE ENTRY_INDEX STOP TARGET PROFIT EQUITY", start=0, module=__name__
)
PositionField.__doc__ = "Places in the array ``position`` of a compiled strategy."
OrderField = IntEnum(
    "OrderField",
    ["EXIT", "SIDE", "KIND", "MAX_BARS", "EXPIRY", *(level.name.removeprefix("LEVEL_") for level in Level)],
    start=0,
    module=__name__,
)
OrderField.__doc__ = "Places in the array ``order`` of a compiled strategy."
cdef int ENTRY_KINDS = len(EntryKind)


cdef int grow_diary(Diary* diary) noexcept nogil:
    cdef Py_ssize_t capacity = max(diary.capacity * 2, <Py_ssize_t> 16)
    cdef int64_t* orders = <int64_t*> realloc(diary.orders, capacity * ORDER_COLUMNS * sizeof(int64_t))
    cdef double* levels
    if orders != NULL:
        diary.orders = orders
        levels = <double*> realloc(diary.levels, capacity * LEVELS * sizeof(double))
        if levels != NULL:
            diary.levels, diary.capacity = levels, capacity
            return 0
    diary.out_of_memory = True
    return -1


cdef void note(Diary* diary, const int64_t* row, const double* levels) noexcept nogil:
    if diary.count == diary.capacity and grow_diary(diary) < 0:
        return
    memcpy(diary.orders + diary.count * ORDER_COLUMNS, row, ORDER_COLUMNS * sizeof(int64_t))
    memcpy(diary.levels + diary.count * LEVELS, levels, LEVELS * sizeof(double))
    diary.count += 1


cdef void diary_free(Diary* diary) noexcept nogil:
    free(diary.orders)
    free(diary.levels)
    diary.orders, diary.levels = NULL, NULL
    diary.count = diary.capacity = 0


cdef int carry_out(
    Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t t, Py_ssize_t i,
    int64_t* row, double* levels, bint sized,
) noexcept nogil:
    """Decide one answer at the close of candle t, the i-th of the block; -1, or why its order was rejected.

    An order that is not `sized` gets the size of the simulation.
    """
    cdef int reason
    cdef bint concerns = row[ORDER_SIDE] != 0 or account.held > 0
    row[ORDER_AT] = t
    if row[ORDER_SIDE] != 0 and not sized:
        row[ORDER_SIZE_KIND] = script.tickets[0].size_kind
        levels[<int> LEVEL_SIZE] = level_value(&script.levels[0][<int> LEVEL_SIZE], slots, i)
    reason = decide_row(account, prices, row, levels, t)
    if script.diary.whole or (concerns and reason < 0):
        note(&script.diary, row, levels)
    return reason


cdef class Memory:
    """Keeps arrays alive for views of their memory, and shows them to nobody."""

    def __cinit__(self, held):
        self.held = held


cdef class Asker:
    """What asks a function of the caller; its subclasses say how."""

    cdef int bind(self, object memory, tuple columns, const int64_t[::1] times) except -1:
        """Let the function look at these columns, candle 0 first; `memory` keeps them."""
        cdef const double[::1] column
        cdef int k
        self.memory = Memory(memory)
        for k in range(COLUMNS):
            column = columns[k]
            self.history.columns[k] = &column[0]
        self.history.times = &times[0]
        self.history.first, self.history.stop = 0, times.shape[0]
        return 0

    cdef object failure(self):
        """What the function raised."""
        return self.error

    cdef object kept(self):
        """The array in which the function keeps what it remembers; None where it has none."""
        return None


cdef class CompiledAsker(Asker):
    """Asks a compiled function.

    Parameters
    ----------
    address : int
        Of ``void f(const double *open, *high, *low, *close, *volume, int64_t window, int64_t index, const double
        *values, const double *position, double *state, double *order)``, which needs no GIL.
    window : int
    slots : list of int
        Number slots whose values at the candle become ``values``.
    state : float64 array
        What the function keeps from candle to candle; it is changed.
    """

    cdef Compiled function
    cdef double[::1] state
    cdef double[::1] values
    cdef int64_t[::1] slots
    cdef double[9] position         # PositionField
    cdef double[64] order           # OrderField
    cdef double[64] nothing
    cdef int64_t number, stop, target   # of the position whose prices stand in `position`

    def __init__(self, size_t address, Py_ssize_t window, list slots, state):
        cdef int k
        self.function, self.window = <Compiled> address, window
        self.ask = ask_compiled
        self.slots = np.array([*slots, 0], dtype=np.int64)
        self.values = np.zeros(len(slots) + 1)
        self.state = state
        self.number = -1
        for k in range(64):
            self.nothing[k] = NAN
        self.nothing[<int> ANSWER_EXIT] = self.nothing[<int> ANSWER_SIDE] = 0.0

    cdef object failure(self):
        kind, bars, expiry = (self.order[field] for field in (ANSWER_KIND, ANSWER_MAX_BARS, ANSWER_EXPIRY))
        return StrategyError(
            f"the function decided an order with KIND {kind}, MAX_BARS {bars} and EXPIRY {expiry}; kinds are those of "
            "EntryKind, the others numbers of candles from 1 on, or left as they are"
        )

    cdef object kept(self):
        return np.asarray(self.state)

    cdef void show_position(self, const Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
        """The oldest position; its prices are worked out anew only where they have changed."""
        cdef const Position* p = account.positions
        cdef double* shown = self.position
        cdef int64_t stop
        shown[<int> HELD] = account.held
        if account.held == 0:
            self.number = -1
            shown[<int> HELD_SIDE] = shown[<int> HELD_SIZE] = shown[<int> HELD_PROFIT] = 0.0
            shown[<int> HELD_ENTRY_PRICE] = shown[<int> HELD_STOP] = shown[<int> HELD_TARGET] = NAN
            shown[<int> HELD_ENTRY_INDEX] = -1.0
            shown[<int> EQUITY] = account.totals.equity
            return
        stop = stop_in_force(p)
        if p.number != self.number or stop != self.stop or p.target != self.target:
            self.number, self.stop, self.target = p.number, stop, p.target
            shown[<int> HELD_SIDE], shown[<int> HELD_SIZE] = p.side, p.size
            shown[<int> HELD_ENTRY_PRICE] = to_price(prices, p.side * p.entry)
            shown[<int> HELD_ENTRY_INDEX] = p.entry_index
            shown[<int> HELD_STOP] = to_price(prices, p.side * stop) if stop > -LEVEL_LIMIT else NAN
            shown[<int> HELD_TARGET] = to_price(prices, p.side * p.target) if p.target < LEVEL_LIMIT else NAN
        shown[<int> HELD_PROFIT] = to_price(prices, exit_bar(prices, p.side, t).close - p.entry) * p.size
        if account.held == 1 and account.money == NULL:     # as `equity_at`, without a second division
            shown[<int> EQUITY] = (account.totals.equity - p.entry_commission) + shown[<int> HELD_PROFIT]
        else:
            shown[<int> EQUITY] = equity_at(account, prices, t)

    cdef bint is_possible(self) noexcept nogil:
        """Whether the kind of the order and its numbers of candles are some."""
        cdef const double* order = self.order
        return not (
            order[<int> ANSWER_KIND] < 0.0 or order[<int> ANSWER_KIND] >= ENTRY_KINDS
            or order[<int> ANSWER_MAX_BARS] < 1.0 or order[<int> ANSWER_EXPIRY] < 1.0
        )

    cdef void carry(
        self, Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t t, Py_ssize_t i
    ) noexcept nogil:
        """What the function has written into `order`: the exit, then the order."""
        cdef const double* order = self.order
        cdef int64_t[32] row
        cdef double[64] levels
        cdef int side = (order[<int> ANSWER_SIDE] > 0.0) - (order[<int> ANSWER_SIDE] < 0.0)
        cdef int k
        for k in range(ORDER_COLUMNS):
            row[k] = 0
        memcpy(levels, order + ANSWER_LEVELS, LEVELS * sizeof(double))
        if order[<int> ANSWER_EXIT] != 0.0 and not isnan(order[<int> ANSWER_EXIT]):
            row[<int> ORDER_EXIT] = EXIT_ALL
            carry_out(script, account, prices, slots, t, i, row, levels, True)
        if side != 0:
            if not self.is_possible():
                script.failed, self.failed_at = True, t
                return
            row[<int> ORDER_SIDE] = side
            row[<int> ORDER_KIND] = counted(order[<int> ANSWER_KIND], 0)
            row[<int> ORDER_SIZE_KIND] = SIZE_UNITS
            row[<int> ORDER_MAX_BARS] = counted(order[<int> ANSWER_MAX_BARS], INT64_MAX)
            row[<int> ORDER_EXPIRY] = counted(order[<int> ANSWER_EXPIRY], INT64_MAX)
            carry_out(script, account, prices, slots, t, i, row, levels, not isnan(levels[<int> LEVEL_SIZE]))

    cdef void call(
        self, Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t t, Py_ssize_t i
    ) noexcept nogil:
        cdef Py_ssize_t at = t + 1 - self.window - self.history.first
        cdef Py_ssize_t k
        for k in range(self.values.shape[0] - 1):
            self.values[k] = (<const double*> slots[self.slots[k]])[i]
        self.show_position(account, prices, t)
        memcpy(self.order, self.nothing, (ANSWER_LEVELS + LEVELS) * sizeof(double))
        self.function(
            self.history.columns[0] + at, self.history.columns[1] + at, self.history.columns[2] + at,
            self.history.columns[3] + at, self.history.columns[4] + at, self.window, t,
            &self.values[0], self.position, &self.state[0], self.order,
        )
        if self.order[<int> ANSWER_SIDE] != 0.0 or self.order[<int> ANSWER_EXIT] != 0.0:
            self.carry(script, account, prices, slots, t, i)


cdef inline int64_t counted(double number, int64_t otherwise) noexcept nogil:
    """A whole number that a compiled function wrote; NaN: it wrote none."""
    return <int64_t> number if -9e18 < number < 9e18 else otherwise


cdef void ask_compiled(
    Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t t, Py_ssize_t i
) noexcept nogil:
    (<CompiledAsker> script.asker).call(script, account, prices, slots, t, i)
