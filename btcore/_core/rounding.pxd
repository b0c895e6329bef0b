# Candles and prices as the fill rules see them. Numbers in brackets are those of docs/fill-rules.md.
#
# Prices are integers in units (ticks, or half ticks for mid quotes) and *turned*: those of a short are negated and its
# highs and lows swapped, so that for either side a gain is upwards, the stop below and the target above. Each rule is
# therefore written once, for a long.
from libc.math cimport fabs, isnan
from libc.stdint cimport int64_t

from btcore._core.account cimport Ticket
from btcore._core.market cimport Bar, Prices, to_price, to_units
from btcore._core.types cimport LEVEL_LIMIT
from btcore._core.zones cimport Side, price_at


cdef extern from *:
    """
    #define BTCORE_HALF (0.5 - 1e-6)
    """
    double HALF "BTCORE_HALF"       # the fraction from which a number is rounded up [C5]


cdef inline Bar turned_bar(const Side* side, int direction, Py_ssize_t t) noexcept nogil:
    cdef Bar bar
    cdef int64_t high = price_at(side, &side.high, t)
    cdef int64_t low = price_at(side, &side.low, t)
    bar.open = direction * price_at(side, &side.open, t)
    bar.close = direction * price_at(side, &side.close, t)
    bar.high = high if direction > 0 else -low
    bar.low = low if direction > 0 else -high
    return bar


cdef inline Bar exit_bar(const Prices* prices, int direction, Py_ssize_t t) noexcept nogil:
    """Longs leave at the bid, shorts at the ask [C4]."""
    return turned_bar(&prices.bid if direction > 0 else &prices.ask, direction, t)


cdef inline Bar entry_bar(const Prices* prices, int direction, Py_ssize_t t) noexcept nogil:
    """Longs enter at the ask, shorts at the bid [C4]."""
    return turned_bar(&prices.ask if direction > 0 else &prices.bid, direction, t)


cdef inline int64_t spread_of(int64_t entry_price, int64_t exit_price) noexcept nogil:
    return max(entry_price - exit_price, <int64_t> 0)


cdef inline int64_t whole(double units) noexcept nogil:
    """A whole number of units as an integer, held within what can be compared safely."""
    if units >= <double> LEVEL_LIMIT:
        return LEVEL_LIMIT
    if units <= -<double> LEVEL_LIMIT:
        return -LEVEL_LIMIT
    return <int64_t> units


cdef inline int64_t nearest(double units) noexcept nogil:
    """The nearest whole number, ties upwards; what lies within 1e-6 of a half is a tie [C5].

    The fraction is exact, so that whole numbers above 2^52 stay what they are (x + 0.5 would round).
    """
    cdef int64_t towards_zero = whole(units)
    cdef double rest = units - <double> towards_zero
    if not fabs(rest) < 1.0:    # beyond what `whole` holds
        return towards_zero
    if rest < 0.0:
        return towards_zero if rest + 1.0 >= HALF else towards_zero - 1
    return towards_zero + 1 if rest >= HALF else towards_zero


cdef inline int64_t rounded_up(const Prices* prices, int direction, double price) noexcept nogil:
    """Nearest unit, ties upwards: entries (against the trader) and targets (away from the entry) [C5]."""
    return nearest(direction * to_units(prices, price))


cdef inline int64_t rounded_down(const Prices* prices, int direction, double price) noexcept nogil:
    """Nearest unit, ties downwards: stops (away from the entry) [C5]."""
    return -nearest(-direction * to_units(prices, price))


cdef inline double number(const Ticket* ticket, int level) noexcept nogil:
    return ticket.level[level]


cdef inline bint is_percent(const Ticket* ticket, int level) noexcept nogil:
    return (ticket.percents >> level) & 1


cdef inline double units_of(const Prices* prices, double space, bint percent, int64_t origin) noexcept nogil:
    """A distance in units, not rounded; a percentage is of the price at `origin`."""
    if percent:
        space = space / 100.0 * fabs(to_price(prices, origin))
    return to_units(prices, space)


cdef inline int64_t distance_of(const Prices* prices, double space, bint percent, int64_t origin) noexcept nogil:
    """A distance in units, ties away from the entry [C5]."""
    return nearest(units_of(prices, space, percent, origin))


cdef inline bint no_distance(const Prices* prices, double space, bint percent, const int64_t* price) noexcept nogil:
    """A distance not above 0, or one that is rounded to none, as far as that is known where the price is NULL [D7]."""
    if space <= 0.0:
        return True
    if percent and price == NULL:
        return False
    return units_of(prices, space, percent, price[0] if price != NULL else 0) < HALF


cdef inline int64_t distance(const Prices* prices, const Ticket* ticket, int level, int64_t origin) noexcept nogil:
    return distance_of(prices, number(ticket, level), is_percent(ticket, level), origin)


cdef inline bint finite(double x) noexcept nogil:
    return x - x == 0.0


cdef inline bint given(const Ticket* ticket, int level) noexcept nogil:
    return not isnan(number(ticket, level))
