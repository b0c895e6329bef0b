"""Rolling aggregates that are asked for on some candles only, and are not known before that.

They run the operators of ``windows.pyx``, whose bits depend on the values of the window and on where it lies among
multiples of a period. So one may start at such a multiple before the window, and gives what it would have given had it
run from candle 0.
"""

from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from btcore._core.operators cimport Operator
from btcore._core.types cimport BLOCK
from btcore._core.windows cimport aggregate_period, setup_window


cdef class Latest:
    """An aggregate of the last `window` values of a column.

    Parameters
    ----------
    code : int
        OpCode of an operator of one series in ``windows.pyx``.
    window : int
    option : int
        ddof, where it has one.
    """

    def __cinit__(self, int code, Py_ssize_t window, Py_ssize_t option):
        self.op.code, self.op.window, self.op.min_periods, self.op.option = code, window, window, option
        self.op.out, self.op.a, self.op.b = 1, 0, 0
        self.ahead = 8
        setup_window(&self.op)
        self.period = aggregate_period(&self.op)
        self.values = <double*> malloc(BLOCK * sizeof(double))
        self.fresh = <char*> malloc(self.op.state_size)
        if self.values == NULL or self.fresh == NULL:
            raise MemoryError(f"no memory for an aggregate of {window} values")
        memcpy(self.fresh, self.op.state, self.op.state_size)

    def __dealloc__(self):
        free(self.op.state)
        free(self.values)
        free(self.fresh)

    cdef double at(self, const double* column, Py_ssize_t origin, Py_ssize_t t, Py_ssize_t stop) noexcept nogil:
        """The value at candle t, whose window is complete; `column[i - origin]` is candle i, up to `stop`.

        It may be asked about candles in any order. What it reads begins at most a window and a period before t.
        """
        cdef void* slots[2]
        cdef Py_ssize_t n
        if not self.first <= t < self.done:
            self.ahead = min(2 * self.ahead, <Py_ssize_t> BLOCK)    # the more, the longer it goes on without a gap
            if t < self.first or t - self.done >= self.op.window:
                memcpy(self.op.state, self.fresh, self.op.state_size)
                self.done = max(t + 1 - self.op.window, <Py_ssize_t> 0)
                self.done -= self.done % self.period
                self.ahead = 8
            slots[1] = self.values
            while self.done <= t:
                n = min(min(stop, t + self.ahead) - self.done, <Py_ssize_t> BLOCK)
                slots[0] = <void*> (column + (self.done - origin))
                self.op.advance(&self.op, slots, n)
                self.first = self.done
                self.done += n
        return self.values[t - self.first]
