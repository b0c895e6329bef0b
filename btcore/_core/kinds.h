/* The aggregates of a window, and what is known about each of them before anything is computed.
 *
 * `kind` is a constant wherever it is used, and everything is inlined: what a kind does not need costs nothing.
 */
#ifndef BTCORE_KINDS_H
#define BTCORE_KINDS_H

#include "vec.h"

enum {
    KIND_SUM, KIND_MEAN, KIND_VAR, KIND_STD, KIND_SKEW, KIND_KURT, KIND_WMA, KIND_SLOPE, KIND_COV, KIND_CORR,
    KIND_MIN, KIND_MAX, KIND_ARGMIN, KIND_ARGMAX
};
enum { TERMS = 5 };                 /* numbers in an aggregate, at most */

INLINE int is_extreme(int kind) { return kind >= KIND_MIN; }
INLINE int is_place(int kind) { return kind >= KIND_ARGMIN; }
INLINE int is_largest(int kind) { return kind == KIND_MAX || kind == KIND_ARGMAX; }
INLINE int is_linear(int kind) { return kind == KIND_WMA || kind == KIND_SLOPE; }
INLINE int is_spread(int kind) { return kind == KIND_VAR || kind == KIND_STD; }
INLINE int is_shape(int kind) { return kind == KIND_SKEW || kind == KIND_KURT; }
/* Of two series. */
INLINE int is_joint(int kind) { return kind == KIND_COV || kind == KIND_CORR; }
/* Of values relative to an anchor. */
INLINE int is_anchored(int kind) { return !is_extreme(kind) && kind != KIND_SUM; }

/* Numbers in the aggregate of a run of values. */
INLINE int terms_of(int kind) {
    if (kind == KIND_SUM || kind == KIND_MEAN || kind == KIND_MIN || kind == KIND_MAX) return 1;
    if (is_place(kind) || is_spread(kind) || is_linear(kind)) return 2;
    return kind == KIND_KURT ? 4 : kind == KIND_CORR ? 5 : 3;
}
/* Numbers that the tail and the head of a window bring to its result. */
INLINE int shares_of(int kind) { return is_linear(kind) ? 1 : terms_of(kind); }
/* Sub-blocks side by side, and the vectors that they take: registers are few. */
INLINE int lanes_of(int kind) { return terms_of(kind) > 3 ? 4 : 8; }
INLINE int vecs_of(int kind) { return lanes_of(kind) / WIDTH; }

/* What the last step needs to know about the number of values. */
typedef struct { double n, inverse, scale, offset; } Finish;

static Finish finish_of(int kind, double n, double ddof) {
    Finish f = { n, 1.0 / n, 1.0, 0.0 };
    if (is_spread(kind) || kind == KIND_COV) f.scale = n > ddof ? 1.0 / (n - ddof) : NAN;
    if (kind == KIND_SKEW) f.scale = n > 2.0 ? n * sqrt(n - 1.0) / (n - 2.0) : NAN;
    if (kind == KIND_KURT) {
        f.scale = n > 3.0 ? n * (n + 1.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0)) : NAN;
        f.offset = 3.0 * (n - 1.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0));
    }
    if (kind == KIND_WMA) f.scale = 2.0 / (n * (n + 1.0));
    if (kind == KIND_SLOPE) {
        f.scale = n > 1.0 ? 12.0 / (n * (n * n - 1.0)) : NAN;
        f.offset = 0.5 * (n + 1.0);
    }
    return f;
}

#endif
