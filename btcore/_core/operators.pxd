# An operator: where it reads and writes, what it carries from block to block, and the function that advances it.
# Slots hold a block each: double* for numbers, uint64_t* bit masks for conditions (candle i of the block is bit i).
cdef struct Operator

ctypedef void (*Advance)(Operator* op, void** slots, Py_ssize_t n) noexcept nogil
ctypedef void (*Release)(Operator* op) noexcept nogil

cdef struct Operator:
    Advance advance         # computes the next n candles, 1 <= n <= BLOCK
    Release release         # frees state; NULL where there is none
    int code
    int out, a, b, c        # slots
    Py_ssize_t window, min_periods, ddof
    double alpha
    void* state
