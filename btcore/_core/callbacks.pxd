cimport numpy as cnp

from btcore._core.operators cimport Operator

cdef class Callback:            # a function of the caller, and what it raised
    cdef object function        # called with an array of the window; None: compiled
    cdef size_t address         # compiled: double f(const double*, Py_ssize_t)
    cdef str name
    cdef object error

    cdef int apply(self, Operator* op, const double* x, double* out, Py_ssize_t n) except -1
    cdef double value_of(self, object result) except? -1.0

cdef bint setup_callback(Operator* op, object callback) except? 0
cdef int raise_failure(Operator* op) except -1
cdef object read_only_array(object owner, const void* values, cnp.npy_intp size, int kind)
