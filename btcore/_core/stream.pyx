"""Operators over candles that arrive one at a time."""

import datetime
from hashlib import blake2b

cimport cython
from libc.math cimport INFINITY
from libc.stdint cimport INT64_MIN, int64_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcpy

import numpy as np

from btcore._core.pipeline cimport Pipeline, advance_operator, allocated, take_sources
from btcore._core.types cimport CONDITIONS

from btcore.errors import DataError

cdef enum:
    SEAL = 16                   # bytes of a digest

cdef object EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


cdef inline int accept(
    Stream self, object timestamp, double open, double high, double low, double close, double volume
) except -1:
    """`Stream.take` for this module, where the C compiler can make it part of `push`."""
    cdef Pipeline pipeline = self.pipeline
    cdef int64_t at = timestamp if type(timestamp) is int else nanoseconds(timestamp)
    cdef int k
    if not (0.0 < low <= open <= high < INFINITY and low <= close <= high) or self._is_early(at):
        self._refuse(at, open, high, low, close)
    self.candle[0], self.candle[1], self.candle[2], self.candle[3] = open, high, low, close
    self.candle[4] = volume
    self.time[0] = at
    if pipeline.fallible:
        self._attempt()
    else:
        for k in range(pipeline.operator_count):
            advance_operator(&pipeline.operators[k], pipeline.slots, 1)
    self.progress.last = at
    self.progress.count += 1
    return 0


def sealed(bytes data, bytes key):
    """`data` with a digest before it, which is of the data and of whose they are: `key`, at most 64 bytes."""
    return blake2b(data, digest_size=SEAL, key=key).digest() + data


def unsealed(bytes saved, bytes key):
    """The data that ``sealed`` was given with this key; DataError where they are not those."""
    cdef bytes data = saved[SEAL:]
    if sealed(data, key) != saved:
        raise DataError("the state is damaged, or that of another expression or strategy")
    return data


