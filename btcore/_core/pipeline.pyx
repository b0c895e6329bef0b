"""Runs the operators of a program over candles, a block at a time."""

from libc.stdint cimport int64_t, uint8_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy

import numpy as np

from btcore._core.callbacks cimport raise_failure, setup_callback
from btcore._core.conditions cimport pack_bits, setup_condition
from btcore._core.deviations cimport setup_deviation
from btcore._core.elementwise cimport setup_elementwise
from btcore._core.operators cimport Operator
from btcore._core.order cimport setup_order
from btcore._core.paths cimport setup_path
from btcore._core.recursions cimport setup_recursion
from btcore._core.timeframes cimport setup_timeframe
from btcore._core.times cimport setup_time
from btcore._core.types cimport BLOCK, CONDITIONS, NUMBERS, TIMES, WORD
from btcore._core.windows cimport setup_window

cdef enum:
    CACHE = 1 << 18             # bytes: what operators compute for a block should stay in the caches of a processor


cdef void* allocated(size_t count, size_t size) except NULL:
    cdef void* memory = calloc(count if count > 0 else 1, size)
    if memory == NULL:
        raise MemoryError("no memory for the blocks of a plan")
    return memory


cdef void take_sources(Pipeline self, Py_ssize_t start, Py_ssize_t n) noexcept nogil:
    """Let the slots of the caller's arrays hold candles [start, start + n)."""
    cdef int k
    cdef Source* source
    for k in range(self.source_count):
        source = &self.sources[k]
        if source.width == 1:
            pack_bits(<const uint8_t*> source.values + start, <uint64_t*> self.slots[source.slot], n)
        else:
            self.slots[source.slot] = <void*> (source.values + start * source.width)


cdef int advance_one(Pipeline self, int k, Py_ssize_t n) except -1 nogil:
    """The k-th operator of a block of n candles; raises what a function of the caller raised."""
    cdef Operator* op = &self.operators[k]
    advance_operator(op, self.slots, n)
    if op.failed:
        with gil:
            raise_failure(op)
    return 0


