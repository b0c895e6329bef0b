/* Rolling aggregates: how time is cut, the state, and the one way through the values.
 *
 * Outputs come in sub-blocks of `size`, `group` of them to a group, at absolute multiples. All windows of a group
 * share its core. A window is a tail (accumulated backwards on top of what the windows of its sub-block share: the core,
 * the tails of later sub-blocks, the heads of earlier ones) and a head (accumulated forwards):
 *
 *            |---- tails ----|-------- core --------|---- heads ----|
 *                  |--------- a window of the group ---------|
 *
 * Nothing is ever subtracted from an aggregate. Eight sub-blocks (four where the aggregate has many terms) advance side
 * by side, WIDTH to a vector; each does exactly what it does alone, value by value. So the bits depend neither on how values
 * are cut into calls nor on the width of registers. Windows below DIRECT values are computed one by one, as tails.
 */
#ifndef BTCORE_WINDOW_H
#define BTCORE_WINDOW_H

#include <stddef.h>
#include <string.h>

#include "aggregates.h"

enum { LONGEST = 128, ROOM = 2048, CHUNK = 512, DIRECT = 6, GROUPED = 300 };

typedef struct {                    /* arrays of doubles follow */
    ptrdiff_t window, least, ddof;  /* least: values from which on there is a result */
    ptrdiff_t size, group;
    ptrdiff_t seen, finite;         /* values so far, finite ones in a row up to now */
    ptrdiff_t filled, room, kept;   /* of the buffer: values in it, capacity, how many of them may still be needed */
    ptrdiff_t sub, at;              /* sub-block in the group, place in the sub-block */
    double anchor[2];
    double heads[TERMS], head[TERMS];                   /* heads: of the sub-blocks before, head: of the current one */
    double early[TERMS], early_anchor[2];               /* of a window that is still growing */
    Finish finish;
} Window;

static void lay_out(Window* w, ptrdiff_t window) {
    w->window = window;
    w->size = window < DIRECT ? 1 : 4;
    while (w->size > 1 && 2 * w->size < window - window / 8 && w->size < LONGEST) w->size *= 2;
    w->group = 1;
    if (window > GROUPED) {
        w->size = window > 2 * GROUPED ? 64 : 32;
        w->group = (window - window / 4) / (8 * w->size) * 8;
        if (w->group < 8) w->group = 8;
    }
    w->kept = window - 1;
    w->room = w->kept + (window > ROOM ? window : ROOM);
}
INLINE double* series_of(Window* w, int which) { return (double*)(w + 1) + which * w->room; }
/* tails[q * size + k]: what the tail of the k-th window of the current sub-block brings, by number */
INLINE double* tails_of(int kind, Window* w) { return series_of(w, 1 + is_joint(kind)); }
/* rests[j * TERMS + q]: tails of sub-blocks j and later, and the core */
INLINE double* rests_of(int kind, Window* w) { return tails_of(kind, w) + shares_of(kind) * w->size; }

INLINE size_t window_bytes(int kind, ptrdiff_t window) {
    Window w;
    lay_out(&w, window);
    return sizeof(Window) + sizeof(double) * (size_t)((1 + is_joint(kind)) * w.room + shares_of(kind) * w.size
        + (w.group > 1 ? TERMS * (w.group + 1) : 0));
}
/* `w` is zeroed memory. What stands in the buffer before the first value is never part of a result. */
INLINE void window_init(Window* w, int kind, ptrdiff_t window, ptrdiff_t least, ptrdiff_t ddof) {
    lay_out(w, window);
    w->least = least;
    w->ddof = ddof;
    w->filled = w->kept;
    w->finish = finish_of(kind, (double)window, (double)ddof);
}

INLINE void load_all(int kind, vec* s, const double* from) {
    for (int q = 0; q < terms_of(kind); q++) s[q] = all(from[q]);
}
INLINE void store_all(int kind, double* to, const vec* s) {
    for (int q = 0; q < terms_of(kind); q++) to[q] = firstv(s[q]);
}

#include "subblocks.h"
#include "leap.h"

