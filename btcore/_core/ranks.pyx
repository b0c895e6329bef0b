"""Rank of the newest of the last values, exact.

Short windows are counted: how many values are less, how many not greater. Long ones are kept sorted in blocks: the
place of a value is found among the last values of the blocks and then in one of them, so a change moves part of one.
"""

from libc.math cimport NAN
from libc.stdint cimport int32_t
from libc.string cimport memcpy, memmove

from btcore._core.history cimport History, history_init, history_length, is_complete, is_finite, make_room
from btcore._core.order_functions cimport OrderFunctions, order_functions_here
from btcore._core.types cimport RANK_AVERAGE, RANK_MIN, RANK_PERCENT

cdef enum:
    COUNTED = 512               # longest window that is counted

cdef const OrderFunctions* functions = order_functions_here()

# Any two neighbouring blocks hold more than half a length together, so `most` blocks are enough for a window.
cdef struct Rank:               # followed by history, ends[most], store[most * length], int32 sizes[most], slots[most]
    History history
    Py_ssize_t ties
    bint percent
    Py_ssize_t length           # of a block, which is split when it is full; 0 if the window is counted
    Py_ssize_t most
    Py_ssize_t blocks           # in use


cdef inline double* values_of(const Rank* s) noexcept nogil:
    """The array of the history."""
    return <double*> (s + 1)


cdef inline double* ends_of(const Rank* s) noexcept nogil:
    """The last value of each block."""
    return values_of(s) + history_length(s.history.window)


cdef inline int32_t* sizes_of(const Rank* s) noexcept nogil:
    return <int32_t*> (ends_of(s) + s.most * (1 + s.length))


cdef inline int32_t* slots_of(const Rank* s) noexcept nogil:
    """Where in the store each block lies; behind those in use, where there is room."""
    return sizes_of(s) + s.most


cdef inline double* block_of(const Rank* s, Py_ssize_t b) noexcept nogil:
    return ends_of(s) + s.most + slots_of(s)[b] * s.length


cdef Py_ssize_t block_length(Py_ssize_t window) noexcept:
    if window <= COUNTED:
        return 0
    return 64 if window <= 4000 else 128


