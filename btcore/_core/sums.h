/* Aggregates that are sums: of values, of their powers and products, of values times their places.
 *
 * u and v are values of the two series less their anchors, p the place of the value. The linear kinds need no places
 * while values come in order: there the second sum is the sum of all first sums, so an older value counts once more
 * than the next (tails), or once for each value that is newer (heads).
 */
#ifndef BTCORE_SUMS_H
#define BTCORE_SUMS_H

#include <stddef.h>

#include "kinds.h"

enum { FEW = 600 };                 /* up to so many values an anchor is one of three, above it is the mean of all */

INLINE void add_terms(int kind, vec* s, vec u, vec v, vec p) {
    s[0] = addv(s[0], u);
    if (is_spread(kind)) s[1] = addv(s[1], mulv(u, u));
    if (is_shape(kind)) {
        const vec square = mulv(u, u);
        s[1] = addv(s[1], square);
        s[2] = addv(s[2], mulv(square, u));
        if (kind == KIND_KURT) s[3] = addv(s[3], mulv(square, square));
    }
    if (is_linear(kind)) s[1] = addv(s[1], mulv(p, u));
    if (is_joint(kind)) {
        s[1] = addv(s[1], v);
        s[2] = addv(s[2], mulv(u, v));
    }
    if (kind == KIND_CORR) {
        s[3] = addv(s[3], mulv(u, u));
        s[4] = addv(s[4], mulv(v, v));
    }
}
INLINE void sums_older(int kind, vec* s, vec u, vec v, vec p) {
    if (!is_linear(kind)) { add_terms(kind, s, u, v, p); return; }
    s[0] = addv(s[0], u);
    s[1] = addv(s[1], s[0]);
}
INLINE void sums_newer(int kind, vec* s, vec u, vec v, vec p) {
    if (!is_linear(kind)) { add_terms(kind, s, u, v, p); return; }
    s[1] = addv(s[1], s[0]);
    s[0] = addv(s[0], u);
}
/* Second sum of a linear kind, from places to numbers of newer values up to the place `last`, and back. */
INLINE void turn_places(int kind, vec* s, double last) {
    if (is_linear(kind)) s[1] = subv(mulv(all(last), s[0]), s[1]);
}

/* Mean of a run, as the mean distance from its newest value. */
static double mean_of(const double* x, ptrdiff_t n) {
    const vec a = all(x[n - 1]);
    vec s[8 / WIDTH];
    double rest = 0.0;
    ptrdiff_t i = 0;
    for (int h = 0; h < 8 / WIDTH; h++) s[h] = all(0.0);
    for (; i + 8 <= n; i += 8)
        for (int h = 0; h < 8 / WIDTH; h++) s[h] = addv(s[h], subv(loadv(x + i + h * WIDTH), a));
    for (; i < n; i++) rest += x[i] - x[n - 1];
    for (int h = 0; h < 4 / WIDTH; h++) s[h] = addv(s[h], s[h + 4 / WIDTH]);
    return x[n - 1] + (total_of_four(s) + rest) / (double)n;
}
/* The middle one of three values that lie far apart in the run: one spike cannot be it. */
INLINE vec middlev(vec a, vec b, vec c) { return maxv(minv(a, b), minv(maxv(a, b), c)); }
INLINE double middle_of(const double* x, ptrdiff_t n) {
    return firstv(middlev(all(x[n - 1]), all(x[n / 2]), all(x[0])));
}
/* Powers and products of distances from a value that is far from the mean would cancel; distances alone do not. */
INLINE double anchor_of(int kind, const double* x, ptrdiff_t n) {
    return n > FEW && kind != KIND_MEAN && !is_linear(kind) ? mean_of(x, n) : middle_of(x, n);
}

