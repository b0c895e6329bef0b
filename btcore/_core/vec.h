/* Some doubles that are worked on together: WIDTH of them, four in an AVX2 register where a module asks for it by
 * BTCORE_AVX2, else a pair.
 *
 * Each function does to every double what C does to one, so results do not depend on the width.
 */
#ifndef BTCORE_VEC_H
#define BTCORE_VEC_H

#include <stddef.h>

#include "pair.h"

#ifdef BTCORE_AVX2

#include <immintrin.h>

enum { WIDTH = 4 };
typedef __m256d vec;

INLINE vec all(double x) { return _mm256_set1_pd(x); }
INLINE vec loadv(const double* x) { return _mm256_loadu_pd(x); }
INLINE void storev(double* x, vec a) { _mm256_storeu_pd(x, a); }
INLINE double firstv(vec a) { return _mm256_cvtsd_f64(a); }
INLINE vec addv(vec a, vec b) { return _mm256_add_pd(a, b); }
INLINE vec subv(vec a, vec b) { return _mm256_sub_pd(a, b); }
INLINE vec mulv(vec a, vec b) { return _mm256_mul_pd(a, b); }
INLINE vec divv(vec a, vec b) { return _mm256_div_pd(a, b); }
INLINE vec sqrtv(vec a) { return _mm256_sqrt_pd(a); }
INLINE vec negv(vec a) { return _mm256_xor_pd(a, _mm256_set1_pd(-0.0)); }
INLINE vec absv(vec a) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a); }
/* as nan_of, min2, max2 and if_less of pair.h */
INLINE vec nan_ofv(vec a, vec b, vec c) { return _mm256_or_pd(a, _mm256_cmp_pd(b, c, _CMP_UNORD_Q)); }
INLINE vec minv(vec a, vec b) { return _mm256_min_pd(a, b); }
INLINE vec maxv(vec a, vec b) { return _mm256_max_pd(a, b); }
INLINE vec if_lessv(vec a, vec b, vec yes, vec no) {
    return _mm256_blendv_pd(no, yes, _mm256_cmp_pd(a, b, _CMP_LT_OQ));
}
/* the last of a and all of b but its last; all of a but its first and the first of b */
INLINE vec shifted_in(vec a, vec b) { return _mm256_shuffle_pd(_mm256_permute2f128_pd(a, b, 0x21), b, 0x5); }
INLINE vec shifted_out(vec a, vec b) { return _mm256_shuffle_pd(a, _mm256_permute2f128_pd(a, b, 0x21), 0x5); }
/* p, p + step ... */
INLINE vec from_on(double p, double step) { return _mm256_set_pd(p + 3.0 * step, p + 2.0 * step, p + step, p); }
/* A count for each double; see pair_counts of pair.h */
typedef __m256i counts;
INLINE counts no_counts(void) { return _mm256_setzero_si256(); }
INLINE counts count_less_v(counts t, vec a, vec b) {
    return _mm256_sub_epi64(t, _mm256_castpd_si256(_mm256_cmp_pd(a, b, _CMP_LT_OQ)));
}
INLINE counts count_not_greater_v(counts t, vec a, vec b) {
    return _mm256_sub_epi64(t, _mm256_castpd_si256(_mm256_cmp_pd(a, b, _CMP_LE_OQ)));
}
INLINE counts count_in_order_v(counts t, vec a, vec b, int k) {
    const vec less = _mm256_cmp_pd(a, b, _CMP_LT_OQ), not_greater = _mm256_cmp_pd(a, b, _CMP_LE_OQ);
    return _mm256_sub_epi64(t, _mm256_castpd_si256(if_lessv(all(k), from_on(0.0, 1.0), not_greater, less)));
}
INLINE counts add_counts(counts t, counts u) { return _mm256_add_epi64(t, u); }
INLINE void store_counts(int64_t* x, counts t) { _mm256_storeu_si256((__m256i*) x, t); }
/* x[0], x[size], ... */
INLINE vec gathered(const double* x, ptrdiff_t size) {
    return _mm256_set_pd(x[3 * size], x[2 * size], x[size], x[0]);
}
/* t[j] = gathered(x + j, size), for WIDTH neighbouring j; and back */
INLINE void turned_in(vec* t, const double* x, ptrdiff_t size) {
    const vec r0 = loadv(x), r1 = loadv(x + size), r2 = loadv(x + 2 * size), r3 = loadv(x + 3 * size);
    const vec a = _mm256_permute2f128_pd(r0, r2, 0x20), b = _mm256_permute2f128_pd(r1, r3, 0x20);
    const vec c = _mm256_permute2f128_pd(r0, r2, 0x31), d = _mm256_permute2f128_pd(r1, r3, 0x31);
    t[0] = _mm256_unpacklo_pd(a, b);
    t[1] = _mm256_unpackhi_pd(a, b);
    t[2] = _mm256_unpacklo_pd(c, d);
    t[3] = _mm256_unpackhi_pd(c, d);
}
INLINE void turned_out(double* x, ptrdiff_t size, const vec* t) {
    const vec a = _mm256_unpacklo_pd(t[0], t[1]), b = _mm256_unpackhi_pd(t[0], t[1]);
    const vec c = _mm256_unpacklo_pd(t[2], t[3]), d = _mm256_unpackhi_pd(t[2], t[3]);
    storev(x, _mm256_permute2f128_pd(a, c, 0x20));
    storev(x + size, _mm256_permute2f128_pd(b, d, 0x20));
    storev(x + 2 * size, _mm256_permute2f128_pd(a, c, 0x31));
    storev(x + 3 * size, _mm256_permute2f128_pd(b, d, 0x31));
}
/* The values at i of x[0] to x[WIDTH - 1], and those behind them; and back. */
INLINE void pairs_in(vec* first, vec* second, const double** x, ptrdiff_t i) {
    const vec a = _mm256_insertf128_pd(_mm256_castpd128_pd256(load2(x[0] + i)), load2(x[2] + i), 1);
    const vec b = _mm256_insertf128_pd(_mm256_castpd128_pd256(load2(x[1] + i)), load2(x[3] + i), 1);
    *first = _mm256_unpacklo_pd(a, b);
    *second = _mm256_unpackhi_pd(a, b);
}
INLINE void pairs_out(vec first, vec second, double** x, ptrdiff_t i) {
    const vec a = _mm256_unpacklo_pd(first, second), b = _mm256_unpackhi_pd(first, second);
    store2(x[0] + i, _mm256_castpd256_pd128(a));
    store2(x[1] + i, _mm256_castpd256_pd128(b));
    store2(x[2] + i, _mm256_extractf128_pd(a, 1));
    store2(x[3] + i, _mm256_extractf128_pd(b, 1));
}
/* Answers for each double, and those of sixteen doubles, a bit for each. */
INLINE vec is_less(vec a, vec b) { return _mm256_cmp_pd(a, b, _CMP_LT_OQ); }
INLINE vec is_not_greater(vec a, vec b) { return _mm256_cmp_pd(a, b, _CMP_LE_OQ); }
INLINE vec is_equal(vec a, vec b) { return _mm256_cmp_pd(a, b, _CMP_EQ_OQ); }
INLINE uint64_t bits_of_sixteen(const vec* t) {
    const int low = _mm256_movemask_pd(t[0]) | _mm256_movemask_pd(t[1]) << 4;
    const int high = _mm256_movemask_pd(t[2]) | _mm256_movemask_pd(t[3]) << 4;
    return (uint64_t) (low | high << 8);
}

