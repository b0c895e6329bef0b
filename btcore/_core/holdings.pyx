"""Open positions and waiting orders as records for Python."""

from libc.math cimport NAN
from libc.stdint cimport INT64_MAX, int64_t

from btcore._core.account cimport Account, Entry, Position
from btcore._core.booking cimport stop_in_force
from btcore._core.market cimport Prices, to_price
from btcore._core.rounding cimport exit_bar
from btcore._core.types cimport LEVEL_LIMIT, MARKET, STOP_LIMIT

from btcore._core.types import EntryKind

cdef tuple KINDS = tuple(EntryKind)


cdef class OpenPosition:
    """A position as it is at the close of a candle.

    Attributes
    ----------
    parent : int
        Its number, as in the trades that come of it.
    order : int
        Number of its order.
    side : int
        1 long, -1 short.
    size : float
        Units that are still open.
    entry_kind : EntryKind
    signal_index, entry_index, entry_time : int
        Candles of decision and entry, and the open time of the latter in ns UTC.
    entry_price : float
        Slippage included.
    stop, target : float
        Prices of the tightest stop that is in force on the next candle, and of the target; NaN where there is none.
    profit : float
        What it has gained at the close of its exit side: quote currency, without nights and the costs of leaving.
    bars : int
        Candles held so far, the entry candle counted.
    leaving : bool
        Whether it leaves at the next open.
    """

    cdef readonly int64_t parent, order, signal_index, entry_index, entry_time, bars
    cdef readonly int side
    cdef readonly double size, entry_price, stop, target, profit
    cdef readonly bint leaving
    cdef readonly object entry_kind

    def __repr__(self):
        side = "long" if self.side > 0 else "short"
        return (
            f"OpenPosition({side} {self.size:g} at {self.entry_price:g} since candle {self.entry_index}, "
            f"stop {self.stop:g}, target {self.target:g}, profit {self.profit:g})"
        )


cdef class WaitingOrder:
    """An entry order that waits.

    Attributes
    ----------
    order : int
        Its number.
    side : int
        1 long, -1 short.
    kind : EntryKind
    signal_index : int
        Candle at whose close it was decided.
    price, limit_price : float
        Where it rests, and the limit of a stop-limit, which rests there once it is triggered; NaN where it has none.
    size : float
        Units; NaN for a market order, whose size is worked out at its fill.
    last_index : int or None
        Last candle on which it is live.
    """

    cdef readonly int64_t order, signal_index
    cdef readonly int side
    cdef readonly double price, limit_price, size
    cdef readonly object kind, last_index

    def __repr__(self):
        side = "long" if self.side > 0 else "short"
        return f"WaitingOrder({self.order}: {side} {self.kind.name} at {self.price:g}, candle {self.signal_index})"


cdef object position_record(const Prices* prices, const Position* p, Py_ssize_t t):
    cdef OpenPosition made = OpenPosition.__new__(OpenPosition)
    cdef int64_t stop = stop_in_force(p)
    made.parent, made.order, made.side, made.size = p.number, p.order, p.side, p.size
    made.entry_kind, made.signal_index = KINDS[p.kind], p.signal
    made.entry_index, made.entry_time = p.entry_index, p.entry_time
    made.entry_price = to_price(prices, p.side * p.entry)
    made.stop = to_price(prices, p.side * stop) if stop > -LEVEL_LIMIT else NAN
    made.target = to_price(prices, p.side * p.target) if p.target < LEVEL_LIMIT else NAN
    made.profit = to_price(prices, exit_bar(prices, p.side, t).close - p.entry) * p.size
    made.bars, made.leaving = t - p.entry_index + 1, p.leaving
    return made


cdef object order_record(const Prices* prices, const Entry* entry):
    cdef WaitingOrder made = WaitingOrder.__new__(WaitingOrder)
    cdef bint rests = entry.ticket.kind != MARKET
    made.order, made.side, made.kind = entry.number, entry.ticket.side, KINDS[entry.ticket.kind]
    made.signal_index = entry.ticket.signal
    made.price = to_price(prices, entry.ticket.side * entry.price) if rests else NAN
    made.limit_price = to_price(prices, entry.ticket.side * entry.limit) if entry.ticket.kind == STOP_LIMIT else NAN
    made.size = entry.size if rests else NAN
    made.last_index = entry.last if entry.last < INT64_MAX else None
    return made


cdef list position_records(const Account* account, const Prices* prices, Py_ssize_t t):
    """The open positions, the oldest first."""
    return [position_record(prices, &account.positions[k], t) for k in range(account.held)]


cdef list order_records(const Account* account, const Prices* prices):
    """The orders that wait, the oldest first."""
    return [order_record(prices, &account.entries[k]) for k in range(account.waiting)]