cdef class Pipeline:
    """Operators in order, the slots between them, and their state.

    Parameters
    ----------
    kinds : list of SlotKind
        What each slot holds.
    constants : list of (slot, float)
    sources : list of (slot, array)
        float64 arrays for numbers, int64 arrays for times, uint8 arrays for conditions, all of `length` values,
        C-contiguous.
    operators : list of (code, out, inputs, whole, factors, extra)
        OpCode; slots, at most three inputs; at most three whole numbers (window, min_periods, option); at most two
        floats; anything else that the operator's set-up takes.
    length : int
        Number of candles.
    clocks : list of int, optional
        For each slot the slot that counts the candles that its operator advances by; -1, and where there is no list:
        those of the block.
    """

    def __cinit__(self, list kinds, list constants, list sources, list operators, Py_ssize_t length, list clocks=None):
        self.length = length
        # a block may complete one bucket more than it has candles, and one more for each timeframe inside another
        self.block = BLOCK if clocks is None or max(clocks, default=-1) < 0 else BLOCK // 2
        self._arrays = []
        self._extras = []
        self._given = {slot for slot, _ in constants} | {slot for slot, _ in sources}
        computed = sum(kind == NUMBERS for slot, kind in enumerate(kinds) if slot not in self._given)
        if computed * BLOCK * sizeof(double) > CACHE:
            self.block = BLOCK // 2
        self._allocate_slots(kinds)
        self._fill_constants(constants)
        self._bind_sources(sources)
        self._set_up_operators(operators, clocks)

    def __dealloc__(self):
        cdef int k
        for k in range(self.operator_count):
            free(self.operators[k].state)
        for k in range(self.slot_count):
            free(self.buffers[k])
        free(self.operators)
        free(self.sources)
        free(self.kinds)
        free(self.buffers)
        free(self.slots)

    cdef int _allocate_slots(self, list kinds) except -1:
        cdef int k
        self.slots = <void**> allocated(len(kinds), sizeof(void*))
        self.buffers = <void**> allocated(len(kinds), sizeof(void*))
        self.kinds = <int*> allocated(len(kinds), sizeof(int))
        for k in range(<int> len(kinds)):
            self.kinds[k] = kinds[k]
            if self.kinds[k] == CONDITIONS:
                self.buffers[k] = allocated(BLOCK // WORD, sizeof(uint64_t))
            else:
                self.buffers[k] = allocated(BLOCK, sizeof(double))
            self.slots[k] = self.buffers[k]
            self.slot_count += 1
        return 0

    cdef int _fill_constants(self, list constants) except -1:
        cdef int slot, i
        cdef double value
        for slot, value in constants:
            for i in range(BLOCK):
                (<double*> self.buffers[slot])[i] = value
        return 0

    cdef int _bind_sources(self, list sources) except -1:
        cdef Source* source
        cdef const double[::1] numbers
        cdef const int64_t[::1] times
        cdef const uint8_t[::1] flags
        self.sources = <Source*> allocated(len(sources), sizeof(Source))
        for slot, values in sources:
            source = &self.sources[self.source_count]
            self.source_count += 1
            self._arrays.append(values)
            source.slot, source.width = slot, 8
            if self.length == 0:
                continue
            if self.kinds[source.slot] == CONDITIONS:
                flags = values
                source.values, source.width = <const char*> &flags[0], 1
            elif self.kinds[source.slot] == TIMES:
                times = values
                source.values = <const char*> &times[0]
            else:
                numbers = values
                source.values = <const char*> &numbers[0]
        return 0

    cdef int _set_up_operators(self, list operators, list clocks) except -1:
        cdef Operator* op
        self.operators = <Operator*> allocated(len(operators), sizeof(Operator))
        for code, out, inputs, whole, factors, extra in operators:
            op = &self.operators[self.operator_count]
            self.operator_count += 1
            op.code, op.out = code, out
            op.clock = -1 if clocks is None else clocks[out]
            op.a, op.b, op.c = (*inputs, 0, 0, 0)[:3]
            op.window, op.min_periods, op.option = (*whole, 0, 0, 0)[:3]
            op.factors[0], op.factors[1] = (*factors, 0.0, 0.0)[:2]
            self._extras.append(extra)
            if not (
                setup_elementwise(op)
                or setup_condition(op)
                or setup_window(op)
                or setup_order(op)
                or setup_recursion(op, extra)
                or setup_callback(op, extra)
                or setup_path(op)
                or setup_deviation(op)
                or setup_time(op, extra)
                or setup_timeframe(op, extra)
            ):
                raise ValueError(f"no operator has the code {code}")
            self.fallible = self.fallible or op.fallible
        return 0

    cdef int advance(self, Py_ssize_t start, Py_ssize_t n) except -1 nogil:
        """Compute candles [start, start + n), 1 <= n <= self.block; blocks come in order, none twice.

        Raises what a function of the caller raised; the operators after it have then not seen these candles.
        """
        cdef int k
        take_sources(self, start, n)
        for k in range(self.operator_count):
            advance_one(self, k, n)
        return 0

    def evaluate(self, list slots, list out):
        """All values of the given slots: float64 arrays for numbers, bool arrays for conditions.

        `out` holds an array to fill, or None for a new one, for each slot.
        """
        cdef Py_ssize_t block, start, n
        cdef _Column column
        cdef list columns = []
        cdef set written = set(self._given)
        for slot, values in zip(slots, out, strict=True):
            columns.append(_Column(self, slot, values, slot not in written))
            written.add(slot)
        for block in range((self.length + self.block - 1) // self.block):
            start = block * self.block
            n = min(self.block, self.length - start)
            for column in columns:
                column.prepare(self, start)
            self.advance(start, n)
            for column in columns:
                column.store(self, start, n)
        return [column.values for column in columns]

    def save(self):
        """The memory of all operators, as bytes that ``restore`` of an equal pipeline takes."""
        cdef int k
        cdef Operator* op
        cdef list parts = []
        for k in range(self.operator_count):
            op = &self.operators[k]
            parts.append((<const char*> op.state)[:op.state_size])
        return b"".join(parts)

    cdef size_t state_size(self):
        """Bytes of ``save``."""
        cdef int k
        cdef size_t size = 0
        for k in range(self.operator_count):
            size += self.operators[k].state_size
        return size

    def restore(self, const uint8_t[::1] saved):
        """Continue where ``save`` was called; ValueError if the bytes are not of an equal pipeline."""
        cdef int k
        cdef size_t at = 0
        if self.state_size() != <size_t> saved.shape[0]:
            raise ValueError(f"the state has {saved.shape[0]} bytes where these operators have {self.state_size()}")
        for k in range(self.operator_count):
            if self.operators[k].state_size:
                memcpy(self.operators[k].state, &saved[at], self.operators[k].state_size)
                at += self.operators[k].state_size


cdef class _Column:
    """Collects one slot's blocks in an array. A slot that an operator fills is made part of that array."""

    cdef int slot
    cdef bint direct
    cdef readonly object values
    cdef double[::1] numbers
    cdef uint8_t[::1] flags

    def __cinit__(self, Pipeline pipeline, int slot, object values, bint operated):
        self.slot = slot
        self.values = values
        if pipeline.kinds[slot] == CONDITIONS:
            if values is None:
                self.values = np.empty(pipeline.length, dtype=bool)
            self.flags = self.values.view(np.uint8)
        else:
            if values is None:
                self.values = np.empty(pipeline.length, dtype=np.float64)
            self.numbers = self.values
            self.direct = operated

    cdef void prepare(self, Pipeline pipeline, Py_ssize_t start) noexcept nogil:
        if self.direct:
            pipeline.slots[self.slot] = &self.numbers[start]

    cdef void store(self, Pipeline pipeline, Py_ssize_t start, Py_ssize_t n) noexcept nogil:
        cdef Py_ssize_t i
        cdef const double* numbers = <const double*> pipeline.slots[self.slot]
        cdef const uint64_t* mask = <const uint64_t*> pipeline.slots[self.slot]
        if self.direct:
            return
        if pipeline.kinds[self.slot] == CONDITIONS:
            for i in range(n):
                self.flags[start + i] = (mask[i // WORD] >> (i % WORD)) & 1
        else:
            for i in range(n):
                self.numbers[start + i] = numbers[i]
