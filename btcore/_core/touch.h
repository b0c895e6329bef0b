/* The first candle of some whose low or high reaches a level, and the extremes of those before it.
 *
 * Four candles at a time in SSE2, which every x86-64 has; whole numbers, so the order of operations changes nothing.
 */
#ifndef BTCORE_TOUCH_H
#define BTCORE_TOUCH_H

#include <limits.h>
#include <stdint.h>

#if defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>

/* Lanes of a where mask is set, of b elsewhere. */
static inline __m128i btcore_select(__m128i mask, __m128i a, __m128i b) {
    return _mm_or_si128(_mm_and_si128(mask, a), _mm_andnot_si128(mask, b));
}

static inline int32_t btcore_least(__m128i v) {
    int32_t lanes[4], least;
    _mm_storeu_si128((__m128i*) lanes, v);
    least = lanes[0];
    for (int k = 1; k < 4; k++) least = lanes[k] < least ? lanes[k] : least;
    return least;
}

/* Passes over candles by fours while none of four has low < below or high > above; the number of the first that was
 * not passed over. The extremes of those passed over are taken in, unless lowest is NULL. */
static inline Py_ssize_t btcore_pass(
    const int32_t* low, const int32_t* high, Py_ssize_t start, Py_ssize_t stop, int32_t below, int32_t above,
    int64_t* lowest, int64_t* highest) {
    Py_ssize_t i = start;
    __m128i under = _mm_set1_epi32(below), over = _mm_set1_epi32(above);
    __m128i least = _mm_set1_epi32(INT_MAX), most = _mm_set1_epi32(INT_MAX);  /* most: complements, so the least again */
    int64_t found;
    for (; i + 4 <= stop; i += 4) {
        __m128i l = _mm_loadu_si128((const __m128i*) (low + i)), h = _mm_loadu_si128((const __m128i*) (high + i));
        __m128i touched = _mm_or_si128(_mm_cmplt_epi32(l, under), _mm_cmpgt_epi32(h, over));
        if (_mm_movemask_epi8(touched)) break;
        if (lowest) {
            __m128i flipped = _mm_xor_si128(h, _mm_set1_epi32(-1));
            least = btcore_select(_mm_cmplt_epi32(l, least), l, least);
            most = btcore_select(_mm_cmplt_epi32(flipped, most), flipped, most);
        }
    }
    if (lowest && i > start) {
        found = btcore_least(least);
        if (found < *lowest) *lowest = found;
        found = ~(int64_t) btcore_least(most);
        if (found > *highest) *highest = found;
    }
    return i;
}
#else
static inline Py_ssize_t btcore_pass(
    const int32_t* low, const int32_t* high, Py_ssize_t start, Py_ssize_t stop, int32_t below, int32_t above,
    int64_t* lowest, int64_t* highest) {
    return start;
}
#endif
#endif
