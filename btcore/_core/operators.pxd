# An operator: where it reads and writes, what it carries from block to block, and the function that advances it.
# Slots hold a block each: double* for numbers, int64_t* for times (ns UTC), uint64_t* bit masks for conditions
# (candle i of the block is bit i).
from libc.stdlib cimport calloc

cdef struct Operator

ctypedef void (*Advance)(Operator* op, void** slots, Py_ssize_t n) noexcept nogil

cdef struct Operator:
    Advance advance         # computes the next n candles, 1 <= n <= BLOCK
    int code
    int clock               # slot whose first value is the number of candles to advance; -1: those of the block
    int out, a, b, c        # slots
    Py_ssize_t window, min_periods, option
    double[2] factors
    void* state             # one piece of memory without pointers: copied bytes continue where the copy was made
    size_t state_size
    void* function          # what an operator of callbacks.pyx calls; the pipeline keeps it alive
    bint fallible, failed   # may it fail; did it: `raise_failure` says how


cdef inline int allocate_state(Operator* op, size_t size) except -1:
    """Give `op` zeroed memory for its state; the pipeline frees it."""
    op.state = calloc(1, size)
    if op.state == NULL:
        raise MemoryError(f"the state of an operator over {op.window} candles does not fit in memory")
    op.state_size = size
    return 0
