"""The candles of a session that its function may look at: they lie in pieces of memory, each long enough for its window."""

from libc.stdint cimport int64_t

import numpy as np

from btcore._core.answers cimport COLUMNS, Asker, Memory

cdef enum:
    MORE = 1024                 # candles that fit into a piece beside twice the window


cdef class Recent:
    """The last candles for the function of an asker; views of a piece that is full stay what they are."""

    def __cinit__(self, Asker asker):
        self.asker = asker
        self.renew()
        self.show(0, 0)

    cdef int renew(self) except -1:
        self.chunk = np.empty((COLUMNS, 2 * self.asker.window + MORE))
        self.times = np.empty(self.chunk.shape[1], dtype=np.int64)
        return 0

    cdef int show(self, Py_ssize_t first, Py_ssize_t stop) except -1:
        """Let the function look at the piece, whose candles are [first, stop)."""
        cdef double[:, ::1] columns = self.chunk
        cdef int64_t[::1] times = self.times
        cdef int k
        self.asker.memory = Memory((self.chunk, self.times))
        for k in range(COLUMNS):
            self.asker.history.columns[k] = &columns[k, 0]
        self.asker.history.times = &times[0]
        self.asker.history.first, self.asker.history.stop = first, stop
        return 0

    cdef int remember(self, Py_ssize_t t, const double* candle, int64_t time) except -1:
        """Add candle t."""
        cdef Py_ssize_t kept = 2 * self.asker.window, first = self.asker.history.first
        cdef double[:, ::1] columns
        cdef int64_t[::1] times
        cdef int k
        if t - first == self.chunk.shape[1]:
            chunk, before = self.chunk, self.times
            self.renew()
            self.chunk[:, :kept], self.times[:kept] = chunk[:, -kept:], before[-kept:]
            first = t - kept
            self.show(first, t)
        columns, times = self.chunk, self.times
        for k in range(COLUMNS):
            columns[k, t - first] = candle[k]
        times[t - first] = time
        self.asker.history.stop = t + 1
        return 0

    cdef object shape(self):
        """What those of other functions differ in."""
        state = self.asker.kept()
        return self.asker.window, None if state is None else len(state)

    cdef list save(self):
        """Candles, their times, and what the function keeps, as three bytes."""
        cdef Py_ssize_t count = self.asker.history.stop - self.asker.history.first
        shown = slice(max(count - 2 * self.asker.window, 0), count)
        state = self.asker.kept()
        return [self.chunk[:, shown].tobytes(), self.times[shown].tobytes(), b"" if state is None else state.tobytes()]

    cdef int restore(self, list parts, Py_ssize_t stop) except -1:
        """What ``save`` gave, where the last candle is that before candle `stop`."""
        times = np.frombuffer(parts[1], dtype=np.int64)
        cdef Py_ssize_t count = len(times)
        self.renew()
        self.times[:count] = times
        self.chunk[:, :count] = np.frombuffer(parts[0]).reshape(COLUMNS, count)
        self.show(stop - count, stop)
        if self.asker.kept() is not None:
            self.asker.kept()[:] = np.frombuffer(parts[2])
        return 0
