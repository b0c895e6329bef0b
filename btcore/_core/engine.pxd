from btcore._core.account cimport Account, Money
from btcore._core.script cimport Script

cdef class Driver:              # one simulation of a plan
    cdef Account account
    cdef Script script
    cdef Money money
    cdef bint complete          # the run came to its end
    cdef list _arrays
    cdef object _curve

    cdef int _check_complete(self) except -1
