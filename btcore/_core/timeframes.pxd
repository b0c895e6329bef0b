from btcore._core.operators cimport Operator

cdef bint setup_timeframe(Operator* op, object extra) except? 0
