from btcore._core.operators cimport Operator

cdef struct Lane:               # one recursion of a bank
    int source                  # slot
    int out                     # slot
    bint seeded
    double alpha
    double value                # the last output

cdef struct Bank:               # recursions that step side by side, so that their latencies overlap
    Lane lanes[4]
    int count                   # lanes[count:] repeat the last one and change nothing

cdef bint setup_recursion(Operator* op, object lanes) except? 0
