from btcore._core.operators cimport Operator

cdef bint setup_window(Operator* op) except? 0
