# Nothing for Python: other compiled modules cimport it.
"""Gathers a simulation's statistics while it runs, without materialising its equity.

Equity is needed at each close (drawdown) and at the end of each UTC day (returns). The positions that are open change
on few candles; between two of those, the closes are counted in one go (`totals_pass`). Without a position the equity
does not change. With one, a zone of 64 closes is passed over when its lowest and highest close prove that it can bring
neither a new peak nor a larger drawdown: rounding is monotone, so the proof holds bit for bit. A fall that is not
larger than an earlier one is no larger share of the peak either, since the peak has not become lower.
"""

from libc.stdint cimport int64_t

from btcore._core.account cimport Account, Position, Totals
from btcore._core.market cimport Prices, to_price
from btcore._core.money cimport financing_of, next_roll, rate_at
from btcore._core.types cimport END_OF_DATA, ZONE, Trade
from btcore._core.zones cimport Side, price_at


cdef inline const Side* exit_side(const Prices* prices, const Position* p) noexcept nogil:
    return &prices.bid if p.side > 0 else &prices.ask


cdef inline double value_of(const Prices* prices, const Position* p, int64_t close) noexcept nogil:
    """What a position has gained at a close of its exit side."""
    return to_price(prices, p.side * close - p.entry) * p.size


cdef inline double paid(const Account* account) noexcept nogil:
    """The realised equity, less what the entries of open positions have cost."""
    cdef double equity = account.totals.equity
    cdef int k
    for k in range(account.held):
        if account.positions[k].open:
            equity -= account.positions[k].entry_commission
    return equity


cdef inline double with_values(
    const Account* account, const Prices* prices, double equity, Py_ssize_t i
) noexcept nogil:
    cdef const Position* p
    cdef const Side* leaving
    cdef int k
    for k in range(account.held):
        p = &account.positions[k]
        if p.open:
            leaving = exit_side(prices, p)
            equity += value_of(prices, p, price_at(leaving, &leaving.close, i))
    return equity


cdef double accrued(const Account* account, const Prices* prices, Py_ssize_t i) noexcept nogil:
    """The nights until candle i of the open positions [S3]."""
    cdef const Position* p
    cdef double nights = 0.0
    cdef int k
    if account.money.rolls == 0:
        return nights
    for k in range(account.held):
        p = &account.positions[k]
        if p.open:
            nights += financing_of(account, p, prices, p.size, i)
    return nights


cdef double settled(const Account* account, const Prices* prices, Py_ssize_t i) noexcept nogil:
    """What is realised, less what open positions have cost until candle i: their entries and nights."""
    return paid(account) - accrued(account, prices, i)


cdef double converted_equity(const Account* account, const Prices* prices, double equity, Py_ssize_t i) noexcept nogil:
    """`equity` and what positions open at the close of candle `i` are worth, at its rate [T4, S5]."""
    cdef double rate = rate_at(account, i)
    cdef const Position* p
    cdef const Side* leaving
    cdef int k
    for k in range(account.held):
        p = &account.positions[k]
        if p.open and p.entry_index <= i:
            leaving = exit_side(prices, p)
            equity += value_of(prices, p, price_at(leaving, &leaving.close, i)) * rate
    return equity


cdef double moving_equity(const Account* account, const Prices* prices, Py_ssize_t i) noexcept nogil:
    return converted_equity(account, prices, settled(account, prices, i), i)


cdef double equity_with_positions(const Account* account, const Prices* prices, Py_ssize_t i) noexcept nogil:
    cdef double equity
    cdef const Position* p
    cdef const Side* leaving
    cdef int k
    if account.money != NULL:
        return moving_equity(account, prices, i)
    equity = paid(account)
    for k in range(account.held):
        p = &account.positions[k]
        if p.open and p.entry_index <= i:
            leaving = exit_side(prices, p)
            equity += value_of(prices, p, price_at(leaving, &leaving.close, i))
    return equity


cdef inline void note_equity(Totals* totals, double equity) noexcept nogil:
    cdef double fall
    if equity > totals.peak:
        totals.peak = equity
        return
    fall = totals.peak - equity
    if fall > totals.drawdown:
        totals.drawdown = fall
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


cdef void pass_days(Account* account, const Prices* prices, double realised, Py_ssize_t stop) noexcept nogil:
    """The ends of days before `stop`; the window's own last day is counted when everything has ended."""
    cdef Totals* totals = &account.totals
    stop = min(stop, totals.last)
    while totals.day < prices.days and prices.day_ends[totals.day] < stop:
        note_day(totals, with_values(account, prices, realised, prices.day_ends[totals.day]))
        totals.day += 1


cdef inline bint moves_extremes(const Totals* totals, double worst, double best) noexcept nogil:
    """Whether an equity between the two could be a new peak or a larger fall."""
    return not (best <= totals.peak and totals.peak - worst <= totals.drawdown)


