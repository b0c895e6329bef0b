"""One simulation over candles that arrive one at a time: the same step, the same decisions, the same bits.

The last two candles are kept: prices of the one that is taken, and the close before it, at which the equity is counted.
What a candle does is found by comparing the account before and after: first its fills, then the decisions at its close.
"""

from hashlib import blake2b

from libc.math cimport INFINITY, fabs, rint
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcpy

import numpy as np

from btcore._core.account cimport Account, Draft, Entry, Ladder, Position, reject
from btcore._core.answers cimport COLUMNS, Asker, Memory
from btcore._core.engine cimport Driver
from btcore._core.fills cimport step
from btcore._core.holdings cimport order_record, order_records, position_records
from btcore._core.market cimport Prices
from btcore._core.script cimport (
    ENTER_LONG, ENTER_SHORT, ORDER_COLUMNS, ORDER_SIDE, Script, decide, follow_live, mask_of, read_live,
)
from btcore._core.statistics cimport equity_at, totals_finish, totals_init, totals_pass
from btcore._core.stream cimport Stream, nanoseconds
from btcore._core.types cimport NO_NEXT_BAR, REJECT_REASONS, ZONE, Trade
from btcore._core.zones cimport Column, Side

from btcore._core.types import TRADE_DTYPE, ExitReason, RejectReason
from btcore.errors import DataError

cdef enum:
    SIDES = 8                   # open, high, low, close of bid and ask

cdef int64_t DAY = 86_400 * <int64_t> 1_000_000_000
cdef double LARGEST = 2.0**52
cdef tuple NAMES = ("open", "high", "low", "close", "open of the ask", "high of the ask", "low of the ask", "close of the ask")

cdef struct Latest:             # the last two candles, and what is known of them
    int64_t[8][2] prices        # by column, then the candle before and the last one; units
    int64_t[2] times
    int64_t[2] low, high        # of closes in zones of which nothing is known
    int64_t day_end             # last candle of a day that is over
    int64_t decided             # entries decided at the last close


cdef inline int64_t day_of(int64_t time) noexcept nogil:
    cdef int64_t day = time // DAY
    return day - 1 if time % DAY < 0 else day


cdef void copy_account(Account* to, const Account* origin) noexcept nogil:
    """All of an account but its memory, which `to` keeps as its own and which has room for it."""
    cdef Position* positions = to.positions
    cdef Entry* entries = to.entries
    cdef Draft* drafts = to.drafts
    cdef Ladder* ladders = to.ladders
    cdef Trade* trades = to.trades
    cdef Py_ssize_t capacity = to.trade_capacity
    to[0] = origin[0]
    to.positions, to.entries, to.trades, to.trade_capacity = positions, entries, trades, capacity
    to.drafts, to.ladders = drafts, ladders
    if origin.positions != NULL:
        memcpy(positions, origin.positions, origin.held * sizeof(Position))
        memcpy(entries, origin.entries, origin.waiting * sizeof(Entry))
    if origin.drafts != NULL:
        memcpy(drafts, origin.drafts, origin.waiting * sizeof(Draft))
        memcpy(ladders, origin.ladders, origin.held * sizeof(Ladder))


