# A mirrored ring buffer: each value is written twice, `size` apart, so the last `size` values are always contiguous.
from libc.stdlib cimport calloc, free

cdef struct Ring:
    double* data            # 2 * size values
    Py_ssize_t size
    Py_ssize_t head         # where the oldest value stands; the window is data[head : head + size]


cdef inline int ring_init(Ring* ring, Py_ssize_t size, double fill) except -1 nogil:
    cdef Py_ssize_t i
    ring.data = <double*> calloc(2 * size, sizeof(double))
    if ring.data == NULL:
        with gil:
            raise MemoryError(f"a window of {size} candles does not fit in memory")
    for i in range(2 * size):
        ring.data[i] = fill
    ring.size = size
    ring.head = 0
    return 0


cdef inline void ring_free(Ring* ring) noexcept nogil:
    free(ring.data)
    ring.data = NULL


cdef inline double ring_push(Ring* ring, double value) noexcept nogil:
    """Store `value`; returns the value it displaces, the oldest."""
    cdef double oldest = ring.data[ring.head]
    ring.data[ring.head] = value
    ring.data[ring.head + ring.size] = value
    ring.head += 1
    if ring.head == ring.size:
        ring.head = 0
    return oldest


cdef inline const double* ring_window(const Ring* ring) noexcept nogil:
    """The last `size` values, oldest first."""
    return ring.data + ring.head
