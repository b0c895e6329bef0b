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

INLINE void add_terms(int kind, pair* s, pair u, pair v, pair p) {
    s[0] = add2(s[0], u);
    if (is_spread(kind)) s[1] = add2(s[1], mul2(u, u));
    if (is_shape(kind)) {
        const pair square = mul2(u, u);
        s[1] = add2(s[1], square);
        s[2] = add2(s[2], mul2(square, u));
        if (kind == KIND_KURT) s[3] = add2(s[3], mul2(square, square));
    }
    if (is_linear(kind)) s[1] = add2(s[1], mul2(p, u));
    if (is_joint(kind)) {
        s[1] = add2(s[1], v);
        s[2] = add2(s[2], mul2(u, v));
    }
    if (kind == KIND_CORR) {
        s[3] = add2(s[3], mul2(u, u));
        s[4] = add2(s[4], mul2(v, v));
    }
}
INLINE void sums_older(int kind, pair* s, pair u, pair v, pair p) {
    if (!is_linear(kind)) { add_terms(kind, s, u, v, p); return; }
    s[0] = add2(s[0], u);
    s[1] = add2(s[1], s[0]);
}
INLINE void sums_newer(int kind, pair* s, pair u, pair v, pair p) {
    if (!is_linear(kind)) { add_terms(kind, s, u, v, p); return; }
    s[1] = add2(s[1], s[0]);
    s[0] = add2(s[0], u);
}
/* Second sum of a linear kind, from places to numbers of newer values up to the place `last`, and back. */
INLINE void turn_places(int kind, pair* s, double last) {
    if (is_linear(kind)) s[1] = sub2(mul2(both(last), s[0]), s[1]);
}

/* Mean of a run, as the mean distance from its newest value. */
static double mean_of(const double* x, ptrdiff_t n) {
    const pair a = both(x[n - 1]);
    pair s[4] = { both(0.0), both(0.0), both(0.0), both(0.0) };
    double rest = 0.0;
    ptrdiff_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int g = 0; g < 4; g++) s[g] = add2(s[g], sub2(load2(x + i + 2 * g), a));
    for (; i < n; i++) rest += x[i] - x[n - 1];
    return x[n - 1] + (total2(add2(add2(s[0], s[2]), add2(s[1], s[3]))) + rest) / (double)n;
}
/* The middle one of three values that lie far apart in the run: one spike cannot be it. */
INLINE pair middle2(pair a, pair b, pair c) { return max2(min2(a, b), min2(max2(a, b), c)); }
INLINE double middle_of(const double* x, ptrdiff_t n) {
    return first_of(middle2(both(x[n - 1]), both(x[n / 2]), both(x[0])));
}
/* Powers and products of distances from a value that is far from the mean would cancel; distances alone do not. */
INLINE double anchor_of(int kind, const double* x, ptrdiff_t n) {
    return n > FEW && kind != KIND_MEAN && !is_linear(kind) ? mean_of(x, n) : middle_of(x, n);
}

/* Aggregate of a run whose oldest value has the place `p`. */
INLINE void sums_of_run(int kind, pair* s, const double* x, const double* y, ptrdiff_t n, const double* anchor, double p) {
    const pair a = both(anchor[0]), b = both(anchor[1]);
    pair r[2][TERMS], place = pair_of(p, p + 1.0), v = both(0.0);
    ptrdiff_t i = 0;
    for (int q = 0; q < terms_of(kind); q++) r[0][q] = r[1][q] = both(0.0);
    for (; i + 4 <= n; i += 4) for (int h = 0; h < 2; h++) {
        const pair u = load2(x + i + 2 * h);
        if (is_joint(kind)) v = sub2(load2(y + i + 2 * h), b);
        add_terms(kind, r[h], is_anchored(kind) ? sub2(u, a) : u, v, place);
        place = add2(place, both(2.0));
    }
    for (int q = 0; q < terms_of(kind); q++) s[q] = both(total2(add2(r[0][q], r[1][q])));
    for (; i < n; i++) {
        const pair u = both(x[i]);
        if (is_joint(kind)) v = sub2(both(y[i]), b);
        add_terms(kind, s, is_anchored(kind) ? sub2(u, a) : u, v, both(p + (double)i));
    }
}

/* What a tail or a head brings to the result of its window. */
INLINE pair share_of_tail(int kind, const Finish* f, const pair* s, int q) {
    return kind == KIND_SLOPE ? sub2(s[1], mul2(both(f->offset), s[0])) : kind == KIND_WMA ? s[1] : s[q];
}
INLINE pair share_of_head(int kind, const Finish* f, const pair* s, int q) {
    if (!is_linear(kind)) return s[q];
    return sub2(mul2(both(kind == KIND_WMA ? f->n : f->n - f->offset), s[0]), s[1]);
}

/* Sum of squares about the mean, of the sums of u and of u * u. */
INLINE pair about_mean(pair squares, pair sum, pair mean) { return max2(both(0.0), sub2(squares, mul2(sum, mean))); }

INLINE pair skew_of(const Finish* f, const pair* s, pair mean) {
    const pair squares = about_mean(s[1], s[0], mean);
    const pair shift = sub2(mul2(both(3.0), s[1]), mul2(both(2.0), mul2(s[0], mean)));
    return div2(mul2(both(f->scale), sub2(s[2], mul2(mean, shift))), mul2(squares, sqrt2(squares)));
}
INLINE pair kurt_of(const Finish* f, const pair* s, pair mean) {
    const pair squares = about_mean(s[1], s[0], mean);
    const pair inner = sub2(mul2(both(6.0), s[1]), mul2(both(3.0), mul2(s[0], mean)));
    const pair fourths = sub2(s[3], mul2(mean, sub2(mul2(both(4.0), s[2]), mul2(mean, inner))));
    return sub2(div2(mul2(both(f->scale), fourths), mul2(squares, squares)), both(f->offset));
}
INLINE pair corr_of(const Finish* f, const pair* s, pair mean) {
    const pair xs = about_mean(s[3], s[0], mean), ys = about_mean(s[4], s[1], mul2(s[1], both(f->inverse)));
    const pair r = div2(sub2(s[2], mul2(mean, s[1])), mul2(sqrt2(xs), sqrt2(ys)));
    return max2(both(-1.0), min2(both(1.0), r));
}
/* The result, of what tail and head bring; `a` is the anchor of the first series. */
INLINE pair result_of_sums(int kind, const Finish* f, const pair* tail, const pair* head, pair a) {
    pair s[TERMS], mean;
    for (int q = 0; q < shares_of(kind); q++) s[q] = add2(tail[q], head[q]);
    if (kind == KIND_SUM) return s[0];
    if (kind == KIND_WMA) return add2(a, mul2(s[0], both(f->scale)));
    if (kind == KIND_SLOPE) return mul2(s[0], both(f->scale));
    mean = mul2(s[0], both(f->inverse));
    if (kind == KIND_MEAN) return add2(a, mean);
    if (kind == KIND_SKEW) return skew_of(f, s, mean);
    if (kind == KIND_KURT) return kurt_of(f, s, mean);
    if (kind == KIND_CORR) return corr_of(f, s, mean);
    if (kind == KIND_COV) return mul2(sub2(s[2], mul2(mean, s[1])), both(f->scale));
    s[1] = mul2(about_mean(s[1], s[0], mean), both(f->scale));
    return kind == KIND_VAR ? s[1] : sqrt2(s[1]);
}

#endif
