/* Nanoseconds of a clock that never goes back, read without the GIL. */
#ifndef BTCORE_CLOCK_H
#define BTCORE_CLOCK_H

#include <stdint.h>

#ifdef _WIN32
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>

static inline int64_t btcore_now(void) {
    LARGE_INTEGER ticks, rate;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&rate);
    return ticks.QuadPart / rate.QuadPart * 1000000000LL + ticks.QuadPart % rate.QuadPart * 1000000000LL / rate.QuadPart;
}
#else
#include <time.h>

static inline int64_t btcore_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000LL + now.tv_nsec;
}
#endif
#endif
