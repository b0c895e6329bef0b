# Prices of one side (bid or ask) as integers, and the zone map that lets a simulation pass over candles.
from libc.stdint cimport int32_t, int64_t

cdef struct Column:             # int32 or int64 values; one of the two is NULL
    const int32_t* narrow
    const int64_t* wide

cdef struct Side:               # price in units = stored value * factor + offset
    Column open, high, low, close
    int64_t factor
    int64_t offset
    const int64_t* zone_low     # of each 64 stored candles: lowest low, highest high, lowest and highest close
    const int64_t* zone_high
    const int64_t* zone_close_low
    const int64_t* zone_close_high


cdef inline int64_t price_at(const Side* side, const Column* column, Py_ssize_t i) noexcept nogil:
    cdef int64_t stored = column.wide[i] if column.narrow == NULL else column.narrow[i]
    return stored * side.factor + side.offset


cdef inline Column moved_column(const Column* column, Py_ssize_t moved) noexcept nogil:
    """The column whose value i is value i + moved of this one."""
    cdef Column result
    result.narrow = NULL if column.narrow == NULL else column.narrow + moved
    result.wide = NULL if column.wide == NULL else column.wide + moved
    return result


cdef Py_ssize_t next_touch(
    const Side* side, Py_ssize_t start, Py_ssize_t stop,
    int64_t low_level, int64_t high_level, int64_t* lowest, int64_t* highest,
) noexcept nogil
