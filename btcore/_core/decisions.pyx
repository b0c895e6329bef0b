"""The decision at a close: whether an order is accepted, and how large it is. Numbers in brackets: docs/fill-rules.md."""

from libc.math cimport fabs, floor
from libc.stdint cimport INT64_MAX, int64_t

from btcore._core.account cimport Account, Entry, Ticket, reject, staying
from btcore._core.ladders cimport wrong_rungs
from btcore._core.market cimport Prices, to_price
from btcore._core.money cimport rate_at, slip_at
from btcore._core.rounding cimport (
    distance, entry_bar, finite, given, is_percent, no_distance, number, rounded_down, rounded_up,
)
from btcore._core.statistics cimport equity_at
from btcore._core.types cimport (
    CLOSE, IN_POSITION, LEVEL_ACTIVATE, LEVEL_BREAKEVEN, LEVEL_LIMIT_PRICE, LEVEL_PRICE, LEVEL_SIZE, LEVEL_STOP, LEVEL_STOP_PRICE, LEVEL_TARGET,
    LEVEL_TARGET_PRICE, LEVEL_TRAIL, MARKET, NAN_LEVEL, NO_NEXT_BAR, REPLACED, SIZE_BELOW_MIN, SIZE_CASH, SIZE_EQUITY,
    SIZE_RISK, SIZE_VOLATILITY, STOP_LIMIT, WRONG_SIDE,
)


cdef inline bint bad_distance(const Prices* prices, const Ticket* ticket, int level, const int64_t* price) noexcept nogil:
    return given(ticket, level) and no_distance(prices, number(ticket, level), is_percent(ticket, level), price)


cdef bint wrong_side(
    const Account* account, const Prices* prices, const Ticket* ticket, const int64_t* price
) noexcept nogil:
    """[D7]; `price` of a resting order or at a close, NULL for a market order."""
    if (
        bad_distance(prices, ticket, LEVEL_STOP, price)
        or bad_distance(prices, ticket, LEVEL_TARGET, price)
        or bad_distance(prices, ticket, LEVEL_TRAIL, price)
        or bad_distance(prices, ticket, LEVEL_ACTIVATE, price)
        or bad_distance(prices, ticket, LEVEL_BREAKEVEN, price)
        or (account.drafts != NULL and wrong_rungs(account, prices, price))
    ):
        return True
    if price == NULL or ticket.kind == CLOSE:
        return False
    if given(ticket, LEVEL_STOP_PRICE):
        if rounded_down(prices, ticket.side, number(ticket, LEVEL_STOP_PRICE)) >= price[0]:
            return True
    if given(ticket, LEVEL_TARGET_PRICE):
        return rounded_up(prices, ticket.side, number(ticket, LEVEL_TARGET_PRICE)) <= price[0]
    return False


cdef bint lacks_number(const Ticket* ticket) noexcept nogil:
    """The price is NaN, the size is no number, or a risk has nothing to be measured by [D5, S4]."""
    if ticket.kind != MARKET and ticket.kind != CLOSE and not given(ticket, LEVEL_PRICE):
        return True
    if ticket.kind == STOP_LIMIT and not given(ticket, LEVEL_LIMIT_PRICE):
        return True
    if not finite(number(ticket, LEVEL_SIZE)):
        return True
    return ticket.size_kind == SIZE_RISK and not (
        given(ticket, LEVEL_STOP) or given(ticket, LEVEL_STOP_PRICE) or given(ticket, LEVEL_TRAIL)
    )