/* The windows that end at x[0] or, where `several`, at WIDTH values from there: from the newest value, the anchor, back. */
INLINE vec direct_some(int kind, const Window* w, const double* x, const double* y, int several) {
    const vec a = several ? loadv(x) : all(x[0]), zero = all(0.0);
    const vec b = !is_joint(kind) ? zero : several ? loadv(y) : all(y[0]);
    vec s[TERMS], share[TERMS], none[TERMS], p = zero, v = zero;
    nothing(kind, none);
    nothing(kind, s);
    for (ptrdiff_t j = 0; j < w->window; j++) {
        const vec u = several ? loadv(x - j) : all(x[-j]);
        if (is_joint(kind)) v = subv(several ? loadv(y - j) : all(y[-j]), b);
        take_older(kind, s, first_series(kind, u, a), v, p);
        p = subv(p, all(1.0));
    }
    for (int q = 0; q < shares_of(kind); q++) share[q] = share_of_older(kind, &w->finish, s, q);
    return result_of(kind, &w->finish, share, none, a, zero);
}
INLINE void direct(int kind, const Window* w, const double* x, const double* y, double* out, ptrdiff_t n) {
    ptrdiff_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH) storev(out + i, direct_some(kind, w, x + i, y + i, 1));
    for (; i < n; i++) out[i] = firstv(direct_some(kind, w, x + i, y + i, 0));
}
/* Aggregate of the first t values, x[-t] to x[-1], about an anchor that is taken anew. */
INLINE void start_early(int kind, Window* w, vec* s, const double* x, const double* y, ptrdiff_t t) {
    if (is_anchored(kind)) w->early_anchor[0] = t ? anchor_of(kind, x - t, t) : x[0];
    if (is_joint(kind)) w->early_anchor[1] = t ? anchor_of(kind, y - t, t) : y[0];
    nothing(kind, s);
    if (t == 0) return;
    of_run(kind, s, x - t, y - t, t, w->early_anchor, 0.0);
    turn_places(kind, s, (double)(t - 1));
}
/* Windows that hold all values so far; the anchor is renewed whenever their number is a power of two. */
INLINE void grow(int kind, Window* w, const double* x, const double* y, double* out, ptrdiff_t n) {
    vec s[TERMS], share[TERMS], none[TERMS], v = all(0.0);
    nothing(kind, none);
    for (ptrdiff_t i = 0; i < n; i++) {
        const ptrdiff_t t = w->seen + i;            /* index of this value */
        const Finish f = finish_of(kind, (double)(t + 1), (double)w->ddof);
        if (t & (t - 1)) load_all(kind, s, w->early);
        else start_early(kind, w, s, x + i, y + i, t);
        if (is_joint(kind)) v = all(y[i] - w->early_anchor[1]);
        take_newer(kind, s, first_series(kind, all(x[i]), all(w->early_anchor[0])), v, all((double)t));
        store_all(kind, w->early, s);
        for (int q = 0; q < shares_of(kind); q++) share[q] = share_of_newer(kind, &f, s, q);
        out[i] = firstv(result_of(kind, &f, none, share, all(w->early_anchor[0]), all((double)t)));
    }
}
/* NaN where a window has too few values or one that is not finite. */
static void blank(Window* w, const double* x, const double* y, double* out, ptrdiff_t n, int all_finite) {
    if (all_finite && w->finite >= w->window) return;
    for (ptrdiff_t i = 0; i < n; i++) {
        const ptrdiff_t seen = w->seen + i + 1, count = seen < w->window ? seen : w->window;
        w->finite = (x[i] - x[i]) + (y[i] - y[i]) == 0.0 ? w->finite + 1 : 0;
        if (w->finite < count || count < w->least) out[i] = NAN;
    }
}
/* 0 where all of n values are finite, else NaN; they are copied to the buffer if there is one. What comes CHUNK values
 * later is asked for on the way, so that it arrives while the outputs of these are computed. */
INLINE double unclean(const double* x, ptrdiff_t n, double* to) {
    vec bad[2] = { all(0.0), all(0.0) };
    double each[WIDTH], rest = 0.0;
    ptrdiff_t i = 0;
    for (; i + 2 * WIDTH <= n; i += 2 * WIDTH) for (int h = 0; h < 2; h++) {
        const vec u = loadv(x + i + h * WIDTH);
        if (h == 0) read_soon(x + i + CHUNK);
        bad[h] = addv(bad[h], subv(u, u));
        if (to) storev(to + i + h * WIDTH, u);
    }
    for (; i < n; i++) {
        if (to) to[i] = x[i];
        rest += x[i] - x[i];
    }
    storev(each, addv(bad[0], bad[1]));
    for (int g = 0; g < WIDTH; g++) rest += each[g];
    return rest;
}
/* Outputs for n values that have their windows before them in memory. */
INLINE void outputs(int kind, Window* w, const double* x, const double* y, double* out, ptrdiff_t n) {
    if (w->window < DIRECT) direct(kind, w, x, y, out, n);
    else if (w->group > 1) sub_blocks(kind, 1, w, x, y, out, n);
    else sub_blocks(kind, 0, w, x, y, out, n);
}
/* How many of n values have to go through the buffer: windows of later ones lie in the array of the caller. `side` is the
 * length of the sub-blocks that leap together. */
