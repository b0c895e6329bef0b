from libc.stdint cimport int64_t

from btcore._core.pipeline cimport Pipeline

cdef struct Progress:           # what a stream carries besides the state of its operators
    int64_t count               # candles so far
    int64_t last                # time of the last one

cdef class Stream:
    cdef Pipeline pipeline
    cdef Progress progress
    cdef double* candle         # open, high, low, close, volume
    cdef int64_t* time
    cdef int* slots
    cdef int slot_count
    cdef object gather
    cdef readonly int64_t period
    cdef readonly bytes key     # of its states: what tells streams of other expressions from it

    cdef int _attempt(self) except -1
    cdef bint _is_early(self, int64_t at) noexcept
    cdef object _value(self, int slot)
    cdef int _refuse(self, int64_t at, double open, double high, double low, double close) except -1
    cdef int take(
        self, object timestamp, double open, double high, double low, double close, double volume
    ) except -1

cdef int64_t nanoseconds(object timestamp) except? -1
