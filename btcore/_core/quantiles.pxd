from btcore._core.operators cimport Operator

cdef size_t quantile_bytes(Py_ssize_t window) noexcept
cdef void quantile_init(void* state, const Operator* op, Py_ssize_t method) noexcept
cdef void advance_quantile(Operator* op, void** slots, Py_ssize_t n) noexcept nogil
