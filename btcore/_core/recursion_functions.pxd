# True ranges and exponential means side by side, in the widest registers that this processor has.
cdef extern from "recursions.h" nogil:
    ctypedef void (*LanesFunction)(
        const double** x, double** out, const double* alpha, const double* beta, double* y, Py_ssize_t pairs
    ) noexcept nogil
    ctypedef struct RecursionFunctions:
        void (*true_ranges)(
            const double* high, const double* low, const double* before, double* out, Py_ssize_t n
        ) noexcept nogil
        LanesFunction four_lanes, eight_lanes
    const RecursionFunctions recursion_functions

from btcore._core.windows_avx2 cimport avx2_chosen, avx2_recursions


cdef inline const RecursionFunctions* recursion_functions_here() noexcept:
    return <const RecursionFunctions*> avx2_recursions() if avx2_chosen() else &recursion_functions
