from libc.stdint cimport int64_t

from btcore._core.account cimport Lens
from btcore._core.market cimport Market

cdef class Finer:
    cdef Lens lens
    cdef readonly Market market
    cdef list _arrays
