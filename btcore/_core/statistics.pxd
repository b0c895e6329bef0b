from libc.stdint cimport int64_t

from btcore._core.market cimport Prices
from btcore._core.types cimport Trade

cdef struct Totals:             # everything result.stats needs, gathered trade by trade
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
    Py_ssize_t flat_from        # closes from here on were not looked at; the account is flat there
    # equity at the end of days
    Py_ssize_t day              # next entry of day_ends
    Py_ssize_t last             # last candle of the evaluation window
    double day_equity
    bint ruined                 # a day ended with no equity left: returns have no meaning
    int64_t day_count
    double day_first, day_low, day_high     # returns
    double day_excess           # mean of the returns less the first
    double day_squares, day_downside

cdef void totals_init(Totals* totals, const Prices* prices, Py_ssize_t start, Py_ssize_t end, double cash) noexcept nogil
cdef void totals_trade(
    Totals* totals, const Prices* prices, const Trade* trade, int64_t entry, double realised
) noexcept nogil
cdef void totals_finish(Totals* totals, const Prices* prices) noexcept nogil
cdef double open_equity(const Prices* prices, int side, int64_t entry, double size, double realised, Py_ssize_t i) noexcept nogil
