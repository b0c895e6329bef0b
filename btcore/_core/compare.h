/* Comparisons of up to 64 pairs of values, a bit for each. */
#ifndef BTCORE_COMPARE_H
#define BTCORE_COMPARE_H

#include "vec.h"

typedef uint64_t (*CompareFunction)(const double* a, const double* b, ptrdiff_t n);

typedef struct { CompareFunction less, not_greater, equal; } CompareFunctions;

#define BTCORE_COMPARE(name, answer, operation)                                                             \
    static uint64_t name(const double* a, const double* b, ptrdiff_t n) {                                   \
        uint64_t word = 0;                                                                                  \
        ptrdiff_t i = 0;                                                                                    \
        for (; i + 16 <= n; i += 16) {                                                                      \
            vec t[16 / WIDTH];                                                                              \
            for (int k = 0; k < 16 / WIDTH; k++)                                                            \
                t[k] = answer(loadv(a + i + k * WIDTH), loadv(b + i + k * WIDTH));                          \
            word |= bits_of_sixteen(t) << i;                                                                \
        }                                                                                                   \
        for (; i < n; i++) word |= (uint64_t) (a[i] operation b[i]) << i;                                   \
        return word;                                                                                        \
    }

BTCORE_COMPARE(less, is_less, <)
BTCORE_COMPARE(not_greater, is_not_greater, <=)
BTCORE_COMPARE(equal, is_equal, ==)

static const CompareFunctions compare_functions = {less, not_greater, equal};

#endif