cdef int refuse_size(
    const Account* account, const Prices* prices, const Ticket* ticket, Py_ssize_t t, int64_t price, double equity,
    double* size,
) noexcept nogil:
    """Work out the size [S4, S5] at a turned price on candle t; -1, or why the order is rejected."""
    cdef double asked = number(ticket, LEVEL_SIZE)
    cdef double units = asked
    cdef int64_t risk
    if ticket.size_kind == SIZE_CASH:
        units = asked / (fabs(to_price(prices, price)) * rate_at(account, t))
    elif ticket.size_kind == SIZE_EQUITY:
        units = asked / 100.0 * equity / (fabs(to_price(prices, price)) * rate_at(account, t))
    elif ticket.size_kind == SIZE_VOLATILITY:
        units = asked * equity / rate_at(account, t)
    elif ticket.size_kind == SIZE_RISK:
        risk = risk_distance(prices, ticket, price)
        if risk < 1:
            return NAN_LEVEL
        units = asked / 100.0 * equity / (to_price(prices, risk) * rate_at(account, t))
    if not finite(units):
        return NAN_LEVEL
    if account.terms.lot_step > 0.0:
        units = floor(units / account.terms.lot_step + 1e-9) * account.terms.lot_step
    size[0] = units
    return -1 if units > 0.0 and units >= account.terms.lot_min else SIZE_BELOW_MIN


cdef int64_t risk_distance(const Prices* prices, const Ticket* ticket, int64_t price) noexcept nogil:
    """From the price to the stop, or the trail's distance where there is no stop; under 1 where it is no loss."""
    if given(ticket, LEVEL_STOP):
        return distance(prices, ticket, LEVEL_STOP, price)
    if given(ticket, LEVEL_STOP_PRICE):
        return price - rounded_down(prices, ticket.side, number(ticket, LEVEL_STOP_PRICE))
    return distance(prices, ticket, LEVEL_TRAIL, price)


cdef int64_t own_price(const Account* account, const Prices* prices, Entry* entry, Py_ssize_t t) noexcept nogil:
    """Where an order fills first, as far as its own price says: for its levels [D7] and its size [S4]."""
    cdef const Ticket* ticket = &entry.ticket
    cdef int64_t price
    if ticket.kind == CLOSE:
        price = entry_bar(prices, ticket.side, t).close
        return price + slip_at(account, prices, ticket.side, t, price, account.filled, False)
    entry.price = rounded_up(prices, ticket.side, number(ticket, LEVEL_PRICE))
    if ticket.kind != STOP_LIMIT:
        return entry.price
    entry.limit = rounded_up(prices, ticket.side, number(ticket, LEVEL_LIMIT_PRICE))
    return min(entry.price, entry.limit)


cdef int refuse(const Account* account, const Prices* prices, Entry* entry, Py_ssize_t t) noexcept nogil:
    """Check an order at the decision and complete it; -1, or why it is rejected [D9]."""
    cdef const Ticket* ticket = &entry.ticket
    cdef int64_t price
    if t == account.end - 1:
        return NO_NEXT_BAR
    if staying(account) >= account.slots:
        return IN_POSITION
    if lacks_number(ticket):
        return NAN_LEVEL
    if ticket.kind == MARKET:
        return WRONG_SIDE if wrong_side(account, prices, ticket, NULL) else -1
    price = own_price(account, prices, entry, t)
    if wrong_side(account, prices, ticket, &price):
        return WRONG_SIDE
    return refuse_size(account, prices, ticket, t, price, equity_at(account, prices, t), &entry.size)


cdef void forget_oldest(Account* account) noexcept nogil:
    """The order that has waited longest makes room for a newer one [D6]."""
    cdef int k
    account.waiting -= 1
    for k in range(account.waiting):
        account.entries[k] = account.entries[k + 1]
        if account.drafts != NULL:
            account.drafts[k] = account.drafts[k + 1]


cdef int place(Account* account, const Prices* prices, Py_ssize_t t) noexcept nogil:
    """Decide the order behind those that wait at the close of candle t: it waits too (-1), or why not [D1, D6, D9]."""
    cdef Entry* entry = &account.entries[account.waiting]
    cdef const Ticket* ticket = &entry.ticket
    cdef int reason = refuse(account, prices, entry, t)
    if reason >= 0:
        reject(account, reason, 1)
        return reason
    entry.waiting, entry.kind, entry.fresh = True, ticket.kind, False
    entry.last = ticket.expiry + t if ticket.expiry < INT64_MAX - t else INT64_MAX
    entry.number = account.placed
    account.placed += 1
    account.waiting += 1
    if account.drafts != NULL:
        account.drafts[account.waiting - 1] = account.drafts[account.slots]
    if account.waiting + staying(account) > account.slots:
        reject(account, REPLACED, 1)
        forget_oldest(account)
    return -1
