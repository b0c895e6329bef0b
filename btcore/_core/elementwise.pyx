"""Number operators without memory: each output depends on the inputs of the same candle only."""

from libc.math cimport fabs, sqrt
from libc.stdint cimport uint64_t

from btcore._core.operators cimport Advance, Operator
from btcore._core.types cimport (
    OP_ABS, OP_ADD, OP_DIV, OP_MAXIMUM, OP_MINIMUM, OP_MUL, OP_NEG, OP_SQRT, OP_SUB, OP_WHERE,
)


cdef void advance_add(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    cdef const double* a = <const double*> slots[op.a]
    cdef const double* b = <const double*> slots[op.b]
    cdef double* out = <double*> slots[op.out]
    for i in range(n):
        out[i] = a[i] + b[i]


cdef void advance_sub(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    cdef const double* a = <const double*> slots[op.a]
    cdef const double* b = <const double*> slots[op.b]
    cdef double* out = <double*> slots[op.out]
    for i in range(n):
        out[i] = a[i] - b[i]


cdef void advance_mul(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    cdef const double* a = <const double*> slots[op.a]
    cdef const double* b = <const double*> slots[op.b]
    cdef double* out = <double*> slots[op.out]
    for i in range(n):
        out[i] = a[i] * b[i]


cdef void advance_div(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    cdef const double* a = <const double*> slots[op.a]
    cdef const double* b = <const double*> slots[op.b]
    cdef double* out = <double*> slots[op.out]
    for i in range(n):
        out[i] = a[i] / b[i]


cdef void advance_neg(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    cdef const double* a = <const double*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    for i in range(n):
        out[i] = -a[i]


cdef void advance_abs(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    cdef const double* a = <const double*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    for i in range(n):
        out[i] = fabs(a[i])


cdef void advance_sqrt(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    cdef const double* a = <const double*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    for i in range(n):
        out[i] = sqrt(a[i])


cdef void advance_minimum(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    cdef const double* a = <const double*> slots[op.a]
    cdef const double* b = <const double*> slots[op.b]
    cdef double* out = <double*> slots[op.out]
    for i in range(n):
        out[i] = minimum(a[i], b[i])


cdef void advance_maximum(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    cdef const double* a = <const double*> slots[op.a]
    cdef const double* b = <const double*> slots[op.b]
    cdef double* out = <double*> slots[op.out]
    for i in range(n):
        out[i] = maximum(a[i], b[i])


cdef void advance_where(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    cdef const uint64_t* mask = <const uint64_t*> slots[op.a]
    cdef const double* yes = <const double*> slots[op.b]
    cdef const double* no = <const double*> slots[op.c]
    cdef double* out = <double*> slots[op.out]
    for i in range(n):
        out[i] = yes[i] if (mask[i >> 6] >> (i & 63)) & 1 else no[i]


cdef bint setup_elementwise(Operator* op) noexcept:
    """Give `op` its function; False where its code is not one of this file."""
    cdef Advance chosen = NULL
    if op.code == OP_ADD:
        chosen = advance_add
    elif op.code == OP_SUB:
        chosen = advance_sub
    elif op.code == OP_MUL:
        chosen = advance_mul
    elif op.code == OP_DIV:
        chosen = advance_div
    elif op.code == OP_NEG:
        chosen = advance_neg
    elif op.code == OP_ABS:
        chosen = advance_abs
    elif op.code == OP_SQRT:
        chosen = advance_sqrt
    elif op.code == OP_MINIMUM:
        chosen = advance_minimum
    elif op.code == OP_MAXIMUM:
        chosen = advance_maximum
    elif op.code == OP_WHERE:
        chosen = advance_where
    op.advance = chosen
    return chosen != NULL
