from libc.stdint cimport int64_t, uint8_t, uint64_t

from btcore._core.operators cimport Operator
from btcore._core.types cimport OP_BUCKET

cdef struct Source:             # an array of the caller that feeds a slot
    int slot
    const char* values
    Py_ssize_t width            # bytes of a value; 1 for flags, which are packed into bits


cdef inline void advance_operator(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    """Advance by the n candles of a block, or by as many as the operator's own clock says."""
    cdef Py_ssize_t count = n if op.clock < 0 else (<int64_t*> slots[op.clock])[0]
    if count or op.code == OP_BUCKET:           # which then says that there are no buckets
        op.advance(op, slots, count)


cdef void* allocated(size_t count, size_t size) except NULL

cdef class Pipeline:
    cdef void** slots           # slot -> its current block
    cdef void** buffers         # slot -> the block that it owns
    cdef int* kinds             # slot -> SlotCode
    cdef int slot_count
    cdef Source* sources
    cdef int source_count
    cdef Operator* operators
    cdef int operator_count
    cdef readonly Py_ssize_t length
    cdef Py_ssize_t block       # candles that ``advance`` takes at a time; a multiple of 64
    cdef list _arrays
    cdef list _extras           # what operators point to beside their state
    cdef bint fallible          # whether a function of the caller may raise
    cdef set _given             # slots that no operator fills

    cdef int _allocate_slots(self, list kinds) except -1
    cdef int _fill_constants(self, list constants) except -1
    cdef int _bind_sources(self, list sources) except -1
    cdef int _set_up_operators(self, list operators, list clocks) except -1
    cdef int advance(self, Py_ssize_t start, Py_ssize_t n) except -1 nogil
    cdef size_t state_size(self)

cdef void take_sources(Pipeline self, Py_ssize_t start, Py_ssize_t n) noexcept nogil
cdef int advance_one(Pipeline self, int k, Py_ssize_t n) except -1 nogil
