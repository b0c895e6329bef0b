"""Operators whose values are true or false, as bit masks of 64 candles a word. Bits at and beyond `n` are zero."""

from libc.stdint cimport uint8_t, uint64_t

from btcore._core.bits cimport first_bit
from btcore._core.compare_functions cimport CompareFunction, CompareFunctions, compare_functions_here
from btcore._core.operators cimport Operator, allocate_state
from btcore._core.ring cimport Ring, ring_bytes, ring_init, ring_push
from btcore._core.types cimport (
    OP_AND, OP_CROSSES_ABOVE, OP_CROSSES_BELOW, OP_EQ, OP_GE, OP_GT, OP_LE, OP_LT, OP_NE, OP_NOT, OP_OR,
    OP_SHIFT_CONDITION, WORD,
)

cdef const CompareFunctions* compare = compare_functions_here()


cdef inline Py_ssize_t words_of(Py_ssize_t n) noexcept nogil:
    return (n + WORD - 1) // WORD


cdef uint64_t different(const double* a, const double* b, Py_ssize_t n) noexcept nogil:
    """False with a NaN like every other comparison; C's != would be true."""
    return compare.less(a, b, n) | compare.less(b, a, n)


cdef void advance_comparison(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef bint swapped = op.code == OP_GT or op.code == OP_GE
    cdef const double* a = <const double*> slots[op.b if swapped else op.a]
    cdef const double* b = <const double*> slots[op.a if swapped else op.b]
    cdef uint64_t* out = <uint64_t*> slots[op.out]
    cdef Py_ssize_t word
    cdef CompareFunction chosen = compare.less
    if op.code == OP_LE or op.code == OP_GE:
        chosen = compare.not_greater
    elif op.code == OP_EQ:
        chosen = compare.equal
    elif op.code == OP_NE:
        chosen = different
    for word in range(words_of(n)):
        out[word] = chosen(a + word * WORD, b + word * WORD, min(<Py_ssize_t> WORD, n - word * WORD))


cdef void advance_logic(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const uint64_t* a = <const uint64_t*> slots[op.a]
    cdef const uint64_t* b = <const uint64_t*> slots[op.b]
    cdef uint64_t* out = <uint64_t*> slots[op.out]
    cdef Py_ssize_t word
    cdef Py_ssize_t words = words_of(n)
    if op.code == OP_AND:
        for word in range(words):
            out[word] = a[word] & b[word]
    elif op.code == OP_OR:
        for word in range(words):
            out[word] = a[word] | b[word]
    else:
        for word in range(words):
            out[word] = ~a[word]
        if n % WORD:
            out[words - 1] &= ((<uint64_t> 1) << (n % WORD)) - 1


cdef void advance_crosses(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    """a > b now and a <= b one candle earlier (below: the other way round); the state is that earlier bit.

    Where a > b begins, which is rare, the candle before is looked at: a NaN is neither.
    """
    cdef bint above = op.code == OP_CROSSES_ABOVE
    cdef const double* a = <const double*> slots[op.a if above else op.b]
    cdef const double* b = <const double*> slots[op.b if above else op.a]
    cdef uint64_t* out = <uint64_t*> slots[op.out]
    cdef uint64_t* before = <uint64_t*> op.state
    cdef uint64_t over, begun
    cdef Py_ssize_t word, start, count, last
    for word in range(words_of(n)):
        start = word * WORD
        count = min(<Py_ssize_t> WORD, n - start)
        over = compare.less(b + start, a + start, count)
        begun = over & ~(over << 1)
        out[word] = begun & before[0]
        begun &= ~<uint64_t> 1
        while begun:
            last = start + first_bit(begun) - 1
            out[word] |= (begun & -begun) if a[last] <= b[last] else 0
            begun &= begun - 1
        before[0] = a[start + count - 1] <= b[start + count - 1]


cdef void advance_shift(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const uint64_t* a = <const uint64_t*> slots[op.a]
    cdef uint64_t* out = <uint64_t*> slots[op.out]
    cdef Ring* ring = <Ring*> op.state
    cdef uint64_t word = 0
    cdef Py_ssize_t i
    for i in range(n):
        word |= (<uint64_t> ring_push(ring, <double> ((a[i // WORD] >> (i % WORD)) & 1))) << (i % WORD)
        if i % WORD == WORD - 1 or i == n - 1:
            out[i // WORD] = word
            word = 0


cdef bint setup_condition(Operator* op) except? 0:
    """Give `op` its function and state; False where its code is not one of this file."""
    if OP_LT <= op.code <= OP_NE:
        op.advance = advance_comparison
    elif op.code == OP_AND or op.code == OP_OR or op.code == OP_NOT:
        op.advance = advance_logic
    elif op.code == OP_CROSSES_ABOVE or op.code == OP_CROSSES_BELOW:
        op.advance = advance_crosses
        allocate_state(op, sizeof(uint64_t))
    elif op.code == OP_SHIFT_CONDITION:
        op.advance = advance_shift
        allocate_state(op, ring_bytes(op.window))
        ring_init(<Ring*> op.state, op.window, 0.0)
    else:
        return False
    return True


cdef void pack_bits(const uint8_t* flags, uint64_t* out, Py_ssize_t n) noexcept nogil:
    """Bytes of 0 and 1 to a bit mask."""
    cdef Py_ssize_t i, word
    for word in range(words_of(n)):
        out[word] = 0
        for i in range(min(<Py_ssize_t> WORD, n - word * WORD)):
            out[word] |= (<uint64_t> (flags[word * WORD + i] != 0)) << i
