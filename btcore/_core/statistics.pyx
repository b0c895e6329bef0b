"""Gathers a simulation's statistics while it runs, without materialising its equity.

Equity is needed at each close (drawdown) and at the end of each UTC day (returns). Where the account is flat it does
not change. Where a position is open, a zone of 64 closes is passed over when its lowest and highest close prove that
it can bring neither a new peak nor a larger drawdown: rounding is monotone, so the proof holds bit for bit.
"""

from libc.stdint cimport int64_t

from btcore._core.market cimport Prices, to_price
from btcore._core.types cimport END_OF_DATA, ZONE, Trade
from btcore._core.zones cimport Side, price_at


cdef inline double value_of(
    const Prices* prices, int side, int64_t entry, double size, double realised, int64_t close
) noexcept nogil:
    return realised + to_price(prices, side * close - entry) * size


cdef double open_equity(
    const Prices* prices, int side, int64_t entry, double size, double realised, Py_ssize_t i
) noexcept nogil:
    """Equity at the close of candle `i` with a position open (rule T4); `entry` in turned units."""
    cdef const Side* leaving = &prices.bid if side > 0 else &prices.ask
    return value_of(prices, side, entry, size, realised, price_at(leaving, &leaving.close, i))


cdef inline void note_equity(Totals* totals, double equity) noexcept nogil:
    cdef double fall
    if equity > totals.peak:
        totals.peak = equity
        return
    fall = totals.peak - equity
    totals.drawdown = max(totals.drawdown, fall)
    totals.drawdown_share = max(totals.drawdown_share, fall / totals.peak)


cdef void note_day(Totals* totals, double equity) noexcept nogil:
    """Welford's update with what the day's simple return exceeds the first one by.

    The first is taken off because a difference of nearly equal numbers is exact: so their spread keeps its digits.
    """
    cdef double change, excess, step
    if totals.day_equity <= 0.0:
        totals.ruined = True
    else:
        change = (equity - totals.day_equity) / totals.day_equity
        if totals.day_count == 0:
            totals.day_first = totals.day_low = totals.day_high = change
        totals.day_low = min(totals.day_low, change)
        totals.day_high = max(totals.day_high, change)
        totals.day_count += 1
        excess = change - totals.day_first
        step = excess - totals.day_excess
        totals.day_excess += step / <double> totals.day_count
        totals.day_squares += step * (excess - totals.day_excess)
        if change < 0.0:
            totals.day_downside += change * change
    totals.day_equity = equity


cdef void pass_flat(Totals* totals, const Prices* prices, Py_ssize_t stop) noexcept nogil:
    """Closes [flat_from, stop) without a position."""
    if stop <= totals.flat_from:
        return
    note_equity(totals, totals.equity)
    while totals.day < prices.days and prices.day_ends[totals.day] < min(stop, totals.last):
        note_day(totals, totals.equity)
        totals.day += 1
    totals.flat_from = stop


cdef void pass_open_days(
    Totals* totals, const Prices* prices, const Trade* trade, int64_t entry, double realised
) noexcept nogil:
    cdef double equity
    while totals.day < prices.days and prices.day_ends[totals.day] < min(<Py_ssize_t> trade.exit_index, totals.last):
        equity = open_equity(prices, trade.side, entry, trade.size, realised, prices.day_ends[totals.day])
        note_day(totals, equity)
        totals.day += 1


cdef void pass_open(
    Totals* totals, const Prices* prices, const Trade* trade, int64_t entry, double realised
) noexcept nogil:
    """Closes [entry_index, exit_index), at which the trade was open."""
    cdef const Side* leaving = &prices.bid if trade.side > 0 else &prices.ask
    cdef int64_t low, high
    cdef double worst, best
    cdef Py_ssize_t i = trade.entry_index, zone, end
    pass_open_days(totals, prices, trade, entry, realised)
    while i < trade.exit_index:
        zone = i // ZONE
        end = min((zone + 1) * ZONE, <Py_ssize_t> trade.exit_index)
        low = leaving.zone_close_low[zone] * leaving.factor + leaving.offset
        high = leaving.zone_close_high[zone] * leaving.factor + leaving.offset
        worst = value_of(prices, trade.side, entry, trade.size, realised, low if trade.side > 0 else high)
        best = value_of(prices, trade.side, entry, trade.size, realised, high if trade.side > 0 else low)
        if not (
            best <= totals.peak
            and totals.peak - worst <= totals.drawdown
            and (totals.peak - worst) / totals.peak <= totals.drawdown_share
        ):
            for i in range(i, end):
                note_equity(totals, open_equity(prices, trade.side, entry, trade.size, realised, i))
        i = end


cdef void totals_init(
    Totals* totals, const Prices* prices, Py_ssize_t start, Py_ssize_t end, double cash
) noexcept nogil:
    """Start with `cash` before candle `start`; `totals` is zeroed memory."""
    totals.cash = totals.equity = totals.peak = totals.day_equity = cash
    totals.flat_from = start
    totals.last = end - 1
    while totals.day < prices.days and prices.day_ends[totals.day] < start:
        totals.day += 1


cdef void totals_trade(
    Totals* totals, const Prices* prices, const Trade* trade, int64_t entry, double realised
) noexcept nogil:
    """Count a finished trade; `entry` in turned units, `realised` the equity once its entry commission was paid."""
    pass_flat(totals, prices, trade.entry_index)
    pass_open(totals, prices, trade, entry, realised)
    totals.flat_from = trade.exit_index
    totals.equity += trade.net
    totals.trades += 1
    totals.net += trade.net
    totals.gross += trade.gross
    totals.spread_cost += trade.spread_cost
    totals.slippage_cost += trade.slippage_cost
    totals.commission += trade.commission
    totals.financing += trade.financing
    totals.bars += trade.bars
    totals.open_closes += trade.exit_index - trade.entry_index
    totals.ambiguous += trade.ambiguous
    totals.end_of_data += trade.exit_reason == END_OF_DATA
    if trade.r_multiple == trade.r_multiple:
        totals.r_count += 1
        totals.r_sum += trade.r_multiple
    count_outcome(totals, trade.net)


cdef void count_outcome(Totals* totals, double net) noexcept nogil:
    if net < 0.0:
        totals.losses += 1
        totals.loss -= net
        totals.losing_streak += 1
        totals.longest_losing_streak = max(totals.longest_losing_streak, totals.losing_streak)
        return
    totals.losing_streak = 0
    if net > 0.0:
        totals.wins += 1
        totals.gain += net


cdef void totals_finish(Totals* totals, const Prices* prices) noexcept nogil:
    """The window has ended and no position is open."""
    pass_flat(totals, prices, totals.last + 1)
    note_day(totals, totals.equity)
