/* Two doubles that are worked on together: an SSE2 register on x86-64, a struct elsewhere.
 *
 * Each function does to either double what C does to one, so both spellings, and a value in either place, give the
 * same bits. BTCORE_PLAIN_PAIRS chooses the struct anywhere, for tests.
 */
#ifndef BTCORE_PAIR_H
#define BTCORE_PAIR_H

#include <math.h>
#include <stdint.h>

#if defined(_MSC_VER)
#define INLINE static __forceinline
#define NOT_INLINE static __declspec(noinline)
#else
#define INLINE static inline __attribute__((always_inline))
#define NOT_INLINE static __attribute__((noinline))
#endif

#if (defined(__SSE2__) || defined(_M_X64)) && !defined(BTCORE_PLAIN_PAIRS)

#include <emmintrin.h>

typedef __m128d pair;

/* A hint that the memory at x will be read soon; nothing is read now, so x may lie beyond an array. */
INLINE void read_soon(const double* x) { _mm_prefetch((const char*) x, _MM_HINT_T1); }

INLINE pair pair_of(double x, double y) { return _mm_set_pd(y, x); }
INLINE pair both(double x) { return _mm_set1_pd(x); }
INLINE pair load2(const double* x) { return _mm_loadu_pd(x); }
INLINE void store2(double* x, pair a) { _mm_storeu_pd(x, a); }
INLINE double first_of(pair a) { return _mm_cvtsd_f64(a); }
INLINE pair add2(pair a, pair b) { return _mm_add_pd(a, b); }
INLINE pair sub2(pair a, pair b) { return _mm_sub_pd(a, b); }
INLINE pair mul2(pair a, pair b) { return _mm_mul_pd(a, b); }
INLINE pair div2(pair a, pair b) { return _mm_div_pd(a, b); }
INLINE pair sqrt2(pair a) { return _mm_sqrt_pd(a); }
INLINE pair neg2(pair a) { return _mm_xor_pd(a, _mm_set1_pd(-0.0)); }
INLINE pair abs2(pair a) { return _mm_andnot_pd(_mm_set1_pd(-0.0), a); }
/* a, or NaN where b or c is */
INLINE pair nan_of(pair a, pair b, pair c) { return _mm_or_pd(a, _mm_cmpunord_pd(b, c)); }
/* a < b ? a : b and a > b ? a : b, so b where one is NaN */
INLINE pair min2(pair a, pair b) { return _mm_min_pd(a, b); }
INLINE pair max2(pair a, pair b) { return _mm_max_pd(a, b); }
/* a < b ? yes : no */
INLINE pair if_less(pair a, pair b, pair yes, pair no) {
    const pair mask = _mm_cmplt_pd(a, b);
    return _mm_or_pd(_mm_and_pd(mask, yes), _mm_andnot_pd(mask, no));
}
/* the second of a and the first of b; both firsts; both seconds */
INLINE pair across(pair a, pair b) { return _mm_shuffle_pd(a, b, 1); }
INLINE pair firsts(pair a, pair b) { return _mm_unpacklo_pd(a, b); }
INLINE pair seconds(pair a, pair b) { return _mm_unpackhi_pd(a, b); }
/* which of the four are in [low, high], a bit for each */
INLINE uint64_t within4(pair a, pair b, pair low, pair high) {
    const __m128 x = _mm_castpd_ps(_mm_and_pd(_mm_cmpge_pd(a, low), _mm_cmple_pd(a, high)));
    const __m128 y = _mm_castpd_ps(_mm_and_pd(_mm_cmpge_pd(b, low), _mm_cmple_pd(b, high)));
    return (uint64_t) _mm_movemask_ps(_mm_shuffle_ps(x, y, _MM_SHUFFLE(2, 0, 2, 0)));
}
/* Answers for each double, and those of sixteen doubles, a bit for each. */
INLINE pair is_less2(pair a, pair b) { return _mm_cmplt_pd(a, b); }
INLINE pair is_not_greater2(pair a, pair b) { return _mm_cmple_pd(a, b); }
INLINE pair is_equal2(pair a, pair b) { return _mm_cmpeq_pd(a, b); }
INLINE __m128i narrowed(pair a, pair b) {
    return _mm_castps_si128(_mm_shuffle_ps(_mm_castpd_ps(a), _mm_castpd_ps(b), _MM_SHUFFLE(2, 0, 2, 0)));
}
INLINE uint64_t bits_of_sixteen2(const pair* t) {
    const __m128i a = _mm_packs_epi32(narrowed(t[0], t[1]), narrowed(t[2], t[3]));
    const __m128i b = _mm_packs_epi32(narrowed(t[4], t[5]), narrowed(t[6], t[7]));
    return (uint64_t) _mm_movemask_epi8(_mm_packs_epi16(a, b));
}

/* A count for each double: of a < b, of a <= b, and of a <= b behind place k but a < b up to it. */
typedef __m128i pair_counts;

