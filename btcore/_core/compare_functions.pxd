# Comparisons of up to 64 pairs of values, a bit for each, in the widest registers that this processor has.
from libc.stdint cimport uint64_t

cdef extern from "compare.h" nogil:
    ctypedef uint64_t (*CompareFunction)(const double* a, const double* b, Py_ssize_t n) noexcept nogil
    ctypedef struct CompareFunctions:
        CompareFunction less, not_greater, equal
    const CompareFunctions compare_functions

from btcore._core.windows_avx2 cimport avx2_chosen, avx2_compare


cdef inline const CompareFunctions* compare_functions_here() noexcept:
    return <const CompareFunctions*> avx2_compare() if avx2_chosen() else &compare_functions