#else

enum { WIDTH = 2 };
typedef pair vec;

INLINE vec all(double x) { return both(x); }
INLINE vec loadv(const double* x) { return load2(x); }
INLINE void storev(double* x, vec a) { store2(x, a); }
INLINE double firstv(vec a) { return first_of(a); }
INLINE vec addv(vec a, vec b) { return add2(a, b); }
INLINE vec subv(vec a, vec b) { return sub2(a, b); }
INLINE vec mulv(vec a, vec b) { return mul2(a, b); }
INLINE vec divv(vec a, vec b) { return div2(a, b); }
INLINE vec sqrtv(vec a) { return sqrt2(a); }
INLINE vec negv(vec a) { return neg2(a); }
INLINE vec absv(vec a) { return abs2(a); }
INLINE vec nan_ofv(vec a, vec b, vec c) { return nan_of(a, b, c); }
INLINE vec minv(vec a, vec b) { return min2(a, b); }
INLINE vec maxv(vec a, vec b) { return max2(a, b); }
INLINE vec if_lessv(vec a, vec b, vec yes, vec no) { return if_less(a, b, yes, no); }
INLINE vec shifted_in(vec a, vec b) { return across(a, b); }
INLINE vec shifted_out(vec a, vec b) { return across(a, b); }
INLINE vec from_on(double p, double step) { return pair_of(p, p + step); }
typedef pair_counts counts;
INLINE counts no_counts(void) { return no_pair_counts(); }
INLINE counts count_less_v(counts t, vec a, vec b) { return count_less2(t, a, b); }
INLINE counts count_not_greater_v(counts t, vec a, vec b) { return count_not_greater2(t, a, b); }
INLINE counts count_in_order_v(counts t, vec a, vec b, int k) { return count_in_order2(t, a, b, k); }
INLINE counts add_counts(counts t, counts u) { return add_pair_counts(t, u); }
INLINE void store_counts(int64_t* x, counts t) { store_pair_counts(x, t); }
INLINE vec gathered(const double* x, ptrdiff_t size) { return pair_of(x[0], x[size]); }
INLINE void turned_in(vec* t, const double* x, ptrdiff_t size) {
    const vec a = load2(x), b = load2(x + size);
    t[0] = firsts(a, b);
    t[1] = seconds(a, b);
}
INLINE void turned_out(double* x, ptrdiff_t size, const vec* t) {
    store2(x, firsts(t[0], t[1]));
    store2(x + size, seconds(t[0], t[1]));
}
INLINE void pairs_in(vec* first, vec* second, const double** x, ptrdiff_t i) {
    const vec a = load2(x[0] + i), b = load2(x[1] + i);
    *first = firsts(a, b);
    *second = seconds(a, b);
}
INLINE void pairs_out(vec first, vec second, double** x, ptrdiff_t i) {
    store2(x[0] + i, firsts(first, second));
    store2(x[1] + i, seconds(first, second));
}
INLINE vec is_less(vec a, vec b) { return is_less2(a, b); }
INLINE vec is_not_greater(vec a, vec b) { return is_not_greater2(a, b); }
INLINE vec is_equal(vec a, vec b) { return is_equal2(a, b); }
INLINE uint64_t bits_of_sixteen(const vec* t) { return bits_of_sixteen2(t); }

#endif

INLINE int64_t total_of_counts(counts t) {
    int64_t x[WIDTH], total = 0;
    store_counts(x, t);
    for (int k = 0; k < WIDTH; k++) total += x[k];
    return total;
}

/* Of four doubles in a row, in 4 / WIDTH of them: those at even places and those at odd ones, and then both. */
INLINE double total_of_four(const vec* a) {
    double x[4];
    for (int h = 0; h < 4 / WIDTH; h++) storev(x + h * WIDTH, a[h]);
    return (x[0] + x[2]) + (x[1] + x[3]);
}

#endif
