"""Evaluates level expressions on single candles, with the arithmetic of the block operators."""

from libc.math cimport fabs, sqrt
from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free

from btcore._core.elementwise cimport maximum, minimum
from btcore._core.types cimport (
    OP_ABS, OP_ADD, OP_AND, OP_DIV, OP_EQ, OP_GE, OP_GT, OP_LE, OP_LT, OP_MAXIMUM, OP_MINIMUM, OP_MUL, OP_NE, OP_NEG,
    OP_NOT, OP_OR, OP_SQRT, OP_SUB, WORD,
)


cdef double apply(int code, double x, double y, double z) noexcept nogil:
    """One operator on numbers; conditions are 1.0 and 0.0."""
    if code == OP_ADD:
        return x + y
    if code == OP_SUB:
        return x - y
    if code == OP_MUL:
        return x * y
    if code == OP_DIV:
        return x / y
    if code == OP_NEG:
        return -x
    if code == OP_ABS:
        return fabs(x)
    if code == OP_SQRT:
        return sqrt(x)
    if code == OP_MINIMUM:
        return minimum(x, y)
    if code == OP_MAXIMUM:
        return maximum(x, y)
    if code == OP_LT:
        return x < y
    if code == OP_LE:
        return x <= y
    if code == OP_GT:
        return x > y
    if code == OP_GE:
        return x >= y
    if code == OP_EQ:
        return x == y
    if code == OP_NE:
        return x < y or x > y
    if code == OP_AND:
        return x * y
    if code == OP_OR:
        return maximum(x, y)
    if code == OP_NOT:
        return 1.0 - x
    return y if x != 0.0 else z     # OP_WHERE


cdef double evaluate(const Level* level, void** slots, Py_ssize_t i) noexcept nogil:
    """`level_value` of one that has instructions and is no LOAD_MULTIPLE."""
    cdef const Instruction* step
    cdef double* r = level.registers
    cdef int k
    for k in range(level.length):
        step = &level.code[k]
        if step.code == LOAD_NUMBER:
            r[k] = (<const double*> slots[step.a])[i]
        elif step.code == LOAD_CONDITION:
            r[k] = <double> (((<const uint64_t*> slots[step.a])[i // WORD] >> (i % WORD)) & 1)
        elif step.code == LOAD_CONSTANT:
            r[k] = step.value
        else:
            r[k] = apply(step.code, r[step.a], r[step.b], r[step.c])
    return r[level.length - 1]


cdef int level_init(Level* level, list instructions) except -1:
    """Copy a list of (code, a, b, c, value); the operands of an instruction come before it."""
    cdef int k
    level.length = len(instructions)
    if level.length == 0:
        return 0
    level.code = <Instruction*> calloc(level.length, sizeof(Instruction))
    level.registers = <double*> calloc(level.length, sizeof(double))
    if level.code == NULL or level.registers == NULL:
        level_free(level)
        raise MemoryError("no memory for a level expression")
    for k in range(level.length):
        level.code[k].code, level.code[k].a, level.code[k].b, level.code[k].c, level.code[k].value = instructions[k]
    fuse_multiple(level)
    return 0


cdef void fuse_multiple(Level* level) noexcept nogil:
    """A constant times a slot, as most distances are, in one instruction."""
    cdef const Instruction* code = level.code
    cdef int number, constant
    if level.length != 3 or code[2].code != OP_MUL:
        return
    number, constant = (0, 1) if code[0].code == LOAD_NUMBER else (1, 0)
    if code[number].code != LOAD_NUMBER or code[constant].code != LOAD_CONSTANT:
        return
    level.code[0].a = code[number].a
    level.code[0].value = code[constant].value
    level.code[0].code = LOAD_MULTIPLE
    level.length = 1


cdef void level_free(Level* level) noexcept nogil:
    free(level.code)
    free(level.registers)
    level.code = NULL
    level.registers = NULL
    level.length = 0
