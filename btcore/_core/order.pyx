"""Order statistics of the last `window` values: median, quantile, rank.

All of them sort by value alone: equal values, and zeros of either sign, are alike. A NaN or an infinity is replaced in
the history, where every window that holds it is NaN, so it leaves no trace.
"""

from btcore._core.operators cimport Operator, allocate_state
from btcore._core.quantiles cimport advance_quantile, quantile_bytes, quantile_init
from btcore._core.ranks cimport advance_rank, rank_bytes, rank_init
from btcore._core.types cimport OP_ROLLING_MEDIAN, OP_ROLLING_QUANTILE, OP_ROLLING_RANK, QUANTILE_MEDIAN


cdef bint setup_order(Operator* op) except? 0:
    """Give `op` its function and state; False where its code is not one of this file."""
    if op.code == OP_ROLLING_MEDIAN or op.code == OP_ROLLING_QUANTILE:
        op.advance = advance_quantile
        allocate_state(op, quantile_bytes(op.window))
        quantile_init(op.state, op, QUANTILE_MEDIAN if op.code == OP_ROLLING_MEDIAN else op.option)
        return True
    if op.code == OP_ROLLING_RANK:
        op.advance = advance_rank
        allocate_state(op, rank_bytes(op.window))
        rank_init(op.state, op)
        return True
    return False