cdef bint zone_matters(const Account* account, const Prices* prices, double realised, Py_ssize_t zone) noexcept nogil:
    """Whether a close of the zone could be a new peak or a larger fall."""
    cdef const Position* p
    cdef const Side* leaving
    cdef int64_t low, high
    cdef double worst = realised, best = realised
    cdef int k
    for k in range(account.held):
        p = &account.positions[k]
        if p.open:
            leaving = exit_side(prices, p)
            low = leaving.zone_close_low[zone] * leaving.factor + leaving.offset
            high = leaving.zone_close_high[zone] * leaving.factor + leaving.offset
            worst += value_of(prices, p, low if p.side > 0 else high)
            best += value_of(prices, p, high if p.side > 0 else low)
    return moves_extremes(&account.totals, worst, best)


cdef void pass_alone(Account* account, const Prices* prices, double realised, Py_ssize_t stop) noexcept nogil:
    """`pass_open` for one position."""
    cdef Totals* totals = &account.totals
    cdef const Position* p = account.positions
    cdef const Side* leaving = exit_side(prices, p)
    cdef Py_ssize_t i = totals.seen, zone, end
    cdef double low, high
    while i < stop:
        zone = i // ZONE
        end = min((zone + 1) * ZONE, stop)
        low = realised + value_of(prices, p, leaving.zone_close_low[zone] * leaving.factor + leaving.offset)
        high = realised + value_of(prices, p, leaving.zone_close_high[zone] * leaving.factor + leaving.offset)
        if moves_extremes(totals, min(low, high), max(low, high)):
            for i in range(i, end):
                note_equity(totals, realised + value_of(prices, p, price_at(leaving, &leaving.close, i)))
        i = end


cdef void pass_open(Account* account, const Prices* prices, double realised, Py_ssize_t stop) noexcept nogil:
    cdef Py_ssize_t i = account.totals.seen, zone, end
    while i < stop:
        zone = i // ZONE
        end = min((zone + 1) * ZONE, stop)
        if zone_matters(account, prices, realised, zone):
            for i in range(i, end):
                note_equity(&account.totals, with_values(account, prices, realised, i))
        i = end


cdef void write_curve(Account* account, const Prices* prices, double realised, Py_ssize_t stop) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(account.totals.seen, stop):
        account.curve[i - account.start] = with_values(account, prices, realised, i)


cdef void pass_moving(Account* account, const Prices* prices, Py_ssize_t stop) noexcept nogil:
    """Count the closes before `stop` one by one: nights and rates change what the open positions are worth [S3, S5]."""
    cdef Totals* totals = &account.totals
    cdef double realised = 0.0, equity
    cdef Py_ssize_t i, roll = totals.seen
    totals.open_closes += stop - totals.seen
    for i in range(totals.seen, stop):
        if i == roll:
            realised = settled(account, prices, i)
            roll = next_roll(account, i)
        equity = converted_equity(account, prices, realised, i)
        if account.curve != NULL:
            account.curve[i - account.start] = equity
        note_equity(totals, equity)
        if totals.day < prices.days and prices.day_ends[totals.day] == i and i < totals.last:
            note_day(totals, equity)
            totals.day += 1
    totals.seen = stop


cdef void pass_closes(Account* account, const Prices* prices, Py_ssize_t stop) noexcept nogil:
    """`totals_pass` where there is a close to count."""
    cdef Totals* totals = &account.totals
    cdef double realised
    if account.money != NULL and account.held and account.money.moving:
        pass_moving(account, prices, stop)
        return
    realised = paid(account)
    if account.curve != NULL:
        write_curve(account, prices, realised, stop)
    pass_days(account, prices, realised, stop)
    if account.held:
        if account.held == 1:
            pass_alone(account, prices, realised, stop)
        else:
            pass_open(account, prices, realised, stop)
        totals.open_closes += stop - totals.seen
    else:
        note_equity(totals, realised)
    totals.seen = stop


cdef void totals_init(Account* account, const Prices* prices) noexcept nogil:
    """Start with the cash before the first candle of the window; the rest of the totals is zeroed memory."""
    cdef Totals* totals = &account.totals
    totals.equity = totals.peak = totals.day_equity = totals.cash
    totals.seen = account.start
    totals.last = account.end - 1
    while totals.day < prices.days and prices.day_ends[totals.day] < account.start:
        totals.day += 1


cdef void totals_trade(Account* account, const Trade* trade) noexcept nogil:
    """Count a finished trade."""
    cdef Totals* totals = &account.totals
    totals.equity += trade.net
    totals.trades += 1
    totals.net += trade.net
    totals.gross += trade.gross
    totals.spread_cost += trade.spread_cost
    totals.slippage_cost += trade.slippage_cost
    totals.commission += trade.commission
    totals.financing += trade.financing
    totals.bars += trade.bars
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


cdef void totals_finish(Account* account, const Prices* prices) noexcept nogil:
    """The window has ended and no position is open."""
    totals_pass(account, prices, account.end)
    note_day(&account.totals, account.totals.equity)
