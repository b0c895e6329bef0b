"""Operators whose value depends on the whole path so far.

A candle with an input that is not finite gives NaN and leaves the state as it is.
"""

from libc.math cimport NAN
from libc.stdint cimport uint64_t

from btcore._core.operators cimport Operator, allocate_state
from btcore._core.types cimport (
    OP_CUMULATIVE_SUM, OP_CUMULATIVE_SUM_SINCE, OP_EWM_ADJUSTED, OP_OBV, OP_PSAR, OP_SUPERTREND, OP_SUPERTREND_DIRECTION,
)

cdef struct Total:              # a sum and what rounding took from it
    double sum
    double rest

cdef struct Balance:            # on-balance volume
    Total total
    bint known                  # there was a close
    double close

cdef struct Adjusted:           # exponential mean of a finite history
    double value
    double weight               # of all inputs so far, that of the newest being 1

cdef struct Bands:              # Supertrend
    bint known                  # there was a candle
    bint up
    double upper
    double lower
    double close                # of the candle before

cdef struct Parabola:           # parabolic SAR
    Py_ssize_t seen             # candles so far, up to two
    bint long
    double high                 # of the candle before
    double low
    double sar                  # for the next candle
    double extreme              # highest high of a long, lowest low of a short
    double factor               # acceleration


cdef inline bint finite(double x) noexcept nogil:
    return x - x == 0.0


cdef inline void add(Total* total, double x) noexcept nogil:
    """Knuth's two-sum."""
    cdef double before = total.sum
    cdef double shifted
    total.sum = before + x
    shifted = total.sum - before
    total.rest += (before - (total.sum - shifted)) + (x - shifted)


cdef inline double value_of(const Total* total) noexcept nogil:
    """The sum; beyond the largest float there is no rest."""
    return total.sum + total.rest if finite(total.sum) else total.sum


