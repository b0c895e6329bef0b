"""What an exit writes down: one trade. Numbers in brackets are those of docs/fill-rules.md."""

from libc.math cimport NAN
from libc.stdint cimport int64_t
from libc.stdlib cimport realloc
from libc.string cimport memset

from btcore._core.account cimport Account, Position, commission_of
from btcore._core.market cimport Prices, half_to_price, to_price
from btcore._core.money cimport settle, slip_at
from btcore._core.statistics cimport totals_pass, totals_trade
from btcore._core.types cimport (
    END_OF_DATA, LEVEL_LIMIT, SL, TP, TP_AT_ENTRY, TP_GAP, TRAIL, Trade,
)


cdef inline bint slips(int reason) noexcept nogil:
    """Targets are limits and the end of the data is a valuation; every other exit is a market fill [S1]."""
    return not (reason == TP or reason == TP_GAP or reason == TP_AT_ENTRY or reason == END_OF_DATA)


cdef inline double level_price(const Prices* prices, const Position* p, int64_t level) noexcept nogil:
    return to_price(prices, p.side * level) if -LEVEL_LIMIT < level < LEVEL_LIMIT else NAN


cdef void book(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t,
    int64_t base, int64_t spread, int reason, bint ambiguous,
) noexcept nogil:
    """Leave at `base` (turned units, before slippage): one trade [T1, T2]; its other exits are void [X4]."""
    cdef int64_t slip = slip_at(account, prices, p.side, t, base, p.number, True) if slips(reason) else 0
    cdef int64_t out = base - slip
    cdef int64_t gain = (2 * base + spread) - (2 * p.entry_base - p.entry_spread)
    cdef double paid = to_price(prices, p.side * out)
    cdef Trade trade
    totals_pass(account, prices, t)
    if account.keep:
        memset(&trade, 0, sizeof(Trade))    # padding too: equal trades have equal bytes
    trade.exit_reason, trade.ambiguous = reason, ambiguous or p.doubtful
    trade.size, trade.exit_price, trade.bars = p.size, paid, t - p.first + 1
    trade.gross = half_to_price(prices, gain) * p.size
    trade.spread_cost = half_to_price(prices, p.entry_spread + spread) * p.size
    trade.slippage_cost = to_price(prices, (p.entry - p.entry_base) + slip) * p.size
    trade.commission = p.entry_commission + commission_of(&account.terms, paid * p.size, p.size)
    trade.financing = 0.0
    trade.net = to_price(prices, out - p.entry) * p.size - trade.commission
    trade.r_multiple = trade.net / (risk_of(prices, p) * p.size)
    if account.money != NULL:
        settle(account, p, prices, t, out - p.entry, p.entry_commission, &trade)
    p.open = False
    totals_trade(account, &trade)
    if account.keep:
        describe(&trade, p, prices, t, out)
        keep_trade(account, &trade)


cdef void describe(Trade* trade, const Position* p, const Prices* prices, Py_ssize_t t, int64_t out) noexcept nogil:
    """What a trade records besides what statistics count [T3]; it left at `out`."""
    trade.parent, trade.side, trade.entry_kind = p.number, p.side, p.kind
    trade.signal_index, trade.entry_index, trade.exit_index = p.signal, p.entry_index, t
    trade.entry_time, trade.exit_time = p.entry_time, prices.timestamps[t]
    trade.entry_price = to_price(prices, p.side * p.entry)
    trade.stop_price, trade.target_price = level_price(prices, p, p.stop), level_price(prices, p, p.target)
    trade.exit_stop_price = level_price(prices, p, stop_in_force(p))
    trade.mae = to_price(prices, max(p.entry - min(p.worst, out), <int64_t> 0))
    trade.mfe = to_price(prices, max(max(p.best, out) - p.entry, <int64_t> 0))


cdef void keep_trade(Account* account, const Trade* trade) noexcept nogil:
    cdef Trade* grown
    cdef Py_ssize_t capacity
    if account.trade_count == account.trade_capacity:
        capacity = max(account.trade_capacity * 2, <Py_ssize_t> 16)
        grown = <Trade*> realloc(account.trades, capacity * sizeof(Trade))
        if grown == NULL:
            account.out_of_memory = True
            return
        account.trades, account.trade_capacity = grown, capacity
    account.trades[account.trade_count] = trade[0]
    account.trade_count += 1


cdef void book_stop(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, bint ambiguous
) noexcept nogil:
    """The stop in force was touched inside the candle."""
    cdef int reason = TRAIL if trail_rules(p) else SL
    book(account, p, prices, t, stop_in_force(p), open_spread(prices, p.side, t), reason, ambiguous)


cdef void book_target(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, int64_t high, int64_t price
) noexcept nogil:
    """The target was touched inside the candle."""
    account.limit_fills += 1
    account.exact_touches += high == p.target
    book(account, p, prices, t, price, open_spread(prices, p.side, t), TP, False)
