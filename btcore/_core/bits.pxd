# Searching and counting in bit masks of 64 candles a word.
from libc.stdint cimport uint64_t

from btcore._core.types cimport WORD

cdef extern from *:
    """
    #include <stdint.h>
    #if defined(_MSC_VER)
    #include <intrin.h>
    static inline int btcore_first_bit(uint64_t x) { unsigned long i; _BitScanForward64(&i, x); return (int)i; }
    #else
    static inline int btcore_first_bit(uint64_t x) { return __builtin_ctzll(x); }
    #endif
    """
    int first_bit "btcore_first_bit"(uint64_t x) noexcept nogil


cdef inline uint64_t bits_from(uint64_t word, Py_ssize_t i) noexcept nogil:
    """`word` without its bits before position `i` (0 to 63)."""
    return word & (~(<uint64_t> 0) << i)


cdef inline uint64_t word_of(const uint64_t* mask, Py_ssize_t word) noexcept nogil:
    return mask[word] if mask != NULL else 0


cdef inline Py_ssize_t next_bit(
    const uint64_t* a, const uint64_t* b, Py_ssize_t start, Py_ssize_t stop
) noexcept nogil:
    """First candle in [start, stop) whose bit is set in either mask (NULL: none), or stop."""
    cdef Py_ssize_t word = start // WORD
    cdef uint64_t bits
    if start >= stop:
        return stop
    bits = bits_from(word_of(a, word) | word_of(b, word), start % WORD)
    while bits == 0:
        word += 1
        if word * WORD >= stop:
            return stop
        bits = word_of(a, word) | word_of(b, word)
    return min(word * WORD + first_bit(bits), stop)


cdef inline Py_ssize_t count_bits(const uint64_t* mask, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    """How many bits are set in [start, stop); none where the mask is NULL."""
    cdef Py_ssize_t count = 0, word
    cdef uint64_t bits
    if mask == NULL or start >= stop:
        return 0
    for word in range(start // WORD, (stop - 1) // WORD + 1):
        bits = mask[word]
        if word == start // WORD:
            bits = bits_from(bits, start % WORD)
        if word == (stop - 1) // WORD:
            bits &= ~(<uint64_t> 0) >> (WORD - 1 - (stop - 1) % WORD)
        while bits:             # few are set
            count += 1
            bits &= bits - 1
    return count
