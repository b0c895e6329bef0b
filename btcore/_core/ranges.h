/* True ranges, two at a time. */
#ifndef BTCORE_RANGES_H
#define BTCORE_RANGES_H

#include <stddef.h>

#include "pair.h"

/* The largest of high - low, |high - before| and |low - before|; NaN if one of them is. */
INLINE pair range_of(pair high, pair low, pair before) {
    const pair inside = sub2(high, low), up = abs2(sub2(high, before)), down = abs2(sub2(low, before));
    return nan_of(nan_of(max2(inside, max2(up, down)), up, down), inside, inside);
}
/* Of n candles; `before` is the first close that is read, that of the candle before the first. */
static void true_ranges(const double* high, const double* low, const double* before, double* out, ptrdiff_t n) {
    ptrdiff_t i = 0;
    for (; i + 2 <= n; i += 2) store2(out + i, range_of(load2(high + i), load2(low + i), load2(before + i)));
    if (i < n) out[i] = first_of(range_of(both(high[i]), both(low[i]), both(before[i])));
}

#endif
