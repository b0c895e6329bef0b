/* One interface to sums and extremes. An aggregate is an array of `terms_of(kind)` vectors, of WIDTH windows at once. */
#ifndef BTCORE_AGGREGATES_H
#define BTCORE_AGGREGATES_H

#include "extremes.h"
#include "sums.h"

/* Of no values. */
INLINE void nothing(int kind, vec* s) {
    for (int q = 0; q < terms_of(kind); q++) s[q] = all(is_extreme(kind) && q == 0 ? INFINITY : 0.0);
}
/* One more value at the old end, at the new end. */
INLINE void take_older(int kind, vec* s, vec u, vec v, vec p) {
    if (is_extreme(kind)) extremes_older(kind, s, u, p);
    else sums_older(kind, s, u, v, p);
}
INLINE void take_newer(int kind, vec* s, vec u, vec v, vec p) {
    if (is_extreme(kind)) extremes_newer(kind, s, u, p);
    else sums_newer(kind, s, u, v, p);
}
/* Of a run of n values; its oldest has the place `p`. */
INLINE void of_run(int kind, vec* s, const double* x, const double* y, ptrdiff_t n, const double* anchor, double p) {
    if (is_extreme(kind)) extremes_of_run(kind, s, x, n, p);
    else sums_of_run(kind, s, x, y, n, anchor, p);
}
/* `s` and a run right after it. */
INLINE void append(int kind, vec* s, const vec* newer) {
    if (is_extreme(kind)) { extremes_newer(kind, s, newer[0], newer[is_place(kind)]); return; }
    for (int q = 0; q < terms_of(kind); q++) s[q] = addv(s[q], newer[q]);
}
INLINE vec share_of_older(int kind, const Finish* f, const vec* s, int q) {
    return is_extreme(kind) ? s[q] : share_of_tail(kind, f, s, q);
}
INLINE vec share_of_newer(int kind, const Finish* f, const vec* s, int q) {
    return is_extreme(kind) ? s[q] : share_of_head(kind, f, s, q);
}
/* The result, of what tail and head bring; `a` is the first anchor, `p` the place of the newest value. */
INLINE vec result_of(int kind, const Finish* f, const vec* tail, const vec* head, vec a, vec p) {
    return is_extreme(kind) ? result_of_extremes(kind, tail, head, p) : result_of_sums(kind, f, tail, head, a);
}

#endif
