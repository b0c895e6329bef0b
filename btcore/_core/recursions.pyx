"""Recursions: operators whose state is their last value.

An exponential mean takes its inputs in pairs: from the mean before the pair, y, both outputs follow at once,

    y1 = y + alpha * (x1 - y)
    y2 = y + (alpha * (1 - alpha) * (x1 - y) + alpha * (x2 - y))

which is the usual recursion with half as many steps that wait for each other. Pairs count from the seed, over finite
inputs, so they do not depend on blocks. Means step in banks of eight, some to a register.
A mean on its own steps as four stretches of the block instead, see ``in_stretches``.
"""

from libc.math cimport NAN
from libc.string cimport memcmp

from btcore._core.recursion_functions cimport RecursionFunctions, recursion_functions_here
from btcore._core.elementwise cimport maximum
from btcore._core.operators cimport Operator, allocate_state
from btcore._core.types cimport BLOCK, OP_EWM, OP_RSI, OP_TRUE_RANGE

cdef enum:
    WORN_OFF = 20               # pairs times alpha after which two means are one

cdef struct PreviousClose:
    bint known
    double value

cdef struct Strength:           # relative strength
    bint known                  # there has been a value
    double before               # the value before
    Lane up, down

cdef struct Team:               # lanes of a bank that are at the same place of their pairs
    Lane* lanes[8]
    int count
    const double* x[8]
    double* out[8]
    double[8] alpha, beta, y


cdef extern from *:
    """
    #if defined(__SSE2__) || defined(_M_X64)
    #include <emmintrin.h>
    #endif

    /* Pairs of candles of a relative strength: the means of gains and of losses stand in one register. */
    static void btcore_strength(const double* x, double* out, double alpha, double beta, double* y, double* before,
                                Py_ssize_t pairs) {
    #if defined(__SSE2__) || defined(_M_X64)
        const __m128d a = _mm_set1_pd(alpha), b = _mm_set1_pd(beta), zero = _mm_setzero_pd();
        const __m128d minus = _mm_set_pd(-0.0, 0.0), hundred = _mm_set1_pd(100.0);
        __m128d v = _mm_loadu_pd(y);
        double last = *before;
        for (Py_ssize_t i = 0; i < 2 * pairs; i += 2) {
            /* a change that is not a number is kept: the second operand wins */
            __m128d first = _mm_max_pd(zero, _mm_xor_pd(_mm_set1_pd(x[i] - last), minus));
            __m128d second = _mm_max_pd(zero, _mm_xor_pd(_mm_set1_pd(x[i + 1] - x[i]), minus));
            __m128d early, ups, downs;
            first = _mm_sub_pd(first, v);
            second = _mm_sub_pd(second, v);
            early = _mm_add_pd(v, _mm_mul_pd(a, first));
            v = _mm_add_pd(v, _mm_add_pd(_mm_mul_pd(b, first), _mm_mul_pd(a, second)));
            ups = _mm_unpacklo_pd(early, v);
            downs = _mm_unpackhi_pd(early, v);
            _mm_storeu_pd(out + i, _mm_div_pd(_mm_mul_pd(hundred, ups), _mm_add_pd(ups, downs)));
            last = x[i + 1];
        }
        _mm_storeu_pd(y, v);
        *before = last;
    #else
        for (Py_ssize_t i = 0; i < 2 * pairs; i += 2) {
            double early[2], change[2] = {x[i] - *before, x[i + 1] - x[i]};
            for (int k = 0; k < 2; k++) {
                double first = (k ? -change[0] : change[0]), second = (k ? -change[1] : change[1]);
                first = (first < 0.0 ? 0.0 : first) - y[k];
                second = (second < 0.0 ? 0.0 : second) - y[k];
                early[k] = y[k] + alpha * first;
                y[k] = y[k] + (beta * first + alpha * second);
            }
            out[i] = 100.0 * early[0] / (early[0] + early[1]);
            out[i + 1] = 100.0 * y[0] / (y[0] + y[1]);
            *before = x[i + 1];
        }
    #endif
    }
    """
    void strength_pairs "btcore_strength"(
        const double* x, double* out, double alpha, double beta, double* y, double* before, Py_ssize_t pairs
    ) noexcept nogil


cdef const RecursionFunctions* functions = recursion_functions_here()


cdef inline bint finite(double x) noexcept nogil:
    return x - x == 0.0


cdef double prepare(Lane* lane, double x) noexcept nogil:
    """One more finite input before the mean is seeded."""
    lane.seen += 1
    if lane.seen <= lane.skip:
        return NAN
    lane.total = x if lane.seen == lane.skip + 1 else lane.total + x
    if lane.seen < lane.skip + lane.count:
        return NAN
    lane.seeded, lane.value = True, lane.total / <double> lane.count
    return NAN if lane.silent else lane.value


