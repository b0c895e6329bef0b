"""The equity at each close, for those who ask for it; statistics do without."""

from libc.math cimport rint
from libc.stdint cimport int64_t

import numpy as np

from btcore._core.account cimport Terms, commission_of
from btcore._core.market cimport Market, Prices, to_units
from btcore._core.statistics cimport open_equity
from btcore._core.types cimport Trade


cdef void trace(
    const Prices* prices, const Terms* terms, const Trade* trades, Py_ssize_t count,
    Py_ssize_t start, double cash, double[::1] out,
) noexcept nogil:
    cdef Py_ssize_t k, i
    cdef Py_ssize_t flat_from = start
    cdef double equity = cash, realised
    cdef int64_t entry
    cdef const Trade* trade
    for k in range(count):
        trade = &trades[k]
        for i in range(flat_from, trade.entry_index):
            out[i - start] = equity
        entry = <int64_t> rint(trade.side * to_units(prices, trade.entry_price))
        realised = equity - commission_of(terms, trade.entry_price, trade.size)
        for i in range(trade.entry_index, trade.exit_index):
            out[i - start] = open_equity(prices, trade.side, entry, trade.size, realised, i)
        equity += trade.net
        flat_from = trade.exit_index
    for i in range(flat_from, start + out.shape[0]):
        out[i - start] = equity


def equity_curve(Market market, dict terms, trades, Py_ssize_t start, Py_ssize_t end, double cash):
    """Equity at the closes [start, end) (rule T4).

    Parameters
    ----------
    market : Market
    terms : dict
        The terms of the simulation.
    trades : structured array of TRADE_DTYPE
        In order of exit, at most one open at a time.
    cash : float
        Equity before candle `start`.

    Returns
    -------
    float64 array, shape (end - start,)
    """
    cdef Terms given = terms
    cdef Py_ssize_t count = len(trades)
    cdef const unsigned char[::1] rows = np.ascontiguousarray(trades).view(np.uint8)
    cdef const Trade* first = <const Trade*> &rows[0] if count else NULL
    equity = np.empty(end - start, dtype=np.float64)
    cdef double[::1] out = equity
    with nogil:
        trace(&market.prices, &given, first, count, start, cash, out)
    return equity
