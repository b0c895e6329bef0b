/* Passes over values for order statistics, two values at a time: compilers do not vectorise them by themselves.
 *
 * No value here is NaN, and nothing is computed: values are compared and moved, so the bits are those of plain C.
 */
#ifndef BTCORE_ORDER_H
#define BTCORE_ORDER_H

#include <stddef.h>

#include "pair.h"

/* Puts `x` where it sorts in `values` and takes `oldest` out, in one pass; INFINITY stands for none. `values` are
 * sorted, an even number. */
INLINE void exchange(double* values, ptrdiff_t n, double x, double oldest)
{
    const pair in = both(x), out = both(oldest), end = both(INFINITY);
    pair before = both(-INFINITY), here = load2(values), now, next;
    now = max2(min2(here, in), across(before, here));
    for (ptrdiff_t k = 0; k < n; k += 2) {
        before = here;
        here = k + 2 < n ? load2(values + k + 2) : end;
        next = max2(min2(here, in), across(before, here));
        store2(values + k, if_less(now, out, now, across(now, next)));
        now = next;
    }
}

/* Which of n <= 64 values are in [low, high], a bit for each. */
INLINE uint64_t within(const double* x, ptrdiff_t n, double low, double high)
{
    const pair from = both(low), to = both(high);
    uint64_t bits = 0;
    ptrdiff_t k;
    for (k = 0; k + 4 <= n; k += 4)
        bits |= within4(load2(x + k), load2(x + k + 2), from, to) << k;
    for (; k < n; k++)
        bits |= (uint64_t) ((x[k] >= low) & (x[k] <= high)) << k;
    return bits;
}

/* How many values are less. */
INLINE ptrdiff_t count_less(const double* x, ptrdiff_t n, double value)
{
    const pair v = both(value);
    tally a = no_tally(), b = a;
    ptrdiff_t i, count;
    for (i = 0; i + 4 <= n; i += 4) {
        a = tally_less(a, load2(x + i), v);
        b = tally_less(b, load2(x + i + 2), v);
    }
    count = (ptrdiff_t) tallied(tally_both(a, b));
    for (; i < n; i++)
        count += x[i] < value;
    return count;
}

/* How many values are not greater. */
INLINE ptrdiff_t count_not_greater(const double* x, ptrdiff_t n, double value)
{
    const pair v = both(value);
    tally a = no_tally(), b = a;
    ptrdiff_t i, count;
    for (i = 0; i + 4 <= n; i += 4) {
        a = tally_not_greater(a, load2(x + i), v);
        b = tally_not_greater(b, load2(x + i + 2), v);
    }
    count = (ptrdiff_t) tallied(tally_both(a, b));
    for (; i < n; i++)
        count += x[i] <= value;
    return count;
}

/* Both counts added: with 1, twice the mean rank. */
INLINE ptrdiff_t count_both(const double* x, ptrdiff_t n, double value)
{
    const pair v = both(value);
    tally a = no_tally(), b = a, c = a, d = a;
    ptrdiff_t i, count;
    for (i = 0; i + 4 <= n; i += 4) {
        a = tally_less(a, load2(x + i), v);
        b = tally_not_greater(b, load2(x + i), v);
        c = tally_less(c, load2(x + i + 2), v);
        d = tally_not_greater(d, load2(x + i + 2), v);
    }
    count = (ptrdiff_t) tallied(tally_both(tally_both(a, b), tally_both(c, d)));
    for (; i < n; i++)
        count += (x[i] < value) + (x[i] <= value);
    return count;
}

#endif
