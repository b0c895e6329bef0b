from libc.stdint cimport int64_t

from btcore._core.zones cimport Column, Side

cdef struct Prices:             # both sides of an instrument, and how units become prices
    Side bid, ask
    const int64_t* timestamps
    const int64_t* day_ends     # last candle of each UTC day
    Py_ssize_t days
    double unit                 # units per price where `whole`, else price per unit
    bint whole

cdef struct Bar:                # one candle of a side, turned so that a gain is upwards (prices of shorts are negated)
    int64_t open, high, low, close


cdef inline double to_price(const Prices* prices, int64_t units) noexcept nogil:
    return <double> units / prices.unit if prices.whole else <double> units * prices.unit


cdef inline double half_to_price(const Prices* prices, int64_t half_units) noexcept nogil:
    return <double> half_units / (2.0 * prices.unit) if prices.whole else <double> half_units * (prices.unit / 2.0)


cdef inline double to_units(const Prices* prices, double price) noexcept nogil:
    return price * prices.unit if prices.whole else price / prices.unit


cdef class Market:
    cdef Prices prices
    cdef readonly Py_ssize_t length
    cdef list _arrays

    cdef int _bind(self, Side* side, tuple description) except -1
    cdef Column _column(self, values) except *
