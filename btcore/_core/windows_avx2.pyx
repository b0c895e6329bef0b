"""Functions compiled for AVX2, apart from all other code, since not every processor has it.

The environment variable ``BTCORE_CPU=baseline`` chooses those for any processor everywhere.
"""

import os

cdef extern from "avx2.h" nogil:
    int has_avx2() noexcept
    void* function_with_avx2(int kind) noexcept
    const void* order_with_avx2() noexcept
    const void* recursions_with_avx2() noexcept
    const void* compare_with_avx2() noexcept

cdef bint chosen = has_avx2() and os.environ.get("BTCORE_CPU") != "baseline"


cdef bint avx2_chosen() noexcept:
    """Whether what this module gives may run here, and nobody asked for the other functions."""
    return chosen


cdef void* avx2_function(int kind) noexcept:
    """The function that advances an aggregate of this kind: one of functions.h."""
    return function_with_avx2(kind)


cdef const void* avx2_order() noexcept:
    """The OrderFunctions of order.h."""
    return order_with_avx2()


cdef const void* avx2_recursions() noexcept:
    """The RecursionFunctions of recursions.h."""
    return recursions_with_avx2()


cdef const void* avx2_compare() noexcept:
    """The CompareFunctions of compare.h."""
    return compare_with_avx2()
