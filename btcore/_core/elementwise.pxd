from btcore._core.operators cimport Operator


cdef inline double minimum(double a, double b) noexcept nogil:
    """The smaller; NaN if either is NaN."""
    return a if a < b or a != a else b


cdef inline double maximum(double a, double b) noexcept nogil:
    """The larger; NaN if either is NaN."""
    return a if a > b or a != a else b


cdef bint setup_elementwise(Operator* op) noexcept
