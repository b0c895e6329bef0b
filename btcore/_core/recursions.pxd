from btcore._core.operators cimport Operator

cdef struct Lane:               # one exponential mean of a bank
    int source                  # slot
    int out                     # slot
    bint seeded
    bint waiting                # the first input of a pair has come, the second has not
    double alpha
    double beta                 # alpha * (1 - alpha)
    double value                # the mean before the pair
    double apart                # the first input of the pair less that mean
    Py_ssize_t count            # the seed is the mean of so many inputs
    Py_ssize_t skip             # after passing over so many
    bint silent                 # the seed itself is no output
    Py_ssize_t seen             # inputs so far, until the mean is seeded
    double total                # sum of the inputs of the seed

cdef struct Bank:               # recursions that step side by side, so that their latencies overlap
    Lane[8] lanes
    int count

cdef bint setup_recursion(Operator* op, object means) except? 0