cdef Py_ssize_t most_blocks(Py_ssize_t window) noexcept:
    return 4 * (window // block_length(window)) + 8 if window > COUNTED else 0


cdef size_t rank_bytes(Py_ssize_t window) noexcept:
    """Memory of the state."""
    cdef Py_ssize_t most = most_blocks(window)
    return sizeof(Rank) + <size_t> (history_length(window) + most * (2 + block_length(window))) * sizeof(double)


cdef void rank_init(void* state, const Operator* op) noexcept:
    """Start in zeroed memory."""
    cdef Rank* s = <Rank*> state
    cdef Py_ssize_t b
    history_init(&s.history, op.window, op.min_periods)
    s.ties, s.percent = op.option % RANK_PERCENT, op.option >= RANK_PERCENT
    s.length, s.most = block_length(op.window), most_blocks(op.window)
    for b in range(s.most):
        slots_of(s)[b] = <int32_t> b


cdef inline double counted_rank(const Rank* s, const double* window, Py_ssize_t count, double x) noexcept nogil:
    if s.ties == RANK_AVERAGE:
        return 0.5 * <double> (functions.count_both(window, count, x) + 1)
    if s.ties == RANK_MIN:
        return <double> (functions.count_less(window, count, x) + 1)
    return <double> functions.count_not_greater(window, count, x)


cdef inline Py_ssize_t total_size(const int32_t* sizes, Py_ssize_t n) noexcept nogil:
    cdef int32_t total = 0
    cdef Py_ssize_t b
    for b in range(n):
        total += sizes[b]
    return total


cdef void open_block(Rank* s, Py_ssize_t b) noexcept nogil:
    """Make room for an empty block at b."""
    cdef double* ends = ends_of(s)
    cdef int32_t* sizes = sizes_of(s)
    cdef int32_t* slots = slots_of(s)
    cdef int32_t slot = slots[s.blocks]
    cdef size_t after = s.blocks - b
    memmove(ends + b + 1, ends + b, after * sizeof(double))
    memmove(sizes + b + 1, sizes + b, after * sizeof(int32_t))
    memmove(slots + b + 1, slots + b, after * sizeof(int32_t))
    slots[b], sizes[b] = slot, 0
    s.blocks += 1


cdef void close_block(Rank* s, Py_ssize_t b) noexcept nogil:
    cdef double* ends = ends_of(s)
    cdef int32_t* sizes = sizes_of(s)
    cdef int32_t* slots = slots_of(s)
    cdef int32_t slot = slots[b]
    cdef size_t after
    s.blocks -= 1
    after = s.blocks - b
    memmove(ends + b, ends + b + 1, after * sizeof(double))
    memmove(sizes + b, sizes + b + 1, after * sizeof(int32_t))
    memmove(slots + b, slots + b + 1, after * sizeof(int32_t))
    slots[s.blocks] = slot


cdef void split(Rank* s, Py_ssize_t b) noexcept nogil:
    """The upper half of a full block becomes a block of its own."""
    cdef Py_ssize_t half = s.length // 2
    open_block(s, b + 1)
    memcpy(block_of(s, b + 1), block_of(s, b) + half, half * sizeof(double))
    sizes_of(s)[b] = sizes_of(s)[b + 1] = <int32_t> half
    ends_of(s)[b + 1] = ends_of(s)[b]
    ends_of(s)[b] = block_of(s, b)[half - 1]


cdef void join(Rank* s, Py_ssize_t b) noexcept nogil:
    """Move block b + 1 to the end of block b."""
    cdef int32_t* sizes = sizes_of(s)
    memcpy(block_of(s, b) + sizes[b], block_of(s, b + 1), sizes[b + 1] * sizeof(double))
    sizes[b] += sizes[b + 1]
    ends_of(s)[b] = ends_of(s)[b + 1]
    close_block(s, b + 1)


cdef inline bint are_sparse(const Rank* s, Py_ssize_t b) noexcept nogil:
    """Whether block b and the next hold half a length together at most."""
    return 2 * (sizes_of(s)[b] + sizes_of(s)[b + 1]) <= s.length


cdef inline void tidy(Rank* s, Py_ssize_t b) noexcept nogil:
    """Block b has lost a value: neighbours hold more than half a length together again."""
    if sizes_of(s)[b] == 0:
        close_block(s, b)
        return
    if b + 1 < s.blocks and are_sparse(s, b):
        join(s, b)
    if b and are_sparse(s, b - 1):
        join(s, b - 1)


cdef inline void take_out(Rank* s, double x) noexcept nogil:
    cdef Py_ssize_t b = functions.count_less(ends_of(s), s.blocks, x)
    cdef double* block = block_of(s, b)
    cdef Py_ssize_t size = sizes_of(s)[b]
    cdef Py_ssize_t k = functions.count_less(block, size, x)
    size -= 1
    memmove(block + k, block + k + 1, (size - k) * sizeof(double))
    sizes_of(s)[b] = <int32_t> size
    if size:
        ends_of(s)[b] = block[size - 1]
    tidy(s, b)


cdef Py_ssize_t ties_after(const Rank* s, Py_ssize_t b, double x) noexcept nogil:
    """Values equal to x in the blocks after b, which ends with x."""
    cdef Py_ssize_t first = b + 1
    cdef Py_ssize_t whole = functions.count_not_greater(ends_of(s) + first, s.blocks - first, x)
    cdef Py_ssize_t ties = total_size(sizes_of(s) + first, whole)
    b = first + whole
    return ties + functions.count_not_greater(block_of(s, b), sizes_of(s)[b], x) if b < s.blocks else ties


cdef inline void put_in(Rank* s, double x, Py_ssize_t* less, Py_ssize_t* not_greater) noexcept nogil:
    """Put x in; how many are less and how many not greater, itself included."""
    cdef Py_ssize_t b, size, before, below, place
    cdef double* block
    if s.blocks == 0:
        open_block(s, 0)
        ends_of(s)[0] = x
    b = functions.count_less(ends_of(s), s.blocks, x)
    if b == s.blocks:
        b -= 1
    before = total_size(sizes_of(s), b)
    block, size = block_of(s, b), sizes_of(s)[b]
    below = functions.count_less(block, size, x)
    place = below + functions.count_not_greater(block + below, size - below, x)
    less[0] = before + below
    not_greater[0] = before + place + 1
    if place == size:
        not_greater[0] += ties_after(s, b, x)
    memmove(block + place + 1, block + place, (size - place) * sizeof(double))
    block[place] = x
    sizes_of(s)[b] = <int32_t> (size + 1)
    ends_of(s)[b] = block[size]
    if size + 1 == s.length:
        split(s, b)


cdef inline double sorted_rank(Rank* s, double x) noexcept nogil:
    cdef Py_ssize_t less, not_greater
    put_in(s, x, &less, &not_greater)
    if s.ties == RANK_AVERAGE:
        return 0.5 * <double> (less + not_greater + 1)
    return <double> (less + 1 if s.ties == RANK_MIN else not_greater)


cdef void append(Rank* s, const double* x, Py_ssize_t n) noexcept nogil:
    """Add n values to the array; 0 stands in for one that is not finite, as no window with it has a rank."""
    cdef double* values = values_of(s)
    cdef Py_ssize_t i
    make_room(&s.history, values, n)
    values += s.history.end
    for i in range(n):
        values[i] = x[i] if is_finite(x[i]) else 0.0
    s.history.end += n


cdef void advance_counted(Rank* s, const double* x, double* out, Py_ssize_t n) noexcept nogil:
    """Ranks of the last n values of the array."""
    cdef const double* newest = values_of(s) + s.history.end - n
    cdef History h = s.history                  # a copy that stays in registers
    cdef double rank
    cdef Py_ssize_t i
    for i in range(n):
        h.finite = h.finite + 1 if is_finite(x[i]) else 0
        h.count = min(h.count + 1, h.window)
        rank = NAN
        if is_complete(&h):
            rank = counted_rank(s, newest + i + 1 - h.count, h.count, newest[i])
        out[i] = rank / <double> h.count if s.percent else rank
    s.history = h


cdef void advance_sorted(Rank* s, const double* x, double* out, Py_ssize_t n) noexcept nogil:
    """Ranks of the last n values of the array."""
    cdef const double* newest = values_of(s) + s.history.end - n
    cdef History* h = &s.history
    cdef double rank
    cdef Py_ssize_t i
    for i in range(n):
        h.finite = h.finite + 1 if is_finite(x[i]) else 0
        if h.count < h.window:
            h.count += 1
        else:
            take_out(s, newest[i - h.window])
        rank = sorted_rank(s, newest[i])
        if s.percent:
            rank /= <double> h.count
        out[i] = rank if is_complete(h) else NAN


cdef void advance_rank(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef Rank* s = <Rank*> op.state
    cdef const double* x = <const double*> slots[op.a]
    append(s, x, n)
    if s.length:
        advance_sorted(s, x, <double*> slots[op.out], n)
    else:
        advance_counted(s, x, <double*> slots[op.out], n)
