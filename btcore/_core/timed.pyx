"""A pipeline with a clock at each operator, for profiles. The others have none, and pay nothing for this one."""

from libc.stdint cimport int64_t
from libc.stdlib cimport free

from btcore._core.pipeline cimport Pipeline, advance_one, allocated, take_sources


cdef extern from "clock.h":
    int64_t btcore_now() noexcept nogil


cdef class TimedPipeline(Pipeline):
    """Operators as in ``Pipeline``, with the same parameters, and how long each has taken."""

    cdef int64_t* taken             # ns of each operator, and of the sources after them

    def __cinit__(self, list kinds, list constants, list sources, list operators, Py_ssize_t length, list clocks=None):
        self.taken = <int64_t*> allocated(self.operator_count + 1, sizeof(int64_t))

    def __dealloc__(self):
        free(self.taken)

    cdef int advance(self, Py_ssize_t start, Py_ssize_t n) except -1 nogil:
        cdef int k
        cdef int64_t begun = btcore_now(), ended
        take_sources(self, start, n)
        ended = btcore_now()
        self.taken[self.operator_count] += ended - begun
        for k in range(self.operator_count):
            begun = ended
            advance_one(self, k, n)
            ended = btcore_now()
            self.taken[k] += ended - begun
        return 0

    def nanoseconds(self):
        """What each operator has taken so far, in their order, and last what binding and packing the arrays has."""
        return [self.taken[k] for k in range(self.operator_count + 1)]
