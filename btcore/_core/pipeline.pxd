from libc.stdint cimport uint64_t

from btcore._core.operators cimport Operator

cdef struct Source:             # an array of the caller that feeds a slot
    int slot
    const double* numbers       # one of the two is NULL
    const unsigned char* flags

cdef class Pipeline:
    cdef void** slots           # slot -> its current block
    cdef double** numbers       # slot -> owned buffer of a block, or NULL
    cdef uint64_t** masks       # slot -> owned bit mask of a block, or NULL
    cdef int slot_count
    cdef Source* sources
    cdef int source_count
    cdef Operator* operators
    cdef int operator_count
    cdef readonly Py_ssize_t length
    cdef list _arrays

    cdef int _allocate_slots(self, list kinds) except -1
    cdef int _fill_constants(self, list constants) except -1
    cdef int _bind_sources(self, list sources) except -1
    cdef int _set_up_operators(self, list operators) except -1
    cdef void advance(self, Py_ssize_t start, Py_ssize_t n) noexcept nogil