cdef void advance_cumulative(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    """The sum starts anew on each candle of the mask, if there is one."""
    cdef const double* x = <const double*> slots[op.a]
    cdef const uint64_t* mask = <const uint64_t*> slots[op.b]
    cdef double* out = <double*> slots[op.out]
    cdef Total* state = <Total*> op.state
    cdef Total total = state[0]
    cdef bint masked = op.code == OP_CUMULATIVE_SUM_SINCE
    cdef Py_ssize_t i
    for i in range(n):
        if masked and (mask[i >> 6] >> (i & 63)) & 1:
            total.sum, total.rest = 0.0, 0.0
        if finite(x[i]):
            add(&total, x[i])
            out[i] = value_of(&total)
        else:
            out[i] = NAN
    state[0] = total


cdef void advance_balance(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const double* close = <const double*> slots[op.a]
    cdef const double* volume = <const double*> slots[op.b]
    cdef double* out = <double*> slots[op.out]
    cdef Balance state = (<Balance*> op.state)[0]
    cdef Py_ssize_t i
    for i in range(n):
        if not (finite(close[i]) and finite(volume[i])):
            out[i] = NAN
            continue
        if not state.known or close[i] > state.close:
            add(&state.total, volume[i])
        elif close[i] < state.close:
            add(&state.total, -volume[i])
        state.known = True
        state.close = close[i]
        out[i] = value_of(&state.total)
    (<Balance*> op.state)[0] = state


cdef void advance_adjusted(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const double* x = <const double*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    cdef Adjusted state = (<Adjusted*> op.state)[0]
    cdef double keep = 1.0 - op.factors[0]
    cdef Py_ssize_t i
    for i in range(n):
        if not finite(x[i]):
            out[i] = NAN
            continue
        state.weight = 1.0 + keep * state.weight
        # the division does not wait for the last value
        state.value += (x[i] - state.value) * (1.0 / state.weight)
        out[i] = state.value
    (<Adjusted*> op.state)[0] = state


cdef inline void move_bands(Bands* state, double upper, double lower, double close) noexcept nogil:
    """Bands only tighten, until a close beyond one sets it free; a close beyond the one in force turns the trend."""
    if not state.known:
        state.upper, state.lower = upper, lower
        state.known, state.up = True, False
    else:
        if upper < state.upper or state.close > state.upper:
            state.upper = upper
        if lower > state.lower or state.close < state.lower:
            state.lower = lower
        if state.up:
            state.up = not close < state.lower
        else:
            state.up = close > state.upper
    state.close = close


cdef void advance_supertrend(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const double* upper = <const double*> slots[op.a]
    cdef const double* lower = <const double*> slots[op.b]
    cdef const double* close = <const double*> slots[op.c]
    cdef double* out = <double*> slots[op.out]
    cdef Bands state = (<Bands*> op.state)[0]
    cdef bint directed = op.code == OP_SUPERTREND_DIRECTION
    cdef Py_ssize_t i
    for i in range(n):
        if not (finite(upper[i]) and finite(lower[i]) and finite(close[i])):
            out[i] = NAN
            continue
        move_bands(&state, upper[i], lower[i], close[i])
        if directed:
            out[i] = 1.0 if state.up else -1.0
        else:
            out[i] = state.lower if state.up else state.upper
    (<Bands*> op.state)[0] = state


cdef inline void start_parabola(Parabola* state, double high, double low, double step) noexcept nogil:
    """The second candle: short where its low fell by more than its high rose, else long."""
    cdef double fall = state.low - low
    cdef double rise = high - state.high
    state.long = not (fall > 0.0 and fall > rise)
    state.sar = state.low if state.long else state.high
    state.extreme = high if state.long else low
    state.factor = step
    state.high, state.low = high, low


cdef inline double beyond(double sar, double before, double now, bint long) noexcept nogil:
    """Not inside the last two candles: at most both lows for a long, at least both highs for a short."""
    if long:
        return min(sar, before, now)
    return max(sar, before, now)


cdef inline double move_parabola(Parabola* state, double high, double low, double step, double most) noexcept nogil:
    """The SAR of this candle; turns where the candle touches it. Leaves that of the next in the state."""
    cdef double sar = state.sar
    cdef double reached = high if state.long else low
    if (state.long and low <= sar) or (not state.long and high >= sar):
        state.long = not state.long
        sar = beyond(state.extreme, state.low if state.long else state.high, low if state.long else high, state.long)
        state.factor = step
        state.extreme = high if state.long else low
    elif (state.long and reached > state.extreme) or (not state.long and reached < state.extreme):
        state.extreme = reached
        state.factor = min(state.factor + step, most)
    state.sar = sar + state.factor * (state.extreme - sar)
    state.sar = beyond(state.sar, state.low if state.long else state.high, low if state.long else high, state.long)
    state.high, state.low = high, low
    return sar


cdef void advance_parabola(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const double* high = <const double*> slots[op.a]
    cdef const double* low = <const double*> slots[op.b]
    cdef double* out = <double*> slots[op.out]
    cdef Parabola state = (<Parabola*> op.state)[0]
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = NAN
        if not (finite(high[i]) and finite(low[i])):
            continue
        if state.seen == 0:
            state.high, state.low = high[i], low[i]
            state.seen = 1
            continue
        if state.seen == 1:
            start_parabola(&state, high[i], low[i], op.factors[0])
            state.seen = 2
        out[i] = move_parabola(&state, high[i], low[i], op.factors[0], op.factors[1])
    (<Parabola*> op.state)[0] = state


cdef bint setup_path(Operator* op) except? 0:
    """Give `op` its function and state; False where its code is not one of this file."""
    if op.code == OP_CUMULATIVE_SUM or op.code == OP_CUMULATIVE_SUM_SINCE:
        op.advance = advance_cumulative
        allocate_state(op, sizeof(Total))
    elif op.code == OP_OBV:
        op.advance = advance_balance
        allocate_state(op, sizeof(Balance))
    elif op.code == OP_EWM_ADJUSTED:
        op.advance = advance_adjusted
        allocate_state(op, sizeof(Adjusted))
    elif op.code == OP_SUPERTREND or op.code == OP_SUPERTREND_DIRECTION:
        op.advance = advance_supertrend
        allocate_state(op, sizeof(Bands))
    elif op.code == OP_PSAR:
        op.advance = advance_parabola
        allocate_state(op, sizeof(Parabola))
    else:
        return False
    return True
