from btcore._core.operators cimport Operator

cdef bint setup_deviation(Operator* op) except? 0
