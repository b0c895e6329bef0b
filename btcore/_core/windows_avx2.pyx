"""Rolling aggregates compiled for AVX2, apart from all other code, since not every processor has it."""

cdef extern from "avx2.h" nogil:
    int has_avx2() noexcept
    void* function_with_avx2(int kind) noexcept


cdef bint avx2_runs() noexcept:
    """Whether this processor can run what ``avx2_function`` gives."""
    return has_avx2()


cdef void* avx2_function(int kind) noexcept:
    """The function that advances an aggregate of this kind: one of functions.h."""
    return function_with_avx2(kind)
