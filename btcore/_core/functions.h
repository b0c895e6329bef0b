/* A function for each kind of aggregate: all of window.h is compiled apart for each, and once more for each width. */
#ifndef BTCORE_FUNCTIONS_H
#define BTCORE_FUNCTIONS_H

#include "window.h"

typedef void (*WindowFunction)(Window* w, const double* x, const double* y, double* out, ptrdiff_t n);

/* A single value has a function of its own, which needs no room for eight sub-blocks. */
#define BTCORE_FUNCTION(name, kind)                                                                         \
    NOT_INLINE void name##_of_many(Window* w, const double* x, const double* y, double* out, ptrdiff_t n) { \
        window_advance(kind, w, x, y, out, n);                                                              \
    }                                                                                                       \
    static void name(Window* w, const double* x, const double* y, double* out, ptrdiff_t n) {               \
        if (n == 1 && is_plain_step(kind, w, x, y)) plain_step(kind, w, x, y, out);                         \
        else name##_of_many(w, x, y, out, n);                                                               \
    }

BTCORE_FUNCTION(window_sum, KIND_SUM)
BTCORE_FUNCTION(window_mean, KIND_MEAN)
BTCORE_FUNCTION(window_var, KIND_VAR)
BTCORE_FUNCTION(window_std, KIND_STD)
BTCORE_FUNCTION(window_skew, KIND_SKEW)
BTCORE_FUNCTION(window_kurt, KIND_KURT)
BTCORE_FUNCTION(window_wma, KIND_WMA)
BTCORE_FUNCTION(window_slope, KIND_SLOPE)
BTCORE_FUNCTION(window_cov, KIND_COV)
BTCORE_FUNCTION(window_corr, KIND_CORR)
BTCORE_FUNCTION(window_min, KIND_MIN)
BTCORE_FUNCTION(window_max, KIND_MAX)
BTCORE_FUNCTION(window_argmin, KIND_ARGMIN)
BTCORE_FUNCTION(window_argmax, KIND_ARGMAX)

/* In the order of kinds. */
static const WindowFunction window_functions[] = {
    window_sum, window_mean, window_var, window_std, window_skew, window_kurt, window_wma, window_slope, window_cov,
    window_corr, window_min, window_max, window_argmin, window_argmax
};

#endif