cdef class Session:
    """Drives one simulation candle by candle.

    Parameters
    ----------
    driver : Driver
        With what it follows; its window has no end that is ever reached.
    stream : Stream
        The operators of what it follows.
    unit, whole : float, bool
        As ``Market``.
    scale, is_ratio : float, bool
        Of ticks, as ``Candles``.
    factor : int
        Units of a tick.
    below, above : int
        Units of a spread of one tick by which bid and ask lie off the prices.
    """

    cdef Driver driver
    cdef Stream stream
    cdef Prices prices
    cdef Latest latest
    cdef double scale
    cdef bint is_ratio
    cdef int64_t factor, below, above
    cdef Account before                 # the account before the last candle
    cdef Asker asker
    cdef object chunk, chunk_times      # float64 [5, n] and int64 [n]: candles that a function may look at

    def __cinit__(self, Driver driver, Stream stream, double unit, bint whole, double scale, bint is_ratio,
                  int64_t factor, int64_t below, int64_t above):
        cdef int slots = driver.account.slots
        self.driver, self.stream = driver, stream
        self.scale, self.is_ratio = scale, is_ratio
        self.factor, self.below, self.above = factor, below, above
        self.prices.unit, self.prices.whole = unit, whole
        for k in range(2):
            self.latest.low[k], self.latest.high[k] = -(<int64_t> 1 << 52), <int64_t> 1 << 52
        self.before.positions = <Position*> calloc(3 * slots, sizeof(Position))
        self.before.entries = <Entry*> calloc(slots, sizeof(Entry))
        if self.before.positions == NULL or self.before.entries == NULL:
            raise MemoryError("no memory for a session")
        if driver.account.drafts != NULL:
            self.before.drafts = <Draft*> calloc(slots + 1, sizeof(Draft))
            self.before.ladders = <Ladder*> calloc(3 * slots, sizeof(Ladder))
            if self.before.drafts == NULL or self.before.ladders == NULL:
                raise MemoryError("no memory for the targets of a session")
        if driver.script.ask != NULL:
            self.asker = <Asker> driver.script.asker
            driver.script.diary.whole = True
            self.new_chunk()
            self.show_chunk(0, 0)
        totals_init(&driver.account, &self.prices)
        copy_account(&self.before, &driver.account)

    def __dealloc__(self):
        free(self.before.positions)
        free(self.before.entries)
        free(self.before.drafts)
        free(self.before.ladders)

    # --- candles ---

    cdef int64_t ticks_of(self, double price, int which) except? -1:
        """A price in ticks [C5]."""
        cdef double exact = price * self.scale if self.is_ratio else price / self.scale
        cdef double nearest = rint(exact)
        if not (fabs(exact - nearest) <= 1e-3 and 0.5 < nearest < LARGEST):
            tick = 1.0 / self.scale if self.is_ratio else self.scale
            raise DataError(
                f"candle {self.stream.progress.count}: {NAMES[which]} {price!r} is not on the grid of tick {tick!r}"
            )
        return <int64_t> nearest

    cdef int new_chunk(self) except -1:
        self.chunk = np.empty((COLUMNS, 2 * self.asker.window + 1024))
        self.chunk_times = np.empty(self.chunk.shape[1], dtype=np.int64)
        return 0

    cdef int show_chunk(self, Py_ssize_t first, Py_ssize_t stop) except -1:
        """Let the function look at the chunk, whose first candle is `first`."""
        cdef double[:, ::1] columns = self.chunk
        cdef int64_t[::1] times = self.chunk_times
        cdef int k
        self.asker.memory = Memory((self.chunk, self.chunk_times))
        for k in range(COLUMNS):
            self.asker.history.columns[k] = &columns[k, 0]
        self.asker.history.times = &times[0]
        self.asker.history.first, self.asker.history.stop = first, stop
        return 0

    cdef int remember(self, Py_ssize_t t) except -1:
        """Add candle t to what the function may look at; views of a chunk that is full stay what they are."""
        cdef Py_ssize_t kept = 2 * self.asker.window, first = self.asker.history.first
        cdef double[:, ::1] columns
        cdef int64_t[::1] times
        cdef int k
        if t - first == self.chunk.shape[1]:
            old, old_times = self.chunk, self.chunk_times
            self.new_chunk()
            self.chunk[:, :kept], self.chunk_times[:kept] = old[:, -kept:], old_times[-kept:]
            first = t - kept
            self.show_chunk(first, t)
        columns, times = self.chunk, self.chunk_times
        for k in range(COLUMNS):
            columns[k, t - first] = self.stream.candle[k]
        times[t - first] = self.stream.progress.last
        self.asker.history.stop = t + 1
        return 0

    cdef void show(self, Py_ssize_t t) noexcept:
        """Let the prices speak of candles t - 1 and t by their index."""
        # where the first of two values would lie, were there values for all candles before them
        cdef size_t back = <size_t> (t - 1) * sizeof(int64_t)
        cdef size_t zones = <size_t> (max(t - 1, <Py_ssize_t> 0) // ZONE) * sizeof(int64_t)
        cdef Side* side
        cdef Column[4] columns
        cdef int k, first
        for first in range(0, SIDES, 4):
            side = &self.prices.ask if first else &self.prices.bid
            for k in range(4):
                columns[k].narrow = NULL
                columns[k].wide = <const int64_t*> (<size_t> &self.latest.prices[first + k][0] - back)
            side.open, side.high, side.low, side.close = columns[0], columns[1], columns[2], columns[3]
            side.factor, side.offset = 1, 0
            side.zone_low = side.zone_close_low = <const int64_t*> (<size_t> &self.latest.low[0] - zones)
            side.zone_high = side.zone_close_high = <const int64_t*> (<size_t> &self.latest.high[0] - zones)
        self.prices.timestamps = <const int64_t*> (<size_t> &self.latest.times[0] - back)
        self.prices.day_ends = <const int64_t*> (
            <size_t> &self.latest.day_end - <size_t> self.driver.account.totals.day * sizeof(int64_t)
        )

    cdef void move_on(self, Py_ssize_t t, const int64_t* prices) noexcept:
        """Candle t is the last one."""
        cdef int k
        for k in range(SIDES):
            self.latest.prices[k][0] = self.latest.prices[k][1] if t else prices[k]
            self.latest.prices[k][1] = prices[k]
        self.latest.times[0] = self.latest.times[1] if t else self.stream.progress.last
        self.latest.times[1] = self.stream.progress.last
        self.prices.days = self.driver.account.totals.day
        if day_of(self.latest.times[0]) != day_of(self.latest.times[1]):
            self.latest.day_end = t - 1
            self.prices.days += 1
        self.show(t)

    def take(self, timestamp, double open, double high, double low, double close, double volume, ask,
             int64_t spread):
        """The next candle: what it did and what was decided at its close, a list of tuples (see ``changes``).

        `ask` holds the prices of the ask side, or None where it lies `spread` ticks off.

        Raises
        ------
        DataError
            If the candle breaks rule C2 or C5 or comes too early; the session is then as if it had not come.
        """
        cdef int64_t[8] prices
        cdef double[8] given
        cdef int k
        cdef Py_ssize_t t
        given[0], given[1], given[2], given[3] = open, high, low, close
        if ask is None:
            for k in range(4):
                prices[k] = self.ticks_of(given[k], k) * self.factor if given[k] > 0.0 else 0
                prices[4 + k] = prices[k] + self.above * spread
                prices[k] += self.below * spread
        else:
            given[4], given[5], given[6], given[7] = ask
            if not (0.0 < given[6] <= given[4] <= given[5] < INFINITY and given[6] <= given[7] <= given[5]):
                raise DataError(f"candle {self.stream.progress.count}: the ask {tuple(ask)} is no candle")
            for k in range(SIDES):
                prices[k] = self.ticks_of(given[k], k) if given[k] > 0.0 else 0
        self.stream.take(timestamp, open, high, low, close, volume)
        t = self.stream.progress.count - 1
        copy_account(&self.before, &self.driver.account)
        self.move_on(t, prices)
        if self.asker is not None:
            self.remember(t)
        return self.drive(t)

    cdef list drive(self, Py_ssize_t t):
        cdef Account* account = &self.driver.account
        cdef Changes changes = Changes(self, t)
        self.step(t)
        happened = changes.found()
        self.driver.script.diary.count = 0
        decide(&self.driver.script, account, &self.prices, self.stream.pipeline.slots, t, 0)
        if account.live[0] or account.live[1]:
            read_live(&self.driver.script, account, &self.prices, self.stream.pipeline.slots, 0)
        self.latest.decided = self.entries_decided()
        happened += changes.found()
        if account.out_of_memory or self.driver.script.diary.out_of_memory:
            raise MemoryError("the trades of a session do not fit in memory")
        return happened

    cdef void step(self, Py_ssize_t t) noexcept:
        cdef Account* account = &self.driver.account
        totals_pass(account, &self.prices, t)
        if account.live[0] or account.live[1]:
            follow_live(account)
        account.steps += 1
        step(account, &self.prices, t)

    cdef int64_t entries_decided(self):
        """How many entries were decided at this close, accepted or not."""
        cdef const Script* script = &self.driver.script
        cdef const uint64_t* mask
        cdef int64_t count = 0
        cdef Py_ssize_t row
        cdef int which
        if script.ask != NULL:
            for row in range(script.diary.count):
                count += script.diary.orders[row * ORDER_COLUMNS + ORDER_SIDE] != 0
            return count
        for which in (ENTER_LONG, ENTER_SHORT):
            mask = mask_of(script, self.stream.pipeline.slots, which)
            count += mask != NULL and mask[0] & 1
        return count

    def failure(self):
        """(candle, exception) where the function of the caller raised at the last close; it is asked again."""
        failed = self.driver.failure()
        self.driver.script.failed = False
        if failed is not None and not isinstance(failed[1], Exception):
            raise failed[1]
        return failed

    # --- the account ---

    @property
    def count(self):
        """Candles so far."""
        return self.stream.progress.count

    @property
    def last(self):
        """Time of the last candle."""
        return self.stream.progress.last

    def nanoseconds(self, timestamp):
        """A time in any form as ns UTC."""
        return nanoseconds(timestamp)

    @property
    def equity(self):
        """At the last close [T4]; the cash before the first candle."""
        if self.stream.progress.count == 0:
            return self.driver.account.totals.cash
        return equity_at(&self.driver.account, &self.prices, self.stream.progress.count - 1)

    def positions(self):
        """The open positions, the oldest first."""
        return position_records(&self.driver.account, &self.prices, self.stream.progress.count - 1)

    def orders(self):
        """The entry orders that wait, the oldest first."""
        return order_records(&self.driver.account, &self.prices)

    def trades(self):
        """Copies of the trades so far."""
        return rows_of(&self.driver.account)

    def finish(self):
        """(trades, totals, rejections) as if the last candle were the last one there is; nothing is changed by it."""
        cdef Account* account = &self.driver.account
        cdef Py_ssize_t t = self.stream.progress.count - 1
        cdef bytes now = self.save_account(account), rows = trade_bytes(account)
        if t < 0:
            raise DataError("no candle has come yet")
        copy_account(account, &self.before)
        try:
            account.end, account.totals.last = t + 1, t
            self.show(t)        # days count from the account's
            self.step(t)
            if self.latest.decided:
                reject(account, NO_NEXT_BAR, self.latest.decided)
            totals_finish(account, &self.prices)
            self.driver.complete = True
            return rows_of(account), self.driver.totals(), self.driver.rejected()
        finally:
            self.driver.complete = False
            self.load_account(account, now)
            if rows:
                memcpy(account.trades, <const char*> rows, len(rows))
            self.show(t)

    # --- bytes ---

    cdef bytes save_account(self, const Account* account):
        cdef Account plain = account[0]
        plain.positions, plain.entries, plain.trades, plain.trade_capacity = NULL, NULL, NULL, 0
        plain.money, plain.ends, plain.curve, plain.lens, plain.replayed = NULL, NULL, NULL, NULL, NULL
        plain.drafts, plain.ladders = NULL, NULL
        return (
            (<const char*> &plain)[:sizeof(Account)]
            + (<const char*> account.positions)[:account.held * sizeof(Position)]
            + (<const char*> account.entries)[:account.waiting * sizeof(Entry)]
            + ((<const char*> account.drafts)[:account.waiting * sizeof(Draft)] if account.drafts != NULL else b"")
            + ((<const char*> account.ladders)[:account.held * sizeof(Ladder)] if account.drafts != NULL else b"")
        )

    cdef int load_account(self, Account* account, bytes saved) except -1:
        cdef const char* data = saved
        cdef Account plain
        cdef size_t held = sizeof(Position), waiting = sizeof(Entry)
        if account.drafts != NULL:
            held, waiting = held + sizeof(Ladder), waiting + sizeof(Draft)
        if <size_t> len(saved) < sizeof(Account):
            raise DataError("the state is not that of a session")
        memcpy(&plain, data, sizeof(Account))
        data += sizeof(Account)
        if plain.slots != account.slots or not (0 <= plain.held <= 3 * plain.slots and 0 <= plain.waiting <= plain.slots):
            raise DataError("the state is that of another strategy")
        if <size_t> len(saved) != sizeof(Account) + plain.held * held + plain.waiting * waiting:
            raise DataError("the state is not that of a session")
        plain.money, plain.ends, plain.curve = account.money, account.ends, account.curve
        plain.lens, plain.replayed = account.lens, NULL
        copy_account(account, &plain)
        memcpy(account.positions, data, plain.held * sizeof(Position))
        data += plain.held * sizeof(Position)
        memcpy(account.entries, data, plain.waiting * sizeof(Entry))
        if account.drafts != NULL:
            data += plain.waiting * sizeof(Entry)
            memcpy(account.drafts, data, plain.waiting * sizeof(Draft))
            memcpy(account.ladders, data + plain.waiting * sizeof(Draft), plain.held * sizeof(Ladder))
        return 0

    @property
    def key(self):
        """What tells sessions of other strategies from it."""
        cdef Asker asker = self.asker
        asked = None if asker is None else (asker.window, asker.kept() is not None and len(asker.kept()))
        shape = self.driver.account.slots, self.driver.account.drafts != NULL, asked, sizeof(Account), sizeof(Latest)
        return blake2b(self.stream.key + repr(shape).encode()).digest()

    def save(self):
        """All that it carries, as a list of bytes that ``restore`` of an equal session takes."""
        cdef Account* account = &self.driver.account
        parts = [self.stream.save(), self.save_account(account), self.save_account(&self.before), trade_bytes(account)]
        parts.append((<const char*> &self.latest)[:sizeof(Latest)])
        if self.asker is not None:
            shown = slice(max(self.asker.history.stop - self.asker.history.first - 2 * self.asker.window, 0),
                          self.asker.history.stop - self.asker.history.first)
            state = self.asker.kept()
            parts += [self.chunk[:, shown].tobytes(), self.chunk_times[shown].tobytes(),
                      b"" if state is None else state.tobytes()]
        return parts

    def restore(self, list parts):
        """Continue where ``save`` was called; DataError if the parts are not those of an equal session."""
        cdef Account* account = &self.driver.account
        cdef Py_ssize_t count
        if len(parts) != (5 if self.asker is None else 8) or len(parts[4]) != sizeof(Latest):
            raise DataError("the state is not that of a session of this strategy")
        self.stream.restore(parts[0])
        self.load_account(account, parts[1])
        self.load_account(&self.before, parts[2])
        self.load_trades(parts[3])
        memcpy(&self.latest, <const char*> parts[4], sizeof(Latest))
        if self.asker is not None:
            times = np.frombuffer(parts[6], dtype=np.int64)
            count = len(times)
            self.new_chunk()
            self.chunk_times[:count] = times
            self.chunk[:, :count] = np.frombuffer(parts[5]).reshape(COLUMNS, count)
            self.show_chunk(self.stream.progress.count - count, self.stream.progress.count)
            if self.asker.kept() is not None:
                self.asker.kept()[:] = np.frombuffer(parts[7])
        self.prices.days = account.totals.day
        self.show(self.stream.progress.count - 1)

    cdef int load_trades(self, bytes rows) except -1:
        cdef Account* account = &self.driver.account
        cdef Trade* grown
        if <size_t> len(rows) != account.trade_count * sizeof(Trade):
            raise DataError("the state is not that of a session: its trades are incomplete")
        if account.trade_count > account.trade_capacity:
            grown = <Trade*> realloc(account.trades, len(rows))
            if grown == NULL:
                raise MemoryError("the trades of a session do not fit in memory")
            account.trades, account.trade_capacity = grown, account.trade_count
        if account.trade_count:
            memcpy(account.trades, <const char*> rows, len(rows))
        return 0


cdef bytes trade_bytes(const Account* account):
    return (<const char*> account.trades)[:account.trade_count * sizeof(Trade)] if account.trade_count else b""


cdef object rows_of(const Account* account):
    return np.frombuffer(bytearray(trade_bytes(account)), dtype=TRADE_DTYPE)


cdef class Changes:
    """What has become of an account since it was last looked at.

    ``found`` gives tuples (what, number of the order or -1, reason or None, record or None): "closed" with the row of
    the trade; "filled" with the open position, or the row of the trade where it is closed already; "placed",
    "replaced", "expired" and "rejected" with the waiting order, None where it never waited; "leaves" with a position
    that was told to leave at the next open.
    """

    cdef Session session
    cdef Py_ssize_t t
    cdef int64_t filled, placed
    cdef Py_ssize_t trade_count
    cdef int64_t[9] rejected
    cdef dict waiting           # number of the order -> its record and last candle
    cdef set leaving

    def __cinit__(self, Session session, Py_ssize_t t):
        self.session, self.t = session, t
        self.look()

    cdef int look(self) except -1:
        cdef Account* account = &self.session.driver.account
        cdef int k
        self.filled, self.placed, self.trade_count = account.filled, account.placed, account.trade_count
        for k in range(<int> REJECT_REASONS):
            self.rejected[k] = account.rejected[k]
        self.waiting = {
            account.entries[k].number: order_record(&self.session.prices, &account.entries[k])
            for k in range(account.waiting)
        }
        self.leaving = {account.positions[k].number for k in range(account.held) if account.positions[k].leaving}
        return 0

    cdef list found(self):
        cdef Account* account = &self.session.driver.account
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
            for position in position_records(account, &self.session.prices, self.t)
            if position.leaving and position.parent not in leaving
        ]
        return events

    cdef list fills(self, int64_t filled, rows, dict gone):
        """Positions that were opened, out of the orders that have gone."""
        cdef Account* account = &self.session.driver.account
        cdef list events = []
        positions = {p.parent: p for p in position_records(account, &self.session.prices, self.t) if p.parent >= filled}
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


cdef object order_of(row, dict gone):
    """The order of a trade that began and ended on one candle: one of its side and decision; -1 if it never waited."""
    for number, record in gone.items():
        if record.signal_index == row["signal_index"] and record.side == row["side"]:
            return number
    return -1