static ptrdiff_t buffered(const Window* w, ptrdiff_t side, ptrdiff_t n) {
    const ptrdiff_t some = (w->kept + side - 1) / side * side;
    if (some + w->kept >= n || w->seen < w->kept || (w->sub * w->size + w->at) % side) return n;
    return some;
}
/* Results for n values that the buffer has room for, from the buffer; 0 where all values are finite, else NaN. */
INLINE double from_buffer(int kind, Window* w, const double* x, const double* y, double* out, ptrdiff_t n) {
    double *bx = series_of(w, 0) + w->filled, *by = is_joint(kind) ? series_of(w, 1) + w->filled : bx;
    const double bad = unclean(x, n, bx) + (is_joint(kind) ? unclean(y, n, by) : 0.0);
    const ptrdiff_t early = w->kept - w->seen < n ? w->kept - w->seen : n;
    outputs(kind, w, bx, by, out, n);
    if (early > 0 && w->least < w->window) grow(kind, w, bx, by, out, early);
    w->filled += n;
    return bad;
}
/* The same for those from `i` on, whose windows lie in x and y; then the buffer holds the last. */
INLINE double from_caller(
    int kind, Window* w, const double* x, const double* y, double* out, ptrdiff_t i, ptrdiff_t n
) {
    const ptrdiff_t side = lanes_of(kind) * w->size, most = side > CHUNK ? side : CHUNK;
    double bad = 0.0;
    for (ptrdiff_t some; i < n; i += some) {
        some = n - i < most ? n - i : most;
        bad += unclean(x + i, some, 0) + (is_joint(kind) ? unclean(y + i, some, 0) : 0.0);
        outputs(kind, w, x + i, y + i, out + i, some);
    }
    memcpy(series_of(w, 0), x + n - w->kept, sizeof(double) * (size_t)w->kept);
    if (is_joint(kind)) memcpy(series_of(w, 1), y + n - w->kept, sizeof(double) * (size_t)w->kept);
    w->filled = w->kept;
    return bad;
}
/* Room for more values: those that may still be needed move to the front. */
INLINE void make_room(int kind, Window* w) {
    for (int k = 0; k < 1 + is_joint(kind); k++)
        memmove(series_of(w, k), series_of(w, k) + w->filled - w->kept, sizeof(double) * (size_t)w->kept);
    w->filled = w->kept;
}
/* Whether one more value only goes on with a sub-block, after a window of finite ones. */
INLINE int is_plain_step(int kind, const Window* w, const double* x, const double* y) {
    return w->finite >= w->window && w->at > 0 && w->at + 1 < w->size && w->filled < w->room
        && x[0] - x[0] == 0.0 && (!is_joint(kind) || y[0] - y[0] == 0.0);
}
/* The result for that value. */
INLINE void plain_step(int kind, Window* w, const double* x, const double* y, double* out) {
    series_of(w, 0)[w->filled] = x[0];
    if (is_joint(kind)) series_of(w, 1)[w->filled] = y[0];
    walk(kind, 0, w, x, y, out, 1);
    w->filled += 1;
    w->seen += 1;
}
/* Results for n more values; y is x where there is one series. */
INLINE void window_advance(int kind, Window* w, const double* x, const double* y, double* out, ptrdiff_t n) {
    while (n > 0) {
        ptrdiff_t some, near;
        double bad;
        if (w->filled == w->room) make_room(kind, w);
        some = n < w->room - w->filled ? n : w->room - w->filled;
        near = buffered(w, lanes_of(kind) * w->size, some);
        bad = from_buffer(kind, w, x, y, out, near);
        if (near < some) bad += from_caller(kind, w, x, y, out, near, some);
        blank(w, x, y, out, some, bad == 0.0);
        w->seen += some;
        x += some; y += some; out += some; n -= some;
    }
}

#endif