/* Aggregate of a run whose oldest value has the place `p`. */
INLINE void sums_of_run(int kind, vec* s, const double* x, const double* y, ptrdiff_t n, const double* anchor, double p) {
    const vec a = all(anchor[0]), b = all(anchor[1]);
    vec r[4 / WIDTH][TERMS], place = from_on(p, 1.0), v = all(0.0);
    ptrdiff_t i = 0;
    for (int h = 0; h < 4 / WIDTH; h++) for (int q = 0; q < terms_of(kind); q++) r[h][q] = all(0.0);
    for (; i + 4 <= n; i += 4) for (int h = 0; h < 4 / WIDTH; h++) {
        const vec u = loadv(x + i + h * WIDTH);
        if (is_joint(kind)) v = subv(loadv(y + i + h * WIDTH), b);
        add_terms(kind, r[h], is_anchored(kind) ? subv(u, a) : u, v, place);
        place = addv(place, all((double)WIDTH));
    }
    for (int q = 0; q < terms_of(kind); q++) {
        vec four[4 / WIDTH];
        for (int h = 0; h < 4 / WIDTH; h++) four[h] = r[h][q];
        s[q] = all(total_of_four(four));
    }
    for (; i < n; i++) {
        const vec u = all(x[i]);
        if (is_joint(kind)) v = subv(all(y[i]), b);
        add_terms(kind, s, is_anchored(kind) ? subv(u, a) : u, v, all(p + (double)i));
    }
}

/* What a tail or a head brings to the result of its window. */
INLINE vec share_of_tail(int kind, const Finish* f, const vec* s, int q) {
    return kind == KIND_SLOPE ? subv(s[1], mulv(all(f->offset), s[0])) : kind == KIND_WMA ? s[1] : s[q];
}
INLINE vec share_of_head(int kind, const Finish* f, const vec* s, int q) {
    if (!is_linear(kind)) return s[q];
    return subv(mulv(all(kind == KIND_WMA ? f->n : f->n - f->offset), s[0]), s[1]);
}

/* Sum of squares about the mean, of the sums of u and of u * u. */
INLINE vec about_mean(vec squares, vec sum, vec mean) { return maxv(all(0.0), subv(squares, mulv(sum, mean))); }

INLINE vec skew_of(const Finish* f, const vec* s, vec mean) {
    const vec squares = about_mean(s[1], s[0], mean);
    const vec shift = subv(mulv(all(3.0), s[1]), mulv(all(2.0), mulv(s[0], mean)));
    return divv(mulv(all(f->scale), subv(s[2], mulv(mean, shift))), mulv(squares, sqrtv(squares)));
}
INLINE vec kurt_of(const Finish* f, const vec* s, vec mean) {
    const vec squares = about_mean(s[1], s[0], mean);
    const vec inner = subv(mulv(all(6.0), s[1]), mulv(all(3.0), mulv(s[0], mean)));
    const vec fourths = subv(s[3], mulv(mean, subv(mulv(all(4.0), s[2]), mulv(mean, inner))));
    return subv(divv(mulv(all(f->scale), fourths), mulv(squares, squares)), all(f->offset));
}
INLINE vec corr_of(const Finish* f, const vec* s, vec mean) {
    const vec xs = about_mean(s[3], s[0], mean), ys = about_mean(s[4], s[1], mulv(s[1], all(f->inverse)));
    const vec r = divv(subv(s[2], mulv(mean, s[1])), mulv(sqrtv(xs), sqrtv(ys)));
    return maxv(all(-1.0), minv(all(1.0), r));
}
/* The result, of what tail and head bring; `a` is the anchor of the first series. */
INLINE vec result_of_sums(int kind, const Finish* f, const vec* tail, const vec* head, vec a) {
    vec s[TERMS], mean;
    for (int q = 0; q < shares_of(kind); q++) s[q] = addv(tail[q], head[q]);
    if (kind == KIND_SUM) return s[0];
    if (kind == KIND_WMA) return addv(a, mulv(s[0], all(f->scale)));
    if (kind == KIND_SLOPE) return mulv(s[0], all(f->scale));
    mean = mulv(s[0], all(f->inverse));
    if (kind == KIND_MEAN) return addv(a, mean);
    if (kind == KIND_SKEW) return skew_of(f, s, mean);
    if (kind == KIND_KURT) return kurt_of(f, s, mean);
    if (kind == KIND_CORR) return corr_of(f, s, mean);
    if (kind == KIND_COV) return mulv(subv(s[2], mulv(mean, s[1])), all(f->scale));
    s[1] = mulv(about_mean(s[1], s[0], mean), all(f->scale));
    return kind == KIND_VAR ? s[1] : sqrtv(s[1]);
}

#endif
