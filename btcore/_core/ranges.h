/* True ranges, some at a time. */
#ifndef BTCORE_RANGES_H
#define BTCORE_RANGES_H

#include <stddef.h>

#include "vec.h"

enum { AHEAD = 2048 };              /* values from a block to the next */

/* The largest of high - low, |high - before| and |low - before|; NaN if one of them is. */
INLINE vec range_of(vec high, vec low, vec before) {
    const vec inside = subv(high, low), up = absv(subv(high, before)), down = absv(subv(low, before));
    return nan_ofv(nan_ofv(maxv(inside, maxv(up, down)), up, down), inside, inside);
}
/* Of n candles; `before` is the first close that is read, that of the candle before the first. */
static void true_ranges(const double* high, const double* low, const double* before, double* out, ptrdiff_t n) {
    ptrdiff_t i = 0;
    for (; i + 8 <= n; i += 8) {
        read_soon(high + i + AHEAD);
        read_soon(low + i + AHEAD);
        read_soon(before + i + AHEAD);
        for (ptrdiff_t k = i; k < i + 8; k += WIDTH)
            storev(out + k, range_of(loadv(high + k), loadv(low + k), loadv(before + k)));
    }
    for (; i < n; i++) out[i] = firstv(range_of(all(high[i]), all(low[i]), all(before[i])));
}

#endif
