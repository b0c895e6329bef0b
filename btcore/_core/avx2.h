/* The functions of compare.h, functions.h, order.h and recursions.h for processors with AVX2, and whether this one has
 * it.
 *
 * What is compiled here may run only where `has_avx2` says so. Fused multiply-add is not asked for: the bits are those
 * of any other width.
 */
#ifndef BTCORE_AVX2_H
#define BTCORE_AVX2_H

#if (defined(__x86_64__) || defined(_M_X64)) && !defined(BTCORE_PLAIN_PAIRS)
#define BTCORE_AVX2

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(_MSC_VER)
#include <intrin.h>
static int has_avx2(void) {
    int id[4];
    __cpuid(id, 0);
    if (id[0] < 7) return 0;
    __cpuid(id, 1);
    if (!(id[2] >> 27 & 1) || (_xgetbv(0) & 6) != 6) return 0;     /* the system keeps the registers */
    __cpuidex(id, 7, 0);
    return id[1] >> 5 & 1;
}
#else
static int has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") != 0;
}
#endif

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx2")
#endif

#include "compare.h"
#include "functions.h"
#include "order.h"
#include "recursions.h"

#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif

static void* function_with_avx2(int kind) { return (void*) window_functions[kind]; }
static const void* order_with_avx2(void) { return &order_functions; }
static const void* recursions_with_avx2(void) { return &recursion_functions; }
static const void* compare_with_avx2(void) { return &compare_functions; }

#else

static int has_avx2(void) { return 0; }
static void* function_with_avx2(int kind) { (void) kind; return 0; }
static const void* order_with_avx2(void) { return 0; }
static const void* recursions_with_avx2(void) { return 0; }
static const void* compare_with_avx2(void) { return 0; }

#endif

#endif
