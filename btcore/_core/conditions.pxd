from libc.stdint cimport uint8_t, uint64_t

from btcore._core.operators cimport Operator

cdef bint setup_condition(Operator* op) except? 0
cdef void pack_bits(const uint8_t* flags, uint64_t* out, Py_ssize_t n) noexcept nogil
