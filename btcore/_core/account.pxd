# One simulation as data: its costs, the orders that wait, the positions that are open, what it has done.
from libc.stdint cimport int64_t, uint64_t

from btcore._core.market cimport Prices
from btcore._core.types cimport Trade

cdef struct Terms:              # costs, sizes and options of one simulation
    int64_t slippage            # units
    double per_trade, per_unit, per_lot, percent, minimum
    double contract_size, lot_step, lot_min
    int64_t through             # units by which limits and targets must be exceeded
    bint gap_at_limit
    int ambiguity               # AmbiguityCode [X2]

cdef struct Charges:            # numbers of costs that depend on the moment
    int slip                    # SlipCode
    double slip_number          # percentage, or share of a range
    int64_t tick                # units
    uint64_t slip_seed, slip_span   # random slippage: 0 to slip_span - 1 ticks
    double night_long, night_short  # of one unit of size
    bint night_of_price         # times the entry price
    bint night_in_quote         # in quote currency
    double rate                 # account currency for one unit of quote currency, where it is constant
    double leverage, stop_out   # margin; a leverage of 0: none

cdef struct Money:              # costs that depend on the moment
    Charges charges
    bint moving                 # nights or rates change what an open position is worth
    const double* rates         # of each candle, NULL: constant
    Py_ssize_t rolls            # candles that a roll comes before, and the nights up to each
    const int64_t* roll_candles
    const int64_t* roll_nights

cdef struct Ticket:             # an order as decided: numbers of the strategy, NaN where there is none
    int side
    int kind
    int percents                # bit per level: the number is a percentage
    int size_kind
    bint trail_on_close
    int64_t max_bars            # INT64_MAX: none
    int64_t expiry
    int64_t signal
    double[11] level            # by LevelCode

cdef struct Entry:              # an entry order that waits
    bint waiting
    int64_t number              # of the order, from 0, in the order in which they were placed
    Ticket ticket
    int kind                    # how it acts: a stop-limit that was triggered is a limit [E3]
    bint fresh                  # triggered by the open of the candle that is taken
    int64_t price               # of all but market orders: turned units
    int64_t limit               # stop-limit orders
    double size                 # of all but market orders
    int64_t last                # last candle on which it is live

cdef struct Position:           # prices in turned units (negated for shorts: a gain is upwards)
    bint open
    bint leaving                # an exit signal was decided; fills at the next open
    bint late                   # entered inside its entry candle by a limit
    bint inside                 # entered inside its entry candle
    bint doubtful               # a candle so far allowed a stop and something else [X2]
    int side, kind
    int64_t number              # of the entry, from 0; `parent` of its trades
    int64_t order               # number of its order
    int64_t signal, entry_index, entry, entry_base, entry_spread
    int64_t first               # first candle of its life: that of the entry, or the next one after an entry at a close
    int64_t last                # candle at whose close it leaves by time [X3]
    int64_t session             # end of a session at which it leaves: twice the candle, plus 1 for its close [X3]
    int64_t deadline            # the earlier candle of the two
    int64_t entry_time          # of an account that is dated
    double size, entry_commission
    double entry_rate           # account currency for one unit of quote currency at the entry [S5]
    int64_t entry_nights        # nights until the candle of the entry [S3]
    int64_t stop, target        # as at entry
    int64_t guard               # stop, moved by break-even
    int64_t breakeven           # level that moves it
    bint trailing, trail_active, trail_on_close, trail_percent
    bint laddered               # the target is the nearest of several
    bint live                   # the trail is a level that is read on each candle
    bint every                  # each candle matters
    double trail_number         # its distance, or percentage
    int64_t trail_start         # its distance at entry
    int64_t trail_best          # extreme that it follows
    int64_t trail_level         # where it stands
    int64_t activate            # level that starts it
    int64_t worst, best         # extremes counted by T3

cdef struct Draft:              # partial targets of an order as decided; distances, NaN and infinite ones left out [X9]
    int count
    int percents                # bit per target
    double[8] number
    double[8] fraction          # of the size at entry