cdef inline double follow(Lane* lane, double x) noexcept nogil:
    """The mean with one more finite input."""
    if not lane.seeded:
        return prepare(lane, x)
    if lane.waiting:
        # alpha * (x - y) rather than a share of y: a constant series stays exactly where it is
        lane.value = lane.value + (lane.beta * lane.apart + lane.alpha * (x - lane.value))
        lane.waiting = False
    else:
        lane.apart, lane.waiting = x - lane.value, True
        return lane.value + lane.alpha * lane.apart
    return lane.value


cdef void advance_lane(Lane* lane, void** slots, Py_ssize_t n) noexcept nogil:
    """One lane with every case: the first finite inputs make the seed, others that are not finite are passed over."""
    cdef const double* x = <const double*> slots[lane.source]
    cdef double* out = <double*> slots[lane.out]
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = follow(lane, x[i]) if finite(x[i]) else NAN


cdef double one_lane(
    const double* x, double* out, double alpha, double beta, double y, Py_ssize_t pairs
) noexcept nogil:
    """The mean after pairs of inputs, from the mean y before them."""
    cdef double first, second
    cdef Py_ssize_t i
    for i in range(pairs):
        first, second = x[2 * i] - y, x[2 * i + 1] - y
        out[2 * i] = y + alpha * first
        y = y + (beta * first + alpha * second)
        out[2 * i + 1] = y
    return y


cdef void in_stretches(Team* team, Py_ssize_t pairs) noexcept nogil:
    """``one_lane`` by four at once, each but the first from a guess some pairs before its stretch of the block.

    What a mean started from wears off, and rounding then makes two means one to the bit. Where it has not, which is
    seen when the stretch before is done, the stretch is computed again.
    """
    cdef double alpha = team.alpha[0], beta = team.beta[0]
    cdef Py_ssize_t early = <Py_ssize_t> (WORN_OFF / alpha), each = (pairs + 3 * early) // 4, k
    cdef const double* x[4]
    cdef double* out[4]
    cdef double[4] alphas, betas, y, start
    cdef double[BLOCK] aside
    if 2 * early > pairs:
        team.y[0] = one_lane(team.x[0], team.out[0], alpha, beta, team.y[0], pairs)
        return
    for k in range(4):
        x[k] = team.x[0] + 2 * k * (each - early)
        out[k] = &aside[0] if k else team.out[0]
        alphas[k], betas[k] = alpha, beta
        y[k] = x[k][0] if k else team.y[0]
    functions.four_lanes(x, out, alphas, betas, y, early)
    for k in range(4):
        x[k] += 2 * early
        out[k] = team.out[0] + (x[k] - team.x[0])
        start[k] = y[k]
    functions.four_lanes(x, out, alphas, betas, y, each - early)
    for k in range(1, 4):
        if memcmp(&start[k], &y[k - 1], sizeof(double)) != 0:
            y[k] = one_lane(x[k], out[k], alpha, beta, y[k - 1], each - early)
    k = 4 * each - 3 * early        # the last few pairs
    team.y[0] = one_lane(team.x[0] + 2 * k, team.out[0] + 2 * k, alpha, beta, y[3], pairs - k)


cdef void join_team(Team* team, Lane* lane, void** slots, Py_ssize_t start) noexcept nogil:
    cdef int k = team.count
    team.lanes[k] = lane
    team.x[k] = <const double*> slots[lane.source] + start
    team.out[k] = <double*> slots[lane.out] + start
    team.alpha[k], team.beta[k], team.y[k] = lane.alpha, lane.beta, lane.value
    team.count += 1


