"""One simulation over candles that arrive one at a time: the same step, the same decisions, the same bits.

The last two candles are kept: prices of the one that is taken, and the close before it, at which the equity is counted.
What a candle does is found by comparing the account before and after: first its fills, then the decisions at its close.
"""

from hashlib import blake2b

from libc.math cimport INFINITY, fabs, rint
from libc.stdint cimport INT64_MAX, int64_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy

from btcore._core.account cimport Account, Draft, Entry, Ladder, Position, reject
from btcore._core.answers cimport Asker
from btcore._core.changes cimport Changes, changes_of
from btcore._core.copies cimport copy_account, load_account, load_trades, rows_of, save_account, trade_bytes
from btcore._core.engine cimport Driver
from btcore._core.fills cimport step
from btcore._core.holdings cimport order_records, position_records
from btcore._core.market cimport Prices
from btcore._core.recent cimport Recent
from btcore._core.script cimport (
    ENTER_LONG, ENTER_SHORT, ORDER_COLUMNS, ORDER_SIDE, Script, decide, follow_live, mask_of, read_live,
)
from btcore._core.statistics cimport equity_at, totals_finish, totals_init, totals_pass
from btcore._core.stream cimport Stream, nanoseconds
from btcore._core.types cimport NO_NEXT_BAR, ZONE
from btcore._core.zones cimport Column, Side

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
    double[2] rates             # account currency for one unit of quote currency [S5]
    int64_t[2] roll_candles     # the last two candles that a roll came before, and the nights up to each [S3]
    int64_t[2] roll_nights
    int64_t rolls
    int64_t[2] ends             # of sessions at the last candle: twice the candle, plus 1 for its close [X3]
    int64_t end_count