cdef class Stream:
    """A pipeline of one candle that is advanced again and again.

    Parameters
    ----------
    kinds, constants, operators : as ``Pipeline``
    columns : list of (slot, position of the column in open, high, low, close, volume, timestamp)
    slots : list of int
        The values that ``push`` returns.
    gather : callable or None
        Makes the result of a tuple of values; None: there is one slot, and its value is the result.
    clocks : as ``Pipeline``
    period : int
        Nanoseconds that lie between two candles at least; 0: any.
    """

    def __cinit__(self, list kinds, list constants, list columns, list operators, list slots, object gather,
                  list clocks=None, int64_t period=0):
        cdef double[::1] candle
        cdef int64_t[::1] time
        values, times = np.zeros(5), np.zeros(1, np.int64)
        candle, time = values, times
        self.candle, self.time = &candle[0], &time[0]
        sources = [(slot, values[column:column + 1] if column < 5 else times) for slot, column in columns]
        self.pipeline = Pipeline(kinds, constants, sources, operators, 1, clocks)
        self.pipeline._arrays += [values, times]
        take_sources(self.pipeline, 0, 1)       # for ever: each candle is written to the same place
        self.progress.last = INT64_MIN
        # all but what an operator of time or a function takes: that has no text that means something elsewhere
        made = [(*most, extra if isinstance(extra, list) else None) for *most, extra in operators]
        self.key = blake2b(repr((kinds, constants, columns, made, clocks, period)).encode()).digest()
        self.gather, self.period = gather, period
        self.slots = <int*> allocated(len(slots), sizeof(int))
        for slot in slots:
            self.slots[self.slot_count] = slot
            self.slot_count += 1

    def __dealloc__(self):
        free(self.slots)

    @property
    def count(self):
        """Number of candles pushed so far."""
        return self.progress.count

    @cython.binding(False)          # called straight, not as a function that is bound first
    def push(self, timestamp, double open, double high, double low, double close, double volume=0.0):
        """Take the next candle and return the value that the expression has on it.

        Parameters
        ----------
        timestamp : int, datetime64 or datetime with a zone
            Open time of the candle, as int nanoseconds UTC; later than that of the candle before.
        open, high, low, close : float
            In price units, valid by rule C2.
        volume : float
            In any unit; NaN is allowed.

        Returns
        -------
        float or bool, or a tuple of them where the expression is a tuple
            What the expression gives for the last candle of an array of all candles so far, with the same bits.

        Raises
        ------
        DataError
            If the candle breaks rule C2, is not later than the one before, or comes sooner than the period after it.
        Exception
            What a Python function of ``rolling_apply`` raised.

        Whatever is raised, the stream is as if the candle had not come.
        """
        accept(self, timestamp, open, high, low, close, volume)
        if self.gather is None:
            return self._value(self.slots[0])
        return self.gather([self._value(self.slots[k]) for k in range(self.slot_count)])

    cdef int take(
        self, object timestamp, double open, double high, double low, double close, double volume
    ) except -1:
        """Take the next candle; the slots of the pipeline then hold what it gives."""
        return accept(self, timestamp, open, high, low, close, volume)

    cdef int _attempt(self) except -1:
        """Advance, or leave the operators as they were and raise."""
        cdef bytes saved = self.pipeline.save()
        try:
            return self.pipeline.advance(0, 1)
        except BaseException:
            self.pipeline.restore(saved)
            raise

    @cython.final
    cdef bint _is_early(self, int64_t at) noexcept:
        if at <= self.progress.last:
            return True
        # as unsigned, since the distance of two times may be beyond int64
        return self.progress.count > 0 and <uint64_t> at - <uint64_t> self.progress.last < <uint64_t> self.period

    @cython.final
    cdef object _value(self, int slot):
        if self.pipeline.kinds[slot] == CONDITIONS:
            return bool((<uint64_t*> self.pipeline.slots[slot])[0] & 1)
        return (<double*> self.pipeline.slots[slot])[0]

    cdef int _refuse(self, int64_t at, double open, double high, double low, double close) except -1:
        what = f"candle {self.progress.count}"
        if at <= self.progress.last:
            times = [str(np.datetime64(ns, "ns")) for ns in (at, self.progress.last)]
            raise DataError(f"{what}: its time {times[0]} is not later than that of the candle before, {times[1]}")
        if self._is_early(at):
            raise DataError(
                f"{what}: it comes {(at - self.progress.last) / 1e9:g} seconds after the candle before, sooner than the "
                f"period of {self.period / 1e9:g} seconds"
            )
        raise DataError(
            f"{what}: open {open!r}, high {high!r}, low {low!r}, close {close!r} are no candle; prices are finite and "
            "above 0, open and close lie between low and high"
        )

    def save(self):
        """Bytes that ``restore`` of an equal stream takes."""
        return sealed((<const char*> &self.progress)[:sizeof(Progress)] + self.pipeline.save(), self.key)

    def restore(self, bytes saved):
        """Continue where ``save`` was called; DataError if the bytes are not of an equal stream."""
        cdef Py_ssize_t needed = SEAL + sizeof(Progress) + self.pipeline.state_size()
        cdef bytes data
        if len(saved) != needed:
            raise DataError(f"the state has {len(saved)} bytes where that of this expression has {needed}")
        data = unsealed(saved, self.key)
        self.pipeline.restore(data[sizeof(Progress):])
        memcpy(&self.progress, <const char*> data, sizeof(Progress))


cdef int64_t nanoseconds(object timestamp) except? -1:
    """A time in any form as int64 ns UTC."""
    if type(timestamp) is int or isinstance(timestamp, np.integer):
        return int(timestamp)
    if isinstance(timestamp, np.datetime64):
        return timestamp.astype("datetime64[ns]").astype(np.int64)
    if isinstance(timestamp, datetime.datetime) and timestamp.utcoffset() is not None:
        return getattr(timestamp, "value", None) or (timestamp - EPOCH) // datetime.timedelta(microseconds=1) * 1000
    raise DataError(
        f"timestamp is an int (nanoseconds UTC), a datetime64 or a datetime with a zone, got {timestamp!r}"
    )
