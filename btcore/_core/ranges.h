/* True ranges, two at a time. */
#ifndef BTCORE_RANGES_H
#define BTCORE_RANGES_H

#include <stddef.h>

#include "pair.h"

enum { AHEAD = 2048 };              /* values from a block to the next */

/* The largest of high - low, |high - before| and |low - before|; NaN if one of them is. */
INLINE pair range_of(pair high, pair low, pair before) {
    const pair inside = sub2(high, low), up = abs2(sub2(high, before)), down = abs2(sub2(low, before));
    return nan_of(nan_of(max2(inside, max2(up, down)), up, down), inside, inside);
}
/* Of n candles; `before` is the first close that is read, that of the candle before the first. */
static void true_ranges(const double* high, const double* low, const double* before, double* out, ptrdiff_t n) {
    ptrdiff_t i = 0;
    for (; i + 8 <= n; i += 8) {
        read_soon(high + i + AHEAD);
        read_soon(low + i + AHEAD);
        read_soon(before + i + AHEAD);
        for (ptrdiff_t k = i; k < i + 8; k += 2)
            store2(out + k, range_of(load2(high + k), load2(low + k), load2(before + k)));
    }
    for (; i < n; i++) out[i] = first_of(range_of(both(high[i]), both(low[i]), both(before[i])));
}

#endif
