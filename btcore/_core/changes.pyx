"""What a candle changed of an account, found by comparing it before and after: fills, exits, orders that came or went."""

from libc.stdint cimport int64_t

from btcore._core.account cimport Account
from btcore._core.copies cimport rows_of
from btcore._core.holdings cimport order_record, position_records
from btcore._core.market cimport Prices
from btcore._core.types cimport REJECT_REASONS

from btcore._core.types import ExitReason, RejectReason


cdef class Changes:
    """What has become of an account since it was last looked at.

    ``found`` gives tuples (what, number of the order or -1, reason or None, record or None): "closed" with the row of
    the trade; "filled" with the open position, or the row of the trade where it is closed already; "placed",
    "replaced", "expired" and "rejected" with the waiting order, None where it never waited; "leaves" with a position
    that was told to leave at the next open.
    """

    cdef int look(self) except -1:
        cdef const Account* account = self.account
        cdef int k
        self.filled, self.placed, self.trade_count = account.filled, account.placed, account.trade_count
        for k in range(<int> REJECT_REASONS):
            self.rejected[k] = account.rejected[k]
        self.waiting = {
            account.entries[k].number: order_record(self.prices, &account.entries[k])
            for k in range(account.waiting)
        }
        self.leaving = {account.positions[k].number for k in range(account.held) if account.positions[k].leaving}
        return 0

    cdef list found(self):
        cdef const Account* account = self.account
        cdef dict before = self.waiting
        cdef set leaving = self.leaving
        cdef int64_t filled = self.filled, placed = self.placed
        cdef list refused = [
            reason for reason in RejectReason for _ in range(account.rejected[reason] - self.rejected[reason])
        ]
        rows = rows_of(account)[self.trade_count:]
        self.look()
        events = [("closed", -1, ExitReason(row["exit_reason"]), row) for row in rows if row["parent"] < filled]
        gone = {number: record for number, record in before.items() if number not in self.waiting}
        events += self.fills(filled, rows, gone)
        events += [("closed", -1, ExitReason(row["exit_reason"]), row) for row in rows if row["parent"] >= filled]
        events += self.losses(gone, refused)
        events += [("placed", n, None, record) for n, record in self.waiting.items() if n >= placed]
        events += [("rejected", -1, reason, None) for reason in refused]
        events += [
            ("leaves", position.order, None, position)
            for position in position_records(account, self.prices, self.t)
            if position.leaving and position.parent not in leaving
        ]
        return events

    cdef list fills(self, int64_t filled, rows, dict gone):
        """Positions that were opened, out of the orders that have gone."""
        cdef const Account* account = self.account
        cdef list events = []
        positions = {p.parent: p for p in position_records(account, self.prices, self.t) if p.parent >= filled}
        closed = {row["parent"].item(): row for row in rows if row["parent"] >= filled}
        for record in positions.values():
            gone.pop(record.order, None)
        for number in range(filled, account.filled):
            record = positions.get(number)
            order = record.order if record is not None else order_of(closed[number], gone)
            gone.pop(order, None)
            events.append(("filled", order, None, closed[number] if record is None else record))
        return events

    cdef list losses(self, dict gone, list refused):
        """Orders that have gone without a fill, and the reasons that this takes off those that were counted."""
        cdef list events = []
        for number, record in gone.items():
            if not refused:
                break
            if record.last_index is not None and record.last_index <= self.t and RejectReason.EXPIRED in refused:
                reason = RejectReason.EXPIRED
            else:
                reason = RejectReason.REPLACED if RejectReason.REPLACED in refused else refused[0]
            refused.remove(reason)
            what = {RejectReason.EXPIRED: "expired", RejectReason.REPLACED: "replaced"}.get(reason, "rejected")
            events.append((what, number, reason, record))
        return events


cdef Changes changes_of(const Account* account, const Prices* prices, Py_ssize_t t):
    """What is there before candle t changes it; account and prices stay where they are."""
    cdef Changes changes = Changes()
    changes.account, changes.prices, changes.t = account, prices, t
    changes.look()
    return changes


cdef object order_of(row, dict gone):
    """The order of a trade that began and ended on one candle: one of its side and decision; -1 if it never waited."""
    for number, record in gone.items():
        if record.signal_index == row["signal_index"] and record.side == row["side"]:
            return number
    return -1
