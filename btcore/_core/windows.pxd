from btcore._core.operators cimport Operator

cdef bint setup_window(Operator* op) except? 0
cdef Py_ssize_t aggregate_period(const Operator* op) noexcept nogil
