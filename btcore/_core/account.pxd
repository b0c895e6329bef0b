# One simulation as data: its costs, the order that waits, the position that is open, what it has done.
from libc.stdint cimport int64_t

from btcore._core.statistics cimport Totals
from btcore._core.types cimport Trade

cdef struct Terms:              # costs, sizes and options of one simulation
    int64_t slippage            # units
    double per_trade, per_unit, per_lot, percent, minimum
    double contract_size, lot_step, lot_min
    int64_t through             # units by which limits and targets must be exceeded
    bint gap_at_limit

cdef struct Ticket:             # an order as decided: numbers of the strategy, NaN where there is none
    int side
    int kind
    int percents                # bit per level: the number is a percentage
    int size_kind
    bint trail_on_close
    int64_t max_bars            # INT64_MAX: none
    int64_t expiry
    int64_t signal
    double[9] level             # by LevelCode

cdef struct Entry:              # the one entry order that waits
    bint waiting
    Ticket ticket
    int64_t price               # resting orders: turned units
    double size                 # resting orders
    int64_t last                # last candle on which it is live

cdef struct Position:           # prices in turned units (negated for shorts: a gain is upwards)
    bint open
    bint leaving                # an exit signal was decided; fills at the next open
    bint late                   # entered inside its entry candle by a limit
    bint inside                 # entered inside its entry candle
    int side, kind
    int64_t signal, entry_index, entry, entry_base, entry_spread
    int64_t max_bars
    double size, entry_commission
    int64_t stop, target        # as at entry
    int64_t guard               # stop, moved by break-even
    int64_t breakeven           # level that moves it
    bint trailing, trail_active, trail_on_close, trail_percent
    double trail_number         # its distance, or percentage
    int64_t trail_start         # its distance at entry
    int64_t trail_best          # extreme that it follows
    int64_t trail_level         # where it stands
    int64_t activate            # level that starts it
    int64_t worst, best         # extremes counted by T3

cdef struct Account:            # one simulation: what it follows, what it holds, what it has done
    Py_ssize_t start, end       # evaluation window
    Terms terms
    Entry entry
    Position position
    int64_t[9] rejected         # by RejectCode
    int64_t limit_fills, exact_touches
    int64_t parents
    Totals totals
    bint keep                   # keep the trades
    Trade* trades
    Py_ssize_t trade_count, trade_capacity
    bint out_of_memory


cdef inline void reject(Account* account, int reason, int orders) noexcept nogil:
    account.rejected[reason] += orders


cdef inline double commission_of(const Terms* terms, double price, double size) noexcept nogil:
    """Commission of one fill [S2]."""
    cdef double parts = terms.per_trade + terms.per_unit * size + terms.per_lot * (size / terms.contract_size)
    return max(parts + terms.percent / 100.0 * (price * size), terms.minimum)
