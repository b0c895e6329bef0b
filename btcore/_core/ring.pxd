# A mirrored ring buffer: each value is written twice, `size` apart, so the last `size` values are always contiguous.
# The values follow the struct in memory, so that a ring is one piece without pointers.

cdef struct Ring:
    Py_ssize_t size
    Py_ssize_t head         # where the oldest value stands; the window is values[head : head + size]


cdef inline size_t ring_bytes(Py_ssize_t size) noexcept nogil:
    """Memory of a ring of `size` values."""
    return sizeof(Ring) + 2 * <size_t> size * sizeof(double)


cdef inline double* ring_values(Ring* ring) noexcept nogil:
    return <double*> (ring + 1)


cdef inline void ring_init(Ring* ring, Py_ssize_t size, double fill) noexcept nogil:
    """Start a ring in memory of `ring_bytes(size)`, all of it `fill`."""
    cdef Py_ssize_t i
    ring.size = size
    ring.head = 0
    for i in range(2 * size):
        ring_values(ring)[i] = fill


cdef inline double ring_push(Ring* ring, double value) noexcept nogil:
    """Store `value`; returns the value it displaces, the oldest."""
    cdef double* values = ring_values(ring)
    cdef double oldest = values[ring.head]
    values[ring.head] = value
    values[ring.head + ring.size] = value
    ring.head += 1
    if ring.head == ring.size:
        ring.head = 0
    return oldest


cdef inline const double* ring_window(Ring* ring) noexcept nogil:
    """The last `size` values, oldest first."""
    return ring_values(ring) + ring.head
