from btcore._core.operators cimport Operator

cdef bint setup_path(Operator* op) except? 0
