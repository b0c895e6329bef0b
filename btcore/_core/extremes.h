/* Aggregates that are extremes: the smallest value, and where asked for its place; of equal values the newest counts.
 *
 * A largest value is the smallest of the negated ones.
 */
#ifndef BTCORE_EXTREMES_H
#define BTCORE_EXTREMES_H

#include <stddef.h>

#include "kinds.h"

INLINE vec turned(int kind, vec x) { return is_largest(kind) ? negv(x) : x; }

/* One more value: u at the place p. */
INLINE void extremes_older(int kind, vec* s, vec u, vec p) {
    if (is_place(kind)) s[1] = if_lessv(u, s[0], p, s[1]);
    s[0] = minv(u, s[0]);
}
INLINE void extremes_newer(int kind, vec* s, vec u, vec p) {
    if (is_place(kind)) s[1] = if_lessv(s[0], u, s[1], p);
    s[0] = minv(s[0], u);
}

/* Aggregate of a run whose oldest value has the place `p`: its smallest value, then where that is. */
INLINE void extremes_of_run(int kind, vec* s, const double* x, ptrdiff_t n, double p) {
    vec c[8 / WIDTH];
    double least[8], value = INFINITY;
    ptrdiff_t i = 0;
    for (int h = 0; h < 8 / WIDTH; h++) c[h] = all(INFINITY);
    for (; i + 8 <= n; i += 8)
        for (int h = 0; h < 8 / WIDTH; h++) c[h] = minv(turned(kind, loadv(x + i + h * WIDTH)), c[h]);
    for (int h = 0; h < 8 / WIDTH; h++) storev(least + h * WIDTH, c[h]);
    for (int g = 0; g < 8; g++) value = least[g] < value ? least[g] : value;
    s[0] = all(value);
    for (; i < n; i++) s[0] = minv(turned(kind, all(x[i])), s[0]);
    value = firstv(s[0]);
    if (!is_place(kind)) return;
    if (is_largest(kind)) value = -value;
    for (i = n - 1; i > 0 && x[i] != value; i--) {}
    s[1] = all(p + (double)i);
}

/* The result from tail and head; `p` is the place of the newest value. */
INLINE vec result_of_extremes(int kind, const vec* tail, const vec* head, vec p) {
    if (!is_place(kind)) return turned(kind, minv(head[0], tail[0]));
    return subv(p, if_lessv(tail[0], head[0], tail[1], head[1]));
}

#endif