cdef void advance_team(Team* team, Py_ssize_t n) noexcept nogil:
    """Seeded lanes that wait for the first input of a pair; an input that is not finite leaves its lane not finite."""
    cdef int k, width = 1 if team.count == 1 else 4 if team.count <= 4 else 8
    for k in range(team.count, width):      # repeats the last lane, which changes nothing
        team.x[k], team.out[k] = team.x[k - 1], team.out[k - 1]
        team.alpha[k], team.beta[k], team.y[k] = team.alpha[k - 1], team.beta[k - 1], team.y[k - 1]
    if width == 1:
        in_stretches(team, n // 2)
    elif width == 4:
        functions.four_lanes(team.x, team.out, team.alpha, team.beta, team.y, n // 2)
    else:
        functions.eight_lanes(team.x, team.out, team.alpha, team.beta, team.y, n // 2)
    for k in range(team.count):
        team.lanes[k].value = team.y[k]
        if n % 2:
            team.out[k][n - 1] = follow(team.lanes[k], team.x[k][n - 1])


cdef void advance_bank(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef Bank* bank = <Bank*> op.state
    cdef int k
    if n > 1:
        advance_lanes(bank, slots, n)
        return
    for k in range(bank.count):
        advance_lane(&bank.lanes[k], slots, n)


cdef void advance_lanes(Bank* bank, void** slots, Py_ssize_t n) noexcept nogil:
    cdef Bank before = bank[0]
    cdef Team[2] teams
    cdef Lane* lane
    cdef int k
    teams[0].count = teams[1].count = 0
    for k in range(bank.count):
        lane = &bank.lanes[k]
        if not lane.seeded:
            advance_lane(lane, slots, n)
        elif lane.waiting:
            (<double*> slots[lane.out])[0] = follow(lane, (<const double*> slots[lane.source])[0])
            join_team(&teams[1], lane, slots, 1)
        else:
            join_team(&teams[0], lane, slots, 0)
    for k in range(2):
        if teams[k].count:
            advance_team(&teams[k], n - k)
    for k in range(bank.count):
        lane = &bank.lanes[k]
        if not (finite(lane.value) and finite(lane.apart)):     # an input was not finite: again, with every case
            lane[0] = before.lanes[k]
            advance_lane(lane, slots, n)


cdef inline double strength(Strength* state, double x) noexcept nogil:
    """The relative strength with one more value."""
    cdef double change = x - state.before if state.known else NAN
    cdef double up, down
    state.known, state.before = True, x
    if not finite(change):
        return NAN
    up, down = follow(&state.up, maximum(change, 0.0)), follow(&state.down, maximum(-change, 0.0))
    return 100.0 * up / (up + down)


cdef void advance_rsi(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const double* x = <const double*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    cdef Strength* state = <Strength*> op.state
    if n == 1:
        out[0] = strength(state, x[0])
    else:
        advance_strength(state, x, out, n)


cdef void advance_strength(Strength* state, const double* x, double* out, Py_ssize_t n) noexcept nogil:
    cdef Strength before = state[0]
    cdef double[2] y
    cdef Py_ssize_t i = 0, pairs
    while i < n and (state.up.waiting or not state.up.seeded):
        out[i] = strength(state, x[i])
        i += 1
    pairs = (n - i) // 2
    y[0], y[1] = state.up.value, state.down.value
    strength_pairs(x + i, out + i, state.up.alpha, state.up.beta, y, &state.before, pairs)
    state.up.value, state.down.value = y[0], y[1]
    if (n - i) % 2:
        out[n - 1] = strength(state, x[n - 1])
    if not (finite(y[0]) and finite(y[1])):     # a value was not finite: again, with every case
        state[0] = before
        for i in range(n):
            out[i] = strength(state, x[i])


cdef void advance_true_range(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef const double* high = <const double*> slots[op.a]
    cdef const double* low = <const double*> slots[op.b]
    cdef const double* close = <const double*> slots[op.c]
    cdef double* out = <double*> slots[op.out]
    cdef PreviousClose* previous = <PreviousClose*> op.state
    if previous.known:
        functions.true_ranges(high, low, &previous.value, out, 1)
    else:
        out[0] = high[0] - low[0]
    functions.true_ranges(high + 1, low + 1, close, out + 1, n - 1)
    previous.value = close[n - 1]
    previous.known = True


cdef void set_lane(Lane* lane, double alpha, Py_ssize_t count) noexcept:
    lane.alpha, lane.beta = alpha, alpha * (1.0 - alpha)
    lane.count = count


cdef bint setup_recursion(Operator* op, object means) except? 0:
    """Give `op` its function and state; False where its code is not one of this file.

    `means` is a list of (source slot, out slot, alpha, count, skip, silent), one to eight, for a bank; else not used.
    """
    cdef Bank* bank
    cdef Lane* lane
    cdef Strength* state
    cdef Py_ssize_t count
    cdef double alpha
    cdef int k
    if op.code == OP_TRUE_RANGE:
        op.advance = advance_true_range
        allocate_state(op, sizeof(PreviousClose))
        return True
    if op.code == OP_RSI:
        op.advance = advance_rsi
        allocate_state(op, sizeof(Strength))
        state = <Strength*> op.state
        set_lane(&state.up, op.factors[0], max(op.window, 1))
        set_lane(&state.down, op.factors[0], max(op.window, 1))
        return True
    if op.code != OP_EWM:
        return False
    op.advance = advance_bank
    allocate_state(op, sizeof(Bank))
    bank = <Bank*> op.state
    bank.count = len(means)
    for k in range(bank.count):
        lane = &bank.lanes[k]
        lane.source, lane.out, alpha, count, lane.skip, lane.silent = means[k]
        set_lane(lane, alpha, count)
    return True
