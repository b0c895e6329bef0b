"""Partial targets [X9]: the nearest one that is left stands in the position as its target, so that nothing else has to
know of the others. Numbers in brackets are those of docs/fill-rules.md.
"""

from libc.math cimport INFINITY, floor
from libc.stdint cimport int64_t

from btcore._core.account cimport Account, Draft, Entry, Ladder, Position
from btcore._core.booking cimport book, gap_price, open_spread, target_price
from btcore._core.market cimport Bar, Prices
from btcore._core.rounding cimport distance_of, no_distance
from btcore._core.statistics cimport totals_pass
from btcore._core.types cimport LEVEL_LIMIT, TP, TP_GAP


cdef bint wrong_rungs(const Account* account, const Prices* prices, const int64_t* price) noexcept nogil:
    """A distance of the order that is being decided is not above 0, or under half a unit, as far as is known [D7]."""
    cdef const Draft* draft = &account.drafts[account.slots]
    cdef int k
    for k in range(draft.count):
        if no_distance(prices, draft.number[k], (draft.percents >> k) & 1, price):
            return True
    return False


cdef double whole_lots(const Account* account, double size) noexcept nogil:
    if account.terms.lot_step > 0.0:
        return floor(size / account.terms.lot_step + 1e-9) * account.terms.lot_step
    return size


cdef void insert(Ladder* ladder, int64_t level, double fraction) noexcept nogil:
    """Nearest first; of equal ones the earlier."""
    cdef int k = ladder.count
    while k > 0 and ladder.level[k - 1] > level:
        ladder.level[k], ladder.part[k] = ladder.level[k - 1], ladder.part[k - 1]
        k -= 1
    ladder.level[k], ladder.part[k] = level, fraction
    ladder.count += 1


cdef void set_ladder(Account* account, const Entry* entry, Position* p, const Prices* prices) noexcept nogil:
    """The targets of a position that has been entered, and the part of its size that each takes."""
    cdef const Draft* draft = &account.drafts[entry - account.entries]
    cdef Ladder* ladder = &account.ladders[p - account.positions]
    cdef double total = 0.0
    cdef double part
    cdef int k, kept = 0
    ladder.count = ladder.next = 0
    ladder.size, ladder.commission = p.size, p.entry_commission
    for k in range(draft.count):
        total += draft.fraction[k]
        insert(
            ladder, p.entry + distance_of(prices, draft.number[k], (draft.percents >> k) & 1, p.entry), draft.fraction[k]
        )
    for k in range(ladder.count):
        part = whole_lots(account, ladder.part[k] * p.size)
        if k == ladder.count - 1 and total >= 1.0 - 1e-9:
            part = INFINITY     # all that is left
        if part > 0.0:
            ladder.level[kept], ladder.part[kept] = ladder.level[k], part
            kept += 1
    ladder.count = kept
    p.laddered = kept > 0
    if p.laddered:
        p.target = ladder.level[0]


cdef void take(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, int64_t price, int reason
) noexcept nogil:
    """The nearest target fills: a trade of its part, which bears its share of the entry's commission [S2]."""
    cdef Ladder* ladder = &account.ladders[p - account.positions]
    cdef double part = ladder.part[ladder.next]
    cdef int64_t spread = open_spread(prices, p.side, t)
    cdef Position leaving
    if part >= p.size:
        book(account, p, prices, t, price, spread, reason, False)
        return
    totals_pass(account, prices, t)
    leaving = p[0]
    leaving.size = part
    leaving.entry_commission = ladder.commission * (part / ladder.size)
    p.size -= part
    p.entry_commission -= leaving.entry_commission
    book(account, &leaving, prices, t, price, spread, reason, False)
    ladder.next += 1
    p.target = ladder.level[ladder.next] if ladder.next < ladder.count else LEVEL_LIMIT


cdef void take_at_open(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, int64_t opened, int reason
) noexcept nogil:
    """Every target that the open is beyond [X1, E4]."""
    while p.open and opened >= p.target + account.terms.through:
        take(account, p, prices, t, gap_price(account, opened, p.target) if reason == TP_GAP else opened, reason)


cdef void take_inside(
    Account* account, Position* p, const Prices* prices, Py_ssize_t t, const Bar* out, int64_t reached, bint rested
) noexcept nogil:
    """Every target that a price inside the candle is beyond; `rested`: they were live at the open [X2, X5]."""
    while p.open and reached >= p.target + account.terms.through:
        account.limit_fills += 1
        account.exact_touches += out.high == p.target
        take(account, p, prices, t, target_price(account, p, out.open) if rested else p.target, TP)
