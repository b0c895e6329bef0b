"""Functions of the caller that decide, in Python: what they see, what they may answer, how they are called."""

cimport numpy as cnp
from libc.stdint cimport INT64_MAX, int64_t, uint64_t

from btcore._core.account cimport Account
from btcore._core.answers cimport Asker, carry_out
from btcore._core.callbacks cimport read_only_array
from btcore._core.holdings cimport order_records, position_record, position_records
from btcore._core.latest cimport Latest
from btcore._core.market cimport Prices
from btcore._core.script cimport (
    EXIT_ALL, EXIT_LONGS, EXIT_SHORTS, ORDER_COLUMNS, ORDER_EXIT, ORDER_EXPIRY, ORDER_KIND, ORDER_MAX_BARS, ORDER_SIDE,
    ORDER_SIZE_KIND, Script,
)
from btcore._core.statistics cimport equity_at
from btcore._core.types cimport LEVEL_SIZE, LEVELS, MARKET, SIZE_UNITS, WORD

from btcore._core.types import OPCODES, Level
from btcore.errors import StrategyError

cnp.import_array()

cdef enum:                      # aggregates
    MEAN, STD, SUM, MIN, MAX

cdef dict COLUMN_INDEX = {"open": 0, "high": 1, "low": 2, "close": 3, "volume": 4}
cdef tuple AGGREGATE_CODES = tuple(OPCODES[f"rolling_{name}"] for name in ("mean", "std", "sum", "min", "max"))
cdef dict PLAIN_LEVELS = {name: int(Level[f"LEVEL_{name.upper()}"]) for name in ("stop", "target", "trail", "size")}
cdef dict EXITS = {None: EXIT_ALL, "long": EXIT_LONGS, "short": EXIT_SHORTS, 1: EXIT_LONGS, -1: EXIT_SHORTS}


cdef class Answer:
    """An order or an exit, made by ``window.buy``, ``window.sell`` or ``window.exit``; return it from ``on_candle``."""

    cdef int64_t[32] row
    cdef double[64] levels
    cdef bint sized

    def __cinit__(self):
        cdef int k
        for k in range(ORDER_COLUMNS):
            self.row[k] = 0
        for k in range(<int> LEVELS):
            self.levels[k] = float("nan")
        self.row[<int> ORDER_MAX_BARS] = self.row[<int> ORDER_EXPIRY] = INT64_MAX

    cdef int fill(self, tuple described) except -1:
        row, levels, self.sized = described
        for k, whole in enumerate(row):
            self.row[k] = whole
        for k, number in enumerate(levels):
            self.levels[k] = number
        return 0

    def __repr__(self):
        return {0: "exit", 1: "buy", -1: "sell"}[self.row[<int> ORDER_SIDE]]


cdef bint set_plainly(Answer answer, dict given) except -1:
    """Take what is given where it is a number for one of the usual levels of a market order; False otherwise."""
    for name, value in given.items():
        level = PLAIN_LEVELS.get(name)
        if level is None or type(value) is not float or (name == "size" and not 0.0 < value < 1e300):
            return False
        answer.levels[<int> level] = value
    answer.sized = "size" in given
    return True