cdef inline int64_t day_of(int64_t time) noexcept nogil:
    cdef int64_t day = time // DAY
    return day - 1 if time % DAY < 0 else day


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
    converts, finances : bool
        Whether candles bring rates of their own, and nights.
    """

    cdef Driver driver
    cdef Stream stream
    cdef Prices prices
    cdef Latest latest
    cdef double scale
    cdef bint is_ratio
    cdef int64_t factor, below, above
    cdef bint converts, finances
    cdef Account before                 # the account before the last candle
    cdef Recent recent                  # candles that a function may look at; None where there is none

    def __cinit__(self, Driver driver, Stream stream, double unit, bint whole, double scale, bint is_ratio,
                  int64_t factor, int64_t below, int64_t above, bint converts, bint finances):
        cdef int slots = driver.account.slots
        self.driver, self.stream = driver, stream
        self.scale, self.is_ratio = scale, is_ratio
        self.factor, self.below, self.above = factor, below, above
        self.converts, self.finances = converts, finances
        driver.money.moving = driver.money.moving or converts or finances
        driver.account.ends, driver.account.end_count = &self.latest.ends[0], 0
        self.prices.unit, self.prices.whole = unit, whole
        for k in range(2):
            self.latest.low[k], self.latest.high[k] = -(<int64_t> 1 << 52), <int64_t> 1 << 52
        self.before.positions = <Position*> calloc(3 * slots, sizeof(Position))
        self.before.entries = <Entry*> calloc(slots + 1, sizeof(Entry))
        if self.before.positions == NULL or self.before.entries == NULL:
            raise MemoryError("no memory for a session")
        if driver.account.drafts != NULL:
            self.before.drafts = <Draft*> calloc(slots + 1, sizeof(Draft))
            self.before.ladders = <Ladder*> calloc(3 * slots, sizeof(Ladder))
            if self.before.drafts == NULL or self.before.ladders == NULL:
                raise MemoryError("no memory for the targets of a session")
        if driver.script.ask != NULL:
            driver.script.diary.whole = True
            self.recent = Recent(<Asker> driver.script.asker)
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
        self.driver.account.end_count = self.latest.end_count
        if self.converts:
            self.driver.money.rates = <const double*> (<size_t> &self.latest.rates[0] - back)
        if self.finances:
            self.driver.money.rolls = self.latest.rolls
            self.driver.money.roll_candles = &self.latest.roll_candles[0]
            self.driver.money.roll_nights = &self.latest.roll_nights[0]

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

    cdef void note_moment(self, Py_ssize_t t, double rate, int64_t nights, bint ends_before, bint ends_inside) noexcept:
        """What comes with the time of candle t."""
        cdef Latest* latest = &self.latest
        latest.rates[0], latest.rates[1] = latest.rates[1] if t else rate, rate
        if nights:
            if latest.rolls == 2:
                latest.roll_candles[0], latest.roll_nights[0] = latest.roll_candles[1], latest.roll_nights[1]
                latest.rolls = 1
            latest.roll_candles[latest.rolls] = t
            latest.roll_nights[latest.rolls] = nights + (latest.roll_nights[0] if latest.rolls else 0)
            latest.rolls += 1
        latest.end_count = 0
        if ends_before:
            latest.ends[0], latest.end_count = 2 * t, 1
        if ends_inside:
            latest.ends[latest.end_count] = 2 * t + 1
            latest.end_count += 1

    def take(self, timestamp, double open, double high, double low, double close, double volume, ask,
             int64_t spread, tuple moment=(1.0, 0, False, False)):
        """The next candle: what it did and what was decided at its close, a list of tuples (see ``changes``).

        `ask` holds the prices of the ask side, or None where it lies `spread` ticks off. `moment` is what comes with the
        time: the rate of conversion, nights since the candle before, whether a session ends at the open or before it,
        and whether one ends after that.

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
        self.note_moment(t, moment[0], moment[1], moment[2], moment[3])
        self.move_on(t, prices)
        if self.recent is not None:
            self.recent.remember(t, self.stream.candle, self.stream.progress.last)
        return self.drive(t)

    cdef list drive(self, Py_ssize_t t):
        cdef Account* account = &self.driver.account
        cdef Changes changes = changes_of(account, &self.prices, t)
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
        cdef Position* p
        cdef int k
        if account.end_count:           # positions from before learn of an end when its candle comes
            for k in range(account.held):
                p = &account.positions[k]
                if p.session == INT64_MAX:
                    p.session = account.ends[0]
                    p.deadline = min(p.last, p.session // 2)
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
        cdef bytes now = save_account(account), rows = trade_bytes(account)
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
            load_account(account, now)
            if rows:
                memcpy(account.trades, <const char*> rows, len(rows))
            self.show(t)

    # --- bytes ---

    @property
    def key(self):
        """What tells sessions of other strategies from it."""
        asked = None if self.recent is None else self.recent.shape()
        shape = (self.driver.account.slots, self.driver.account.drafts != NULL, asked, self.converts, self.finances,
                 sizeof(Account), sizeof(Latest))
        return blake2b(self.stream.key + repr(shape).encode()).digest()

    def save(self):
        """All that it carries, as a list of bytes that ``restore`` of an equal session takes."""
        cdef Account* account = &self.driver.account
        parts = [self.stream.save(), save_account(account), save_account(&self.before), trade_bytes(account)]
        parts.append((<const char*> &self.latest)[:sizeof(Latest)])
        return parts if self.recent is None else parts + self.recent.save()

    def restore(self, list parts):
        """Continue where ``save`` was called; DataError if the parts are not those of an equal session."""
        cdef Account* account = &self.driver.account
        if len(parts) != (5 if self.recent is None else 8) or len(parts[4]) != sizeof(Latest):
            raise DataError("the state is not that of a session of this strategy")
        self.stream.restore(parts[0])
        load_account(account, parts[1])
        load_account(&self.before, parts[2])
        load_trades(account, parts[3])
        memcpy(&self.latest, <const char*> parts[4], sizeof(Latest))
        if self.recent is not None:
            self.recent.restore(parts[5:], self.stream.progress.count)
        self.prices.days = account.totals.day
        self.show(self.stream.progress.count - 1)