INLINE pair_counts no_pair_counts(void) { return _mm_setzero_si128(); }
INLINE pair_counts count_less2(pair_counts t, pair a, pair b) {
    return _mm_sub_epi64(t, _mm_castpd_si128(_mm_cmplt_pd(a, b)));
}
INLINE pair_counts count_not_greater2(pair_counts t, pair a, pair b) {
    return _mm_sub_epi64(t, _mm_castpd_si128(_mm_cmple_pd(a, b)));
}
INLINE pair_counts count_in_order2(pair_counts t, pair a, pair b, int k) {
    const pair mask = if_less(both(k), pair_of(0.0, 1.0), _mm_cmple_pd(a, b), _mm_cmplt_pd(a, b));
    return _mm_sub_epi64(t, _mm_castpd_si128(mask));
}
INLINE pair_counts add_pair_counts(pair_counts t, pair_counts u) { return _mm_add_epi64(t, u); }
INLINE void store_pair_counts(int64_t* x, pair_counts t) { _mm_storeu_si128((__m128i*) x, t); }

#else

typedef struct { double x, y; } pair;

INLINE void read_soon(const double* x) { (void) x; }

INLINE pair pair_of(double x, double y) { pair a; a.x = x; a.y = y; return a; }
INLINE pair both(double x) { return pair_of(x, x); }
INLINE pair load2(const double* x) { return pair_of(x[0], x[1]); }
INLINE void store2(double* x, pair a) { x[0] = a.x; x[1] = a.y; }
INLINE double first_of(pair a) { return a.x; }
INLINE pair add2(pair a, pair b) { return pair_of(a.x + b.x, a.y + b.y); }
INLINE pair sub2(pair a, pair b) { return pair_of(a.x - b.x, a.y - b.y); }
INLINE pair mul2(pair a, pair b) { return pair_of(a.x * b.x, a.y * b.y); }
INLINE pair div2(pair a, pair b) { return pair_of(a.x / b.x, a.y / b.y); }
INLINE pair sqrt2(pair a) { return pair_of(sqrt(a.x), sqrt(a.y)); }
INLINE pair neg2(pair a) { return pair_of(-a.x, -a.y); }
INLINE pair abs2(pair a) { return pair_of(fabs(a.x), fabs(a.y)); }
INLINE pair nan_of(pair a, pair b, pair c) {
    return pair_of(b.x != b.x || c.x != c.x ? NAN : a.x, b.y != b.y || c.y != c.y ? NAN : a.y);
}
INLINE pair min2(pair a, pair b) { return pair_of(a.x < b.x ? a.x : b.x, a.y < b.y ? a.y : b.y); }
INLINE pair max2(pair a, pair b) { return pair_of(a.x > b.x ? a.x : b.x, a.y > b.y ? a.y : b.y); }
INLINE pair if_less(pair a, pair b, pair yes, pair no) {
    return pair_of(a.x < b.x ? yes.x : no.x, a.y < b.y ? yes.y : no.y);
}
INLINE pair across(pair a, pair b) { return pair_of(a.y, b.x); }
INLINE pair firsts(pair a, pair b) { return pair_of(a.x, b.x); }
INLINE pair seconds(pair a, pair b) { return pair_of(a.y, b.y); }
INLINE uint64_t within4(pair a, pair b, pair low, pair high) {
    return (uint64_t) ((a.x >= low.x) & (a.x <= high.x)) | (uint64_t) ((a.y >= low.y) & (a.y <= high.y)) << 1
         | (uint64_t) ((b.x >= low.x) & (b.x <= high.x)) << 2 | (uint64_t) ((b.y >= low.y) & (b.y <= high.y)) << 3;
}
INLINE pair is_less2(pair a, pair b) { return pair_of(a.x < b.x, a.y < b.y); }
INLINE pair is_not_greater2(pair a, pair b) { return pair_of(a.x <= b.x, a.y <= b.y); }
INLINE pair is_equal2(pair a, pair b) { return pair_of(a.x == b.x, a.y == b.y); }
INLINE uint64_t bits_of_sixteen2(const pair* t) {
    uint64_t bits = 0;
    for (int k = 0; k < 8; k++) bits |= (uint64_t) t[k].x << 2 * k | (uint64_t) t[k].y << (2 * k + 1);
    return bits;
}

typedef struct { int64_t x, y; } pair_counts;

INLINE pair_counts no_pair_counts(void) { pair_counts t; t.x = t.y = 0; return t; }
INLINE pair_counts count_less2(pair_counts t, pair a, pair b) { t.x += a.x < b.x; t.y += a.y < b.y; return t; }
INLINE pair_counts count_not_greater2(pair_counts t, pair a, pair b) {
    t.x += a.x <= b.x; t.y += a.y <= b.y; return t;
}
INLINE pair_counts count_in_order2(pair_counts t, pair a, pair b, int k) {
    t.x += a.x < b.x; t.y += k < 1 ? a.y <= b.y : a.y < b.y; return t;
}
INLINE pair_counts add_pair_counts(pair_counts t, pair_counts u) { t.x += u.x; t.y += u.y; return t; }
INLINE void store_pair_counts(int64_t* x, pair_counts t) { x[0] = t.x; x[1] = t.y; }

#endif

#endif
