/* True ranges, and exponential means side by side, a pair of candles at a time: see recursions.pyx. */
#ifndef BTCORE_RECURSIONS_H
#define BTCORE_RECURSIONS_H

#include "ranges.h"
#include "vec.h"

typedef void (*LanesFunction)(
    const double** x, double** out, const double* alpha, const double* beta, double* y, ptrdiff_t pairs);

typedef struct {
    void (*true_ranges)(const double* high, const double* low, const double* before, double* out, ptrdiff_t n);
    LanesFunction four_lanes, eight_lanes;
} RecursionFunctions;

INLINE void advance_vecs(int vecs, const double** x, double** out, const double* alpha, const double* beta, double* y,
                         ptrdiff_t pairs) {
    vec a[8 / WIDTH], b[8 / WIDTH], v[8 / WIDTH], first, second;
    for (int k = 0; k < vecs; k++) {
        a[k] = loadv(alpha + k * WIDTH);
        b[k] = loadv(beta + k * WIDTH);
        v[k] = loadv(y + k * WIDTH);
    }
    for (ptrdiff_t i = 0; i < 2 * pairs; i += 2) for (int k = 0; k < vecs; k++) {
        pairs_in(&first, &second, x + k * WIDTH, i);
        first = subv(first, v[k]);
        second = subv(second, v[k]);
        const vec early = addv(v[k], mulv(a[k], first));
        v[k] = addv(v[k], addv(mulv(b[k], first), mulv(a[k], second)));
        pairs_out(early, v[k], out + k * WIDTH, i);
    }
    for (int k = 0; k < vecs; k++) storev(y + k * WIDTH, v[k]);
}

static void four_lanes(const double** x, double** out, const double* alpha, const double* beta, double* y,
                       ptrdiff_t pairs) {
    advance_vecs(4 / WIDTH, x, out, alpha, beta, y, pairs);
}
static void eight_lanes(const double** x, double** out, const double* alpha, const double* beta, double* y,
                        ptrdiff_t pairs) {
    advance_vecs(8 / WIDTH, x, out, alpha, beta, y, pairs);
}

static const RecursionFunctions recursion_functions = {true_ranges, four_lanes, eight_lanes};

#endif
