"""The two price sides of an instrument as the fill rules see them."""

from libc.stdint cimport int32_t, int64_t

import numpy as np

from btcore._core.zones cimport Column, Side


cdef class Market:
    """Bid and ask candles in integer units, their zone maps, and the clock.

    Parameters
    ----------
    bid, ask : (columns, zones, factor, offset)
        ``columns``: open, high, low, close, int32 or int64 arrays of shape (n,); ``zones``: their ``zone_map``;
        a price in units is ``stored * factor + offset``.
    timestamps : int64 array, shape (n,)
    day_ends : int64 array
        Index of the last candle of each UTC day.
    unit : float
    whole : bool
        Price = units / unit where whole, else units * unit.
    """

    def __init__(self, tuple bid, tuple ask, const int64_t[::1] timestamps, const int64_t[::1] day_ends,
                 double unit, bint whole):
        self._arrays = [timestamps, day_ends]
        self.length = timestamps.shape[0]
        self.prices.timestamps = &timestamps[0]
        self.prices.day_ends = &day_ends[0]
        self.prices.days = day_ends.shape[0]
        self.prices.unit = unit
        self.prices.whole = whole
        self._bind(&self.prices.bid, bid)
        self._bind(&self.prices.ask, ask)

    cdef int _bind(self, Side* side, tuple description) except -1:
        cdef const int64_t[:, ::1] zones
        cdef int64_t factor, offset
        columns, zones, factor, offset = description
        self._arrays.append(zones)
        side.factor, side.offset = factor, offset
        side.zone_low, side.zone_high = &zones[0, 0], &zones[1, 0]
        side.zone_close_low, side.zone_close_high = &zones[2, 0], &zones[3, 0]
        side.open = self._column(columns[0])
        side.high = self._column(columns[1])
        side.low = self._column(columns[2])
        side.close = self._column(columns[3])
        return 0

    cdef Column _column(self, values) except *:
        cdef const int32_t[::1] narrow
        cdef const int64_t[::1] wide
        cdef Column column
        column.narrow, column.wide = NULL, NULL
        if len(values) != self.length:
            raise ValueError(f"a price column has {len(values)} values for {self.length} candles")
        if values.dtype == np.int32:
            narrow = values
            column.narrow = &narrow[0]
        else:
            wide = values
            column.wide = &wide[0]
        self._arrays.append(values)
        return column
