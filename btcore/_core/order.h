/* Passes over values for order statistics, in any width: compilers do not vectorise them by themselves.
 *
 * No value here is NaN, and nothing is computed: values are compared and moved, so the bits do not depend on the width.
 */
#ifndef BTCORE_ORDER_H
#define BTCORE_ORDER_H

#include <stddef.h>

#include "vec.h"

enum { MOST_COUNTED = 64 };     /* most values that sort_few takes */

/* Puts `x` where it sorts in `values` and takes `oldest` out, in one pass; INFINITY stands for none. `values` are
 * sorted, their number is a multiple of WIDTH. Each is read once, as it was written: an overlapping read would wait. */
INLINE void exchange(double* values, ptrdiff_t n, double x, double oldest)
{
    const vec in = all(x), out = all(oldest), end = all(INFINITY);
    vec before = all(-INFINITY), here = loadv(values), now, next;
    now = maxv(minv(here, in), shifted_in(before, here));
    for (ptrdiff_t k = 0; k < n; k += WIDTH) {
        before = here;
        here = k + WIDTH < n ? loadv(values + k + WIDTH) : end;
        next = maxv(minv(here, in), shifted_in(before, here));
        storev(values + k, if_lessv(now, out, now, shifted_out(now, next)));
        now = next;
    }
}

/* Sorts n <= MOST_COUNTED values: each counts those that sort before it, so there are no branches to mispredict. */
INLINE void sort_few(double* x, ptrdiff_t n)
{
    double copy[MOST_COUNTED + WIDTH];
    int64_t place[MOST_COUNTED + WIDTH];
    for (ptrdiff_t i = 0; i < n; i++) copy[i] = x[i];
    for (ptrdiff_t i = n; i < n + WIDTH; i++) copy[i] = INFINITY;
    for (ptrdiff_t i = 0; i < n; i += WIDTH) {
        const vec own = loadv(copy + i);
        counts before = no_counts();
        for (ptrdiff_t k = 0; k < i; k++) before = count_not_greater_v(before, all(copy[k]), own);
        for (int k = 0; k < WIDTH; k++) before = count_in_order_v(before, all(copy[i + k]), own, k);
        for (ptrdiff_t k = i + WIDTH; k < n; k++) before = count_less_v(before, all(copy[k]), own);
        store_counts(place + i, before);
    }
    for (ptrdiff_t i = 0; i < n; i++) x[place[i]] = copy[i];
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
    const vec v = all(value);
    counts a = no_counts(), b = a;
    ptrdiff_t i, count;
    for (i = 0; i + 2 * WIDTH <= n; i += 2 * WIDTH) {
        a = count_less_v(a, loadv(x + i), v);
        b = count_less_v(b, loadv(x + i + WIDTH), v);
    }
    count = (ptrdiff_t) total_of_counts(add_counts(a, b));
    for (; i < n; i++) count += x[i] < value;
    return count;
}

/* How many values are not greater. */
INLINE ptrdiff_t count_not_greater(const double* x, ptrdiff_t n, double value)
{
    const vec v = all(value);
    counts a = no_counts(), b = a;
    ptrdiff_t i, count;
    for (i = 0; i + 2 * WIDTH <= n; i += 2 * WIDTH) {
        a = count_not_greater_v(a, loadv(x + i), v);
        b = count_not_greater_v(b, loadv(x + i + WIDTH), v);
    }
    count = (ptrdiff_t) total_of_counts(add_counts(a, b));
    for (; i < n; i++) count += x[i] <= value;
    return count;
}

/* Both counts added: with 1, twice the mean rank. */
INLINE ptrdiff_t count_both(const double* x, ptrdiff_t n, double value)
{
    const vec v = all(value);
    counts a = no_counts(), b = a, c = a, d = a;
    ptrdiff_t i, count;
    for (i = 0; i + 2 * WIDTH <= n; i += 2 * WIDTH) {
        a = count_less_v(a, loadv(x + i), v);
        b = count_not_greater_v(b, loadv(x + i), v);
        c = count_less_v(c, loadv(x + i + WIDTH), v);
        d = count_not_greater_v(d, loadv(x + i + WIDTH), v);
    }
    count = (ptrdiff_t) total_of_counts(add_counts(add_counts(a, b), add_counts(c, d)));
    for (; i < n; i++) count += (x[i] < value) + (x[i] <= value);
    return count;
}

/* One of each for each width. */
typedef struct {
    void (*exchange_16)(double* values, double x, double oldest);
    void (*exchange_32)(double* values, double x, double oldest);
    void (*sort_few)(double* x, ptrdiff_t n);
    ptrdiff_t (*count_less)(const double* x, ptrdiff_t n, double value);
    ptrdiff_t (*count_not_greater)(const double* x, ptrdiff_t n, double value);
    ptrdiff_t (*count_both)(const double* x, ptrdiff_t n, double value);
} OrderFunctions;

static void order_exchange_16(double* values, double x, double oldest) { exchange(values, 16, x, oldest); }
static void order_exchange_32(double* values, double x, double oldest) { exchange(values, 32, x, oldest); }
static void order_sort_few(double* x, ptrdiff_t n) { sort_few(x, n); }
static ptrdiff_t order_count_less(const double* x, ptrdiff_t n, double value) { return count_less(x, n, value); }
static ptrdiff_t order_count_not_greater(const double* x, ptrdiff_t n, double value) {
    return count_not_greater(x, n, value);
}
static ptrdiff_t order_count_both(const double* x, ptrdiff_t n, double value) { return count_both(x, n, value); }

static const OrderFunctions order_functions = {
    order_exchange_16, order_exchange_32, order_sort_few, order_count_less, order_count_not_greater, order_count_both
};

#endif
