from btcore._core.operators cimport Operator

cdef bint setup_order(Operator* op) except? 0
