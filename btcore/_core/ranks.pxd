from btcore._core.operators cimport Operator

cdef size_t rank_bytes(Py_ssize_t window) noexcept
cdef void rank_init(void* state, const Operator* op) noexcept
cdef void advance_rank(Operator* op, void** slots, Py_ssize_t n) noexcept nogil
