# Where the decisions of one simulation come from.
from libc.stdint cimport int64_t, uint64_t

from btcore._core.account cimport Account, Ticket
from btcore._core.levels cimport Level
from btcore._core.market cimport Prices
from btcore._core.types cimport WORD

cdef enum:                      # conditions
    ENTER_LONG, ENTER_SHORT, EXIT_LONG, EXIT_SHORT

cdef enum:                      # columns of the table of explicit orders
    ORDER_AT, ORDER_SIDE, ORDER_KIND, ORDER_PERCENTS, ORDER_SIZE_KIND, ORDER_MAX_BARS, ORDER_EXPIRY, ORDER_COLUMNS
    ORDER_EXIT = ORDER_KIND     # of a row without a side: which positions leave

cdef enum:                      # positions that leave, where not all do
    EXIT_ALL, EXIT_LONGS, EXIT_SHORTS

cdef struct Script

# Asks a function of the caller at the close of candle t, the i-th of the block, and decides what it answers.
ctypedef void (*Ask)(
    Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t t, Py_ssize_t i
) noexcept nogil

cdef struct Diary:              # what a function of the caller answered, row by row as in the table of explicit orders
    int64_t* orders
    double* levels
    Py_ssize_t count, capacity
    bint whole                  # also orders that were rejected at once, and exits without a position
    bint out_of_memory

cdef struct Script:             # where the decisions of one simulation come from
    int[4] masks                # slots of the conditions; -1: never
    int condition_count         # how many of them there are, and which
    int[4] condition_slots
    Ticket[2] tickets           # by side (long, short): an order but for the levels that are read on the signal candle
    Level[2][11] levels         # by side and LevelCode
    int[2] varying_count        # how many of them depend on the candle, and which
    int[2][11] varying
    int[2] rungs                # partial targets by side
    int[2] rung_percents        # bit per target: the number is a percentage
    double[2][8] fractions
    Level[2][8] rung_levels
    bint listed                 # explicit orders instead of conditions: of the table, or as a function answers
    const int64_t* orders
    const double* order_levels
    Py_ssize_t order_count, next_order
    Ask ask                     # NULL: there is a table
    void* asker                 # what it needs
    bint asks_python, failed    # does it need the GIL; has it raised
    int when                    # slot of the condition under which it asks; -1: at each close
    Py_ssize_t asked_from       # the first candle at which it asks
    Diary diary


cdef inline const uint64_t* mask_of(const Script* script, void** slots, int which) noexcept nogil:
    return <const uint64_t*> slots[script.masks[which]] if script.masks[which] >= 0 else NULL


cdef inline bint has_exits(const Script* script) noexcept nogil:
    """Whether something besides prices and time can end a position."""
    return script.listed or script.masks[EXIT_LONG] >= 0 or script.masks[EXIT_SHORT] >= 0


cdef inline bint may_decide(const Script* script, void** slots, Py_ssize_t i) noexcept nogil:
    """Whether a condition is true at the i-th candle of the block, or decisions come from elsewhere."""
    cdef const uint64_t* mask
    cdef int k
    if script.listed:
        return True
    for k in range(script.condition_count):
        mask = <const uint64_t*> slots[script.condition_slots[k]]
        if (mask[i // WORD] >> (i % WORD)) & 1:
            return True
    return False


cdef void read_live(
    const Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t i
) noexcept nogil
cdef void follow_live(Account* account) noexcept nogil
cdef int decide_row(
    Account* account, const Prices* prices, const int64_t* row, const double* levels, Py_ssize_t t
) noexcept nogil
cdef void decide(
    Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t t, Py_ssize_t i
) noexcept nogil
cdef Py_ssize_t next_entry_signal(
    const Script* script, void** slots, Py_ssize_t block, Py_ssize_t t, Py_ssize_t stop
) noexcept nogil
cdef Py_ssize_t next_exit_signal(
    const Script* script, const Account* account, void** slots, Py_ssize_t block, Py_ssize_t t, Py_ssize_t stop
) noexcept nogil
