"""Runs the operators of a program over candles, a block at a time."""

from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free

import numpy as np

from btcore._core.conditions cimport pack_bits, setup_condition
from btcore._core.elementwise cimport setup_elementwise
from btcore._core.operators cimport Operator
from btcore._core.recursions cimport setup_recursion
from btcore._core.types cimport BLOCK, WORD
from btcore._core.windows cimport setup_window


cdef void* allocated(size_t count, size_t size) except NULL:
    cdef void* memory = calloc(count if count > 0 else 1, size)
    if memory == NULL:
        raise MemoryError("no memory for the blocks of a plan")
    return memory


cdef class Pipeline:
    """Operators in order, the slots between them, and their state.

    Parameters
    ----------
    kinds : list of bool
        For each slot whether it holds a condition (bit mask) rather than numbers.
    constants : list of (slot, float)
    sources : list of (slot, array)
        float64 arrays for numbers, uint8 arrays for conditions, all of `length` values, C-contiguous.
    operators : list of (code, out, a, b, c, window, min_periods, ddof, alpha, lanes)
    length : int
        Number of candles.
    """

    def __cinit__(self, list kinds, list constants, list sources, list operators, Py_ssize_t length):
        self.length = length
        self._arrays = []
        self._allocate_slots(kinds)
        self._fill_constants(constants)
        self._bind_sources(sources)
        self._set_up_operators(operators)

    def __dealloc__(self):
        cdef int k
        for k in range(self.operator_count):
            if self.operators[k].release != NULL:
                self.operators[k].release(&self.operators[k])
        for k in range(self.slot_count):
            if self.numbers != NULL:
                free(self.numbers[k])
            if self.masks != NULL:
                free(self.masks[k])
        free(self.operators)
        free(self.sources)
        free(self.numbers)
        free(self.masks)
        free(self.slots)

    cdef int _allocate_slots(self, list kinds) except -1:
        cdef int k
        self.slots = <void**> allocated(len(kinds), sizeof(void*))
        self.numbers = <double**> allocated(len(kinds), sizeof(double*))
        self.masks = <uint64_t**> allocated(len(kinds), sizeof(uint64_t*))
        self.slot_count = len(kinds)
        for k in range(self.slot_count):
            if kinds[k]:
                self.masks[k] = <uint64_t*> allocated(BLOCK // WORD, sizeof(uint64_t))
                self.slots[k] = self.masks[k]
            else:
                self.numbers[k] = <double*> allocated(BLOCK, sizeof(double))
                self.slots[k] = self.numbers[k]
        return 0

    cdef int _fill_constants(self, list constants) except -1:
        cdef int slot, i
        cdef double value
        for slot, value in constants:
            for i in range(BLOCK):
                self.numbers[slot][i] = value
        return 0

    cdef int _bind_sources(self, list sources) except -1:
        cdef int k
        cdef const double[::1] numbers
        cdef const unsigned char[::1] flags
        self.sources = <Source*> allocated(len(sources), sizeof(Source))
        self.source_count = len(sources)
        for k, (slot, values) in enumerate(sources):
            self._arrays.append(values)
            self.sources[k].slot = slot
            if self.masks[self.sources[k].slot] == NULL:
                numbers = values
                self.sources[k].numbers = &numbers[0] if self.length else NULL
            else:
                flags = values
                self.sources[k].flags = &flags[0] if self.length else NULL
        return 0

    cdef int _set_up_operators(self, list operators) except -1:
        cdef Operator* op
        self.operators = <Operator*> allocated(len(operators), sizeof(Operator))
        for code, out, a, b, c, window, min_periods, ddof, alpha, lanes in operators:
            op = &self.operators[self.operator_count]
            self.operator_count += 1
            op.code, op.out, op.a, op.b, op.c = code, out, a, b, c
            op.window, op.min_periods, op.ddof, op.alpha = window, min_periods, ddof, alpha
            if not (setup_elementwise(op) or setup_condition(op) or setup_window(op) or setup_recursion(op, lanes)):
                raise ValueError(f"no operator has the code {code}")
        return 0

    cdef void advance(self, Py_ssize_t start, Py_ssize_t n) noexcept nogil:
        """Compute candles [start, start + n), 1 <= n <= BLOCK; blocks come in order, none twice."""
        cdef int k
        cdef Source* source
        for k in range(self.source_count):
            source = &self.sources[k]
            if source.numbers != NULL:
                self.slots[source.slot] = <void*> (source.numbers + start)
            else:
                pack_bits(source.flags + start, self.masks[source.slot], n)
        for k in range(self.operator_count):
            self.operators[k].advance(&self.operators[k], self.slots, n)

    def evaluate(self, list slots):
        """All values of the given slots: float64 arrays for numbers, bool arrays for conditions."""
        cdef Py_ssize_t block, start, n
        cdef list columns = [_Column(self, slot) for slot in slots]
        cdef _Column column
        for block in range((self.length + BLOCK - 1) // BLOCK):
            start = block * BLOCK
            n = min(<Py_ssize_t> BLOCK, self.length - start)
            self.advance(start, n)
            for column in columns:
                column.store(self, start, n)
        return [column.values for column in columns]


cdef class _Column:
    """Collects one slot's blocks in an array."""

    cdef int slot
    cdef readonly object values
    cdef double[::1] numbers
    cdef unsigned char[::1] flags

    def __cinit__(self, Pipeline pipeline, int slot):
        self.slot = slot
        if pipeline.masks[slot] == NULL:
            self.values = np.empty(pipeline.length, dtype=np.float64)
            self.numbers = self.values
        else:
            self.values = np.empty(pipeline.length, dtype=bool)
            self.flags = self.values.view(np.uint8)

    cdef void store(self, Pipeline pipeline, Py_ssize_t start, Py_ssize_t n) noexcept nogil:
        cdef Py_ssize_t i
        cdef const double* numbers = <const double*> pipeline.slots[self.slot]
        cdef const uint64_t* mask = pipeline.masks[self.slot]
        if mask == NULL:
            for i in range(n):
                self.numbers[start + i] = numbers[i]
        else:
            for i in range(n):
                self.flags[start + i] = (mask[i // WORD] >> (i % WORD)) & 1