cdef class Window:
    """The last candles and the account, at the close at which ``WindowStrategy.on_candle`` is called.

    Valid during that call; arrays that it gave may be kept.

    Attributes
    ----------
    open, high, low, close, volume : float64 arrays, shape (window,), read-only, contiguous
        The newest candle last.
    timestamp : int64 array, shape (window,)
        Open times in ns UTC.
    index, time : int
        Of the newest candle, the one that has just closed; time in ns UTC.
    position : OpenPosition or None
        The oldest open position: ``side size entry_price entry_index stop target profit bars ...``.
    positions : list of OpenPosition
        All of them, the oldest first.
    orders : list of WaitingOrder
        Entry orders that wait.
    equity : float
        Realised, and open positions at the close of the side at which they would leave (rule T4).
    cash : float
        Starting cash and what closed positions brought.
    """

    cdef PythonAsker asker
    cdef const Account* account     # NULL while nobody is asked
    cdef const Prices* prices
    cdef void** slots
    cdef Py_ssize_t t, i

    cdef int _check(self) except -1:
        if self.account == NULL:
            raise StrategyError("a window can be used during on_candle only; arrays that it gave may be kept")
        return 0

    cdef object _view(self, int column):
        self._check()
        cdef Py_ssize_t at = self.t + 1 - self.asker.window - self.asker.history.first
        cdef const double* values = self.asker.history.columns[column] + at
        return read_only_array(self.asker.memory, values, self.asker.window, cnp.NPY_DOUBLE)

    @property
    def open(self):
        return self._view(0)

    @property
    def high(self):
        return self._view(1)

    @property
    def low(self):
        return self._view(2)

    @property
    def close(self):
        return self._view(3)

    @property
    def volume(self):
        return self._view(4)

    @property
    def timestamp(self):
        self._check()
        cdef Py_ssize_t at = self.t + 1 - self.asker.window - self.asker.history.first
        return read_only_array(self.asker.memory, self.asker.history.times + at, self.asker.window, cnp.NPY_INT64)

    @property
    def index(self):
        self._check()
        return self.t

    @property
    def time(self):
        self._check()
        return self.asker.history.times[self.t - self.asker.history.first]

    @property
    def position(self):
        self._check()
        if self.account.held == 0:
            return None
        return position_record(self.prices, self.account.positions, self.t)

    @property
    def positions(self):
        self._check()
        return position_records(self.account, self.prices, self.t)

    @property
    def orders(self):
        self._check()
        return order_records(self.account, self.prices)

    @property
    def equity(self):
        self._check()
        return equity_at(self.account, self.prices, self.t)

    @property
    def cash(self):
        self._check()
        return self.account.totals.equity

    def __len__(self):
        return self.asker.window

    def value(self, str name):
        """The value at the newest candle of a column, or of an expression that is an attribute of the strategy.

        Returns
        -------
        float, or bool for a condition
        """
        cdef int slot
        self._check()
        column = COLUMN_INDEX.get(name)
        if column is not None:
            return self.asker.history.columns[<int> column][self.t - self.asker.history.first]
        known = self.asker.values.get(name)
        if known is None:
            raise StrategyError(
                f"{name!r} is no column and no expression of the strategy; those are "
                f"{', '.join([*COLUMN_INDEX, *self.asker.values])}"
            )
        slot = (<tuple> known)[0]
        if (<tuple> known)[1]:
            return bool(((<const uint64_t*> self.slots[slot])[self.i // WORD] >> (self.i % WORD)) & 1)
        return (<const double*> self.slots[slot])[self.i]

    cdef double _aggregate(self, int kind, object column, object n) except? -1.0:
        self._check()
        found = (<dict> self.asker.aggregates[kind]).get(column if n is None else (column, n))
        if found is None:
            found = self.asker.start(kind, column, n)
        return (<Latest> (<tuple> found)[0]).at(
            self.asker.history.columns[<int> (<tuple> found)[1]], self.asker.history.first, self.t,
            self.asker.history.stop,
        )

    def mean(self, column="close", n=None):
        """Mean of the last `n` values of a column (all of the window), with the bits of ``rolling_mean``."""
        return self._aggregate(MEAN, column, n)

    def std(self, column="close", n=None):
        """Standard deviation (ddof 1), with the bits of ``rolling_std``."""
        return self._aggregate(STD, column, n)

    def sum(self, column="close", n=None):
        """Sum, with the bits of ``rolling_sum``."""
        return self._aggregate(SUM, column, n)

    def min(self, column="close", n=None):
        """Smallest, as ``rolling_min``."""
        return self._aggregate(MIN, column, n)

    def max(self, column="close", n=None):
        """Largest, as ``rolling_max``."""
        return self._aggregate(MAX, column, n)

    def buy(self, kind="market", price=None, **given):
        """An order for a long position; return it from ``on_candle``.

        Parameters
        ----------
        kind, price, and by name the levels, max_bars, expiry and size of ``Order``
            A level on the wrong side does not raise: it rejects the order (rule D7).
        """
        return self._order(1, kind, price, given)

    def sell(self, kind="market", price=None, **given):
        """An order for a short position; otherwise as ``buy``."""
        return self._order(-1, kind, price, given)

    def exit(self, side=None):
        """All positions leave at the next open, or those of a side, "long" or "short"; return it from ``on_candle``."""
        cdef Answer answer = Answer.__new__(Answer)
        if side not in EXITS:
            raise StrategyError(f"exit takes 'long', 'short' or nothing, got {side!r}")
        answer.row[<int> ORDER_EXIT] = EXITS[side]
        return answer

    def _order(self, int side, kind, price, dict given):
        cdef Answer answer = Answer.__new__(Answer)
        answer.row[<int> ORDER_SIDE], answer.row[<int> ORDER_SIZE_KIND] = side, SIZE_UNITS
        answer.row[<int> ORDER_KIND] = MARKET
        if kind != "market" or price is not None or not set_plainly(answer, given):
            self._check()
            answer.fill(self.asker.describe(side, kind, price, given))
        return answer


cdef class PythonAsker(Asker):
    """Asks a Python function.

    Parameters
    ----------
    function : callable
        Takes a Window; returns None, an answer, or a list of answers.
    window : int
    describe : callable
        (side, kind, price, the rest) of an order -> (row, levels, whether it has a size), as in the table of orders.
    describe_order : callable
        (Order or Exit, index of the candle) -> the same.
    values : dict
        Name -> (slot, whether it holds conditions).
    """

    cdef object function
    cdef object describe
    cdef object describe_order
    cdef dict values
    cdef list aggregates        # by kind: column, or (column, n) -> Latest and the column's number
    cdef Window shown

    def __init__(self, function, Py_ssize_t window, describe, describe_order, dict values):
        self.function, self.window, self.python = function, window, True
        self.describe, self.describe_order, self.values = describe, describe_order, values
        self.aggregates = [{} for _ in AGGREGATE_CODES]
        self.ask = ask_python
        self.shown = Window.__new__(Window)

    cdef tuple start(self, int kind, object column, object n):
        """The aggregate of the last `n` values of a column, and the column's number."""
        cdef Latest made
        if column not in COLUMN_INDEX:
            raise StrategyError(f"{column!r} is no column; those are {', '.join(COLUMN_INDEX)}")
        if n is not None and (type(n) is bool or not hasattr(n, "__index__") or not 1 <= n <= self.window):
            raise StrategyError(f"an aggregate is of 1 to {self.window} values, the window, got {n!r}")
        made = Latest(AGGREGATE_CODES[kind], self.window if n is None else n, 1 if kind == STD else 0)
        found = made, COLUMN_INDEX[column]
        self.aggregates[kind][column if n is None else (column, n)] = found
        return found

    cdef Answer understood(self, object answer, Py_ssize_t t):
        cdef Answer made
        if type(answer) is Answer:
            return <Answer> answer
        described = self.describe_order(answer, t)
        if described is None:
            raise StrategyError(
                f"on_candle returned {answer!r}; it returns window.buy(...), window.sell(...), window.exit(), an Order, "
                "an Exit, a list of those, or None"
            )
        made = Answer.__new__(Answer)
        made.fill(described)
        return made

    cdef int call(
        self, Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t t, Py_ssize_t i
    ) except -1:
        cdef Window shown = self.shown
        cdef Answer made
        shown.asker = self
        shown.account, shown.prices, shown.slots, shown.t, shown.i = account, prices, slots, t, i
        try:
            answer = self.function(shown)
        finally:
            shown.account = NULL
            shown.asker = None
        if answer is None:
            return 0
        if type(answer) is not list and type(answer) is not tuple:
            answer = (answer,)
        answers = [self.understood(part, t) for part in answer if part is not None]
        for exits in (True, False):     # exits first [D6]
            for part in answers:
                made = <Answer> part
                if (made.row[<int> ORDER_SIDE] == 0) == exits:
                    carry_out(script, account, prices, slots, t, i, made.row, made.levels, made.sized)
        return 0


cdef void ask_python(
    Script* script, Account* account, const Prices* prices, void** slots, Py_ssize_t t, Py_ssize_t i
) noexcept nogil:
    """With the GIL; what the function raises waits in its asker."""
    with gil:
        try:
            (<PythonAsker> script.asker).call(script, account, prices, slots, t, i)
        except BaseException as error:
            (<PythonAsker> script.asker).error = error
            (<PythonAsker> script.asker).failed_at = t
            script.failed = True
