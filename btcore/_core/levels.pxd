# Level expressions (stop, target, price, size): small programs that run on the candles where a signal stands.
from libc.math cimport NAN

cpdef enum:
    LOAD_NUMBER = -1            # register = number slot a at the candle
    LOAD_CONDITION = -2         # register = 1.0 or 0.0 from condition slot a
    LOAD_CONSTANT = -3          # register = value
    LOAD_MULTIPLE = -4          # register = number slot a at the candle, times value

cdef struct Instruction:
    int code                    # an OpCode of elementwise.pyx or conditions.pyx, or one of the loads
    int a, b, c                 # registers, or a slot
    double value

cdef struct Level:
    int length                  # 0: no level, NaN
    Instruction* code           # instruction k writes register k; the last one is the result
    double* registers

cdef int level_init(Level* level, list instructions) except -1
cdef void level_free(Level* level) noexcept nogil
cdef inline bint is_constant(const Level* level) noexcept nogil:
    return level.length == 1 and level.code.code == LOAD_CONSTANT


cdef double evaluate(const Level* level, void** slots, Py_ssize_t i) noexcept nogil


cdef inline double level_value(const Level* level, void** slots, Py_ssize_t i) noexcept nogil:
    """The level on candle `i` of the block; NaN where there is none."""
    if level.length == 0:
        return NAN
    if level.code.code == LOAD_MULTIPLE:
        return (<const double*> slots[level.code.a])[i] * level.code.value
    return evaluate(level, slots, i)
