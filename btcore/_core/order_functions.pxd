# Passes over values for order statistics, in the widest registers that this processor has.
cdef extern from "order.h" nogil:
    ctypedef struct OrderFunctions:
        void (*exchange_16)(double* values, double x, double oldest) noexcept nogil
        void (*exchange_32)(double* values, double x, double oldest) noexcept nogil
        void (*sort_few)(double* x, Py_ssize_t n) noexcept nogil
        Py_ssize_t (*count_less)(const double* x, Py_ssize_t n, double value) noexcept nogil
        Py_ssize_t (*count_not_greater)(const double* x, Py_ssize_t n, double value) noexcept nogil
        Py_ssize_t (*count_both)(const double* x, Py_ssize_t n, double value) noexcept nogil
    const OrderFunctions order_functions

from btcore._core.windows_avx2 cimport avx2_chosen, avx2_order


cdef inline const OrderFunctions* order_functions_here() noexcept:
    return <const OrderFunctions*> avx2_order() if avx2_chosen() else &order_functions
