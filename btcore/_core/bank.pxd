# Exponential means side by side, in the widest registers that this processor has.
cdef extern from "bank.h" nogil:
    ctypedef void (*LanesFunction)(
        const double** x, double** out, const double* alpha, const double* beta, double* y, Py_ssize_t pairs
    ) noexcept nogil
    ctypedef struct LaneFunctions:
        LanesFunction four, eight
    const LaneFunctions lane_functions

from btcore._core.windows_avx2 cimport avx2_chosen, avx2_lanes


cdef inline const LaneFunctions* lane_functions_here() noexcept:
    return <const LaneFunctions*> avx2_lanes() if avx2_chosen() else &lane_functions
