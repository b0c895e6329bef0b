"""Finer candles that replay those of a simulation [X2]."""

from libc.stdint cimport int64_t

from btcore._core.market cimport Market


cdef class Finer:
    """Both sides of finer candles, and which of them replay each candle.

    Parameters
    ----------
    market : Market
        Of the finer candles, in the units of the candles that they replay.
    begin, end : int64 arrays, one value per candle
        Candle t is replayed by finer candles [begin[t], end[t]); an empty range: by none.
    """

    def __init__(self, Market market, const int64_t[::1] begin, const int64_t[::1] end):
        self.market = market
        self._arrays = [begin, end]
        self.lens.prices = &market.prices
        self.lens.begin, self.lens.end = &begin[0], &end[0]
