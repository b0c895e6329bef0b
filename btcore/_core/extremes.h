/* Aggregates that are extremes: the smallest value, and where asked for its place; of equal values the newest counts.
 *
 * A largest value is the smallest of the negated ones.
 */
#ifndef BTCORE_EXTREMES_H
#define BTCORE_EXTREMES_H

#include <stddef.h>

#include "kinds.h"

INLINE pair turned(int kind, pair x) { return is_largest(kind) ? neg2(x) : x; }

/* One more value: u at the place p. */
INLINE void extremes_older(int kind, pair* s, pair u, pair p) {
    if (is_place(kind)) s[1] = if_less(u, s[0], p, s[1]);
    s[0] = min2(u, s[0]);
}
INLINE void extremes_newer(int kind, pair* s, pair u, pair p) {
    if (is_place(kind)) s[1] = if_less(s[0], u, s[1], p);
    s[0] = min2(s[0], u);
}

/* Aggregate of a run whose oldest value has the place `p`: its smallest value, then where that is. */
INLINE void extremes_of_run(int kind, pair* s, const double* x, ptrdiff_t n, double p) {
    pair c[4] = { both(INFINITY), both(INFINITY), both(INFINITY), both(INFINITY) };
    double least[2], value;
    ptrdiff_t i = 0;
    for (; i + 8 <= n; i += 8) for (int g = 0; g < 4; g++) c[g] = min2(turned(kind, load2(x + i + 2 * g)), c[g]);
    for (; i < n; i++) c[0] = min2(turned(kind, both(x[i])), c[0]);
    store2(least, min2(min2(c[0], c[2]), min2(c[1], c[3])));
    value = least[0] < least[1] ? least[0] : least[1];
    s[0] = both(value);
    if (!is_place(kind)) return;
    if (is_largest(kind)) value = -value;
    for (i = n - 1; i > 0 && x[i] != value; i--) {}
    s[1] = both(p + (double)i);
}

/* The result from tail and head; `p` is the place of the newest value. */
INLINE pair result_of_extremes(int kind, const pair* tail, const pair* head, pair p) {
    if (!is_place(kind)) return turned(kind, min2(head[0], tail[0]));
    return sub2(p, if_less(tail[0], head[0], tail[1], head[1]));
}

#endif
