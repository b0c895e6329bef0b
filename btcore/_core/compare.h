/* Comparisons of up to 64 pairs of values, a bit for each. */
#ifndef BTCORE_COMPARE_H
#define BTCORE_COMPARE_H

#include "vec.h"

typedef uint64_t (*CompareFunction)(const double* a, const double* b, ptrdiff_t n);

typedef struct { CompareFunction less, not_greater, equal; } CompareFunctions;

/* Of a whole word of pairs, with the loop unrolled, and of fewer. */
#define BTCORE_COMPARE(name, answer, operation)                                                             \
    INLINE uint64_t name##_sixteen(const double* a, const double* b) {                                      \
        vec t[16 / WIDTH];                                                                                  \
        for (int k = 0; k < 16 / WIDTH; k++) t[k] = answer(loadv(a + k * WIDTH), loadv(b + k * WIDTH));     \
        return bits_of_sixteen(t);                                                                          \
    }                                                                                                       \
    static uint64_t name(const double* a, const double* b, ptrdiff_t n) {                                   \
        uint64_t word = 0;                                                                                  \
        if (n == 64)                                                                                        \
            return name##_sixteen(a, b) | name##_sixteen(a + 16, b + 16) << 16                              \
                 | name##_sixteen(a + 32, b + 32) << 32 | name##_sixteen(a + 48, b + 48) << 48;             \
        for (ptrdiff_t i = 0; i < n; i++) word |= (uint64_t) (a[i] operation b[i]) << i;                    \
        return word;                                                                                        \
    }

BTCORE_COMPARE(less, is_less, <)
BTCORE_COMPARE(not_greater, is_not_greater, <=)
BTCORE_COMPARE(equal, is_equal, ==)

static const CompareFunctions compare_functions = {less, not_greater, equal};

#endif