cdef struct Ladder:             # partial targets of a position, the nearest first
    int count, next
    int64_t[8] level
    double[8] part              # of the size; infinite: all that is left
    double size, commission     # as at entry

cdef struct Totals:             # everything result.stats needs, gathered while the simulation runs
    double cash
    int64_t trades, wins, losses, ambiguous, end_of_data
    double net, gross, gain, loss, spread_cost, slippage_cost, commission, financing
    int64_t r_count
    double r_sum
    int64_t bars, open_closes
    int64_t losing_streak, longest_losing_streak
    # equity at closes
    double equity               # realised
    double peak, drawdown, drawdown_share
    Py_ssize_t seen             # closes before this one are counted
    # equity at the end of days
    Py_ssize_t day              # next entry of day_ends
    Py_ssize_t last             # last candle of the evaluation window
    double day_equity
    bint ruined                 # a day ended with no equity left: returns have no meaning
    int64_t day_count
    double day_first, day_low, day_high     # returns
    double day_excess           # mean of the returns less the first
    double day_squares, day_downside

cdef struct Lens:               # finer candles; candle t is replayed by [begin[t], end[t]) of them [X2]
    const Prices* prices
    const int64_t* begin
    const int64_t* end

cdef struct Account:            # one simulation: what it follows, what it holds, what it has done
    Py_ssize_t start, end       # evaluation window
    Terms terms
    const Money* money          # NULL: nothing of it
    int alone                   # 1; -1 with margin, where a position or an order has no way of its own through a candle
    int slots                   # positions allowed at once [D10]
    Position* positions         # in the order they were opened; memory for three times the slots
    int held
    Entry* entries              # that wait, in the order they were decided; memory for one more than there are slots
    int waiting
    Draft* drafts               # partial targets of the orders that wait, and last of the one that is decided; or NULL
    Ladder* ladders             # those of the positions; or NULL
    int64_t[9] rejected         # by RejectCode
    int64_t limit_fills, exact_touches
    int64_t steps               # candles that were looked at
    int64_t placed, filled      # orders, entries
    const int64_t* ends         # of sessions, as `session` of a position, in their order
    Py_ssize_t end_count
    bint[2] live                # by side (long, short): whether there is a live trail
    int64_t[2] live_level       # and its level at the last close, turned units
    Totals totals
    double* curve               # equity at each close of the window, where somebody asks for it
    bint keep                   # keep the trades
    bint dated                  # somebody asks for the times of entries
    Trade* trades
    Py_ssize_t trade_count, trade_capacity
    bint out_of_memory
    const Lens* lens            # NULL: none
    const Prices* replayed      # the market of a candle while finer ones replay it, else NULL


cdef inline bint is_staying(const Position* p) noexcept nogil:
    return p.open and not p.leaving


cdef inline int staying(const Account* account) noexcept nogil:
    """Positions that are not certain to leave at the next open [D4]."""
    cdef int k, count = 0
    for k in range(account.held):
        count += is_staying(&account.positions[k])
    return count


cdef inline void reject(Account* account, int reason, int orders) noexcept nogil:
    account.rejected[reason] += orders


cdef inline void keep_waiting(Account* account) noexcept nogil:
    """Close the gaps of orders that no longer wait; the others keep their order."""
    cdef int k, kept = 0
    for k in range(account.waiting):
        if account.entries[k].waiting:
            if kept < k:
                account.entries[kept] = account.entries[k]
                if account.drafts != NULL:
                    account.drafts[kept] = account.drafts[k]
            kept += 1
    account.waiting = kept


cdef inline double commission_of(const Terms* terms, double notional, double size) noexcept nogil:
    """Commission of one fill [S2]; the notional (price times size) is in account currency, as amounts are [S5]."""
    cdef double parts = terms.per_trade + terms.per_unit * size + terms.per_lot * (size / terms.contract_size)
    return max(parts + terms.percent / 100.0 * notional, terms.minimum)
