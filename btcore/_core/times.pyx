"""Operators of the time of a candle: parts of the local date and clock, hours of a session, the first candle of a day.

What they give is the same for a stretch of time, so that stretch is kept and most candles cost two comparisons.
"""

from libc.math cimport NAN
from libc.stdint cimport INT64_MAX, int64_t, uint64_t

import numpy as np

from btcore._core.operators cimport Operator, allocate_state
from btcore._core.types cimport OP_BETWEEN, OP_NEW_DAY, OP_TIME_PART, WORD

cdef enum:
    PART_MINUTE, PART_HOUR, PART_WEEKDAY, PART_DAY, PART_MONTH, PART_YEAR, PART_DAY_OF_YEAR

PARTS = {"minute": PART_MINUTE, "hour": PART_HOUR, "weekday": PART_WEEKDAY, "day": PART_DAY, "month": PART_MONTH,
         "year": PART_YEAR, "day_of_year": PART_DAY_OF_YEAR}

cdef extern from *:
    """
    #include <stdint.h>
    #define BTCORE_MINUTE ((int64_t) 60000000000)
    #define BTCORE_HOUR ((int64_t) 3600000000000)
    #define BTCORE_DAY ((int64_t) 86400000000000)
    /* arithmetic with days and offsets stays inside int64 */
    #define BTCORE_TIME_LIMIT (INT64_MAX - 400 * BTCORE_DAY)
    """
    const int64_t MINUTE "BTCORE_MINUTE"
    const int64_t HOUR "BTCORE_HOUR"
    const int64_t DAY "BTCORE_DAY"
    const int64_t LIMIT "BTCORE_TIME_LIMIT"
    const int64_t MISSING "INT64_MIN"   # a time that is missing (NaT)


cdef struct Part:                       # state of OP_TIME_PART
    Span span                           # where `value` holds
    double value
    int64_t part
    Zone zone

cdef struct Session:                    # state of OP_BETWEEN
    Span span
    int64_t inside
    int64_t opens, closes               # local ns from midnight
    int64_t weekdays                    # bit 0: a session that opens on a Monday counts
    Zone zone

cdef struct NewDay:                     # state of OP_NEW_DAY
    Span span                           # the session day of the candle before
    Rule rule
    Zone zone

cdef struct Date:
    int64_t year, month, day, day_of_year


# --- zones ----------------------------------------------------------------------------------------------------------

cdef inline int64_t floor_by(int64_t value, int64_t step) noexcept nogil:
    """The largest whole multiple, as a count of steps, that is not above `value`; step > 0."""
    return value // step - (value % step < 0)


cdef size_t zone_bytes(object table) except 0:
    """Memory of a Zone and what follows it; `table` is (instants, offsets), int64 arrays."""
    return sizeof(Zone) + 2 * len(table[0]) * sizeof(int64_t)


cdef int fill_zone(Zone* zone, object table) except -1:
    cdef const int64_t[::1] instants = table[0]
    cdef const int64_t[::1] offsets = table[1]
    cdef int64_t* memory = <int64_t*> (zone + 1)
    cdef Py_ssize_t k
    zone.count, zone.at, zone.highest = instants.shape[0], 0, offsets[0]
    for k in range(zone.count):
        memory[k], memory[zone.count + k] = instants[k], offsets[k]
        zone.highest = max(zone.highest, offsets[k])
    return 0


cdef inline bint outside(int64_t t, int64_t start, int64_t end) noexcept nogil:
    """Whether t lies outside [start, end): one comparison of unsigned distances."""
    return <uint64_t> t - <uint64_t> start >= <uint64_t> end - <uint64_t> start


cdef inline int64_t begins(const Zone* zone, Py_ssize_t k) noexcept nogil:
    return (<const int64_t*> (zone + 1))[k] if k < zone.count else INT64_MAX


cdef inline int64_t offset_of(const Zone* zone, Py_ssize_t k) noexcept nogil:
    return (<const int64_t*> (zone + 1))[zone.count + k]


cdef inline void find_offset(Zone* zone, int64_t t) noexcept nogil:
    """Set `zone.at` to the stretch that holds t: usually the same as before."""
    if not begins(zone, zone.at) <= t < begins(zone, zone.at + 1):
        search_offset(zone, t)


cdef void search_offset(Zone* zone, int64_t t) noexcept nogil:
    cdef Py_ssize_t low = 0, high = zone.count, middle
    while high - low > 1:
        middle = (low + high) // 2
        if begins(zone, middle) <= t:
            low = middle
        else:
            high = middle
    zone.at = low


cdef int64_t first_at(Zone* zone, int64_t local) noexcept nogil:
    """The first instant at which clocks show `local` or later: once where they show it twice, also where they skip it."""
    cdef Py_ssize_t k
    cdef int64_t t
    find_offset(zone, local - zone.highest)
    k = zone.at
    t = max(begins(zone, k), local - offset_of(zone, k))
    while t >= begins(zone, k + 1):
        k += 1
        t = max(begins(zone, k), local - offset_of(zone, k))
    return t


cdef Span stretch(Zone* zone, int64_t t, int64_t low, int64_t high) noexcept nogil:
    """The part of local times [low, high) that lies in the stretch of t's offset, as UTC; `find_offset` was for t."""
    cdef Span span
    cdef int64_t offset = offset_of(zone, zone.at)
    span.start = max(begins(zone, zone.at), low - offset)
    span.end = min(begins(zone, zone.at + 1), high - offset)
    return span


# --- buckets --------------------------------------------------------------------------------------------------------

cdef int fill_rule(Rule* rule, object numbers) except -1:
    rule.length, rule.phase, rule.days, rule.anchor, rule.roll, rule.even = numbers
    return 0


cdef Span bucket_of(const Rule* rule, Zone* zone, int64_t t) noexcept nogil:
    """The bucket that holds t. A session day opens when clocks first show its roll, so days never overlap."""
    cdef Span span
    cdef int64_t day, first
    t = min(max(t, -LIMIT), LIMIT)
    if rule.even:
        span.start = floor_by(t - rule.phase, rule.length) * rule.length + rule.phase
        span.end = span.start + rule.length
        return span
    find_offset(zone, t)
    day = floor_by(t + offset_of(zone, zone.at) - rule.roll, DAY)
    while first_at(zone, (day + 1) * DAY + rule.roll) <= t:
        day += 1        # clocks went back over the roll, or skipped a day
    first = day
    if rule.days:
        first = floor_by(day - rule.anchor, rule.days) * rule.days + rule.anchor
    span.start = first_at(zone, first * DAY + rule.roll)
    span.end = first_at(zone, (first + max(rule.days, <int64_t> 1)) * DAY + rule.roll)
    if rule.days == 0:
        span.start += floor_by(t - span.start, rule.length) * rule.length
        span.end = min(span.end, span.start + rule.length)
    return span


def bucket_starts(const int64_t[::1] times, table, rule):
    """int64 [n]: the open time of the bucket that each of the times, which increase, lies in."""
    cdef NewDay* state
    cdef Operator op
    cdef Py_ssize_t i
    cdef int64_t[::1] out
    result = np.empty(times.shape[0], np.int64)
    out = result
    cdef bytearray memory = bytearray(sizeof(NewDay) + zone_bytes(table))
    state = <NewDay*> <char*> memory
    fill_rule(&state.rule, rule)
    fill_zone(&state.zone, table)
    for i in range(times.shape[0]):
        if outside(times[i], state.span.start, state.span.end):
            state.span = bucket_of(&state.rule, &state.zone, times[i])
        out[i] = state.span.start
    return result


# --- operators ------------------------------------------------------------------------------------------------------

cdef Date date_of(int64_t days) noexcept nogil:
    """The Gregorian date `days` after 1970-01-01, by eras of 400 years that begin on a 1 March."""
    cdef Date date
    cdef int64_t era, of_era, year_of_era, from_march, month
    cdef bint leap
    days += 719_468                     # from 0000-03-01
    era = floor_by(days, 146_097)
    of_era = days - era * 146_097
    year_of_era = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    from_march = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month = (5 * from_march + 2) // 153     # 0: March
    date.day = from_march - (153 * month + 2) // 5 + 1
    date.month = month + 3 if month < 10 else month - 9
    date.year = year_of_era + era * 400 + (date.month <= 2)
    leap = date.year % 4 == 0 and (date.year % 100 != 0 or date.year % 400 == 0)
    date.day_of_year = from_march - 305 if date.month <= 2 else from_march + 60 + leap
    return date


cdef double calendar_part(int64_t part, int64_t days) noexcept nogil:
    cdef Date date
    if part == PART_WEEKDAY:
        return <double> (days + 3 - floor_by(days + 3, 7) * 7)      # 1970-01-01 was a Thursday
    date = date_of(days)
    if part == PART_DAY:
        return <double> date.day
    if part == PART_MONTH:
        return <double> date.month
    return <double> (date.year if part == PART_YEAR else date.day_of_year)


cdef void next_part(Part* state, int64_t t) noexcept nogil:
    cdef int64_t local, count
    cdef Zone* zone = &state.zone
    if t == MISSING:
        state.span.start, state.span.end, state.value = t, t + 1, NAN
        return
    t = min(max(t, -LIMIT), LIMIT)
    find_offset(zone, t)
    local = t + offset_of(zone, zone.at)
    # each with a constant divisor: dividing by a variable takes several times as long
    if state.part == PART_MINUTE:
        count = floor_by(local, MINUTE)
        state.span = stretch(zone, t, count * MINUTE, (count + 1) * MINUTE)
        state.value = <double> (count - floor_by(count, 60) * 60)
    elif state.part == PART_HOUR:
        count = floor_by(local, HOUR)
        state.span = stretch(zone, t, count * HOUR, (count + 1) * HOUR)
        state.value = <double> (count - floor_by(count, 24) * 24)
    else:
        count = floor_by(local, DAY)
        state.span = stretch(zone, t, count * DAY, (count + 1) * DAY)
        state.value = calendar_part(state.part, count)


cdef void advance_part(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef Part* state = <Part*> op.state
    cdef const int64_t* times = <const int64_t*> slots[op.a]
    cdef double* out = <double*> slots[op.out]
    cdef int64_t start = state.span.start, end = state.span.end
    cdef double value = state.value
    cdef Py_ssize_t i
    for i in range(n):
        if outside(times[i], start, end):
            next_part(state, times[i])
            start, end, value = state.span.start, state.span.end, state.value
        out[i] = value


cdef void next_session(Session* state, int64_t t) noexcept nogil:
    """Whether t lies in a session, and how long that stays so: until a bound, midnight or a clock change."""
    cdef Zone* zone = &state.zone
    cdef int64_t local, day, clock, low = 0, high = DAY
    if t == MISSING:
        state.span.start, state.span.end, state.inside = t, t + 1, 0
        return
    t = min(max(t, -LIMIT), LIMIT)
    find_offset(zone, t)
    local = t + offset_of(zone, zone.at)
    day = floor_by(local, DAY)
    clock = local - day * DAY
    if state.opens <= clock:
        low = state.opens
    else:
        high = state.opens
    if state.closes <= clock:
        low = max(low, state.closes)
    else:
        high = min(high, state.closes)
    state.span = stretch(zone, t, day * DAY + low, day * DAY + high)
    if state.opens < state.closes:
        state.inside = state.opens <= clock < state.closes
    else:
        state.inside = clock >= state.opens or clock < state.closes
        day -= clock < state.closes
    state.inside &= state.weekdays >> <int> (day + 3 - floor_by(day + 3, 7) * 7)


cdef void advance_between(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef Session* state = <Session*> op.state
    cdef const int64_t* times = <const int64_t*> slots[op.a]
    cdef uint64_t* out = <uint64_t*> slots[op.out]
    cdef int64_t start = state.span.start, end = state.span.end
    cdef uint64_t bits = 0, inside = state.inside
    cdef Py_ssize_t i
    for i in range(n):
        if outside(times[i], start, end):
            next_session(state, times[i])
            start, end, inside = state.span.start, state.span.end, state.inside
        bits |= inside << (i % WORD)
        if i % WORD == WORD - 1 or i == n - 1:
            out[i // WORD] = bits
            bits = 0


cdef void advance_new_day(Operator* op, void** slots, Py_ssize_t n) noexcept nogil:
    cdef NewDay* state = <NewDay*> op.state
    cdef const int64_t* times = <const int64_t*> slots[op.a]
    cdef uint64_t* out = <uint64_t*> slots[op.out]
    cdef uint64_t bits = 0
    cdef Py_ssize_t i
    for i in range(n):
        if outside(times[i], state.span.start, state.span.end) and times[i] != MISSING:
            state.span = bucket_of(&state.rule, &state.zone, times[i])
            bits |= (<uint64_t> 1) << (i % WORD)
        if i % WORD == WORD - 1 or i == n - 1:
            out[i // WORD] = bits
            bits = 0


cdef bint setup_time(Operator* op, object extra) except? 0:
    """Give `op` its function and state; False where its code is not one of this file.

    `extra` is (table, part), (table, opens, closes, weekdays) or (table, rule).
    """
    cdef Part* part
    cdef Session* session
    cdef NewDay* day
    if op.code == OP_TIME_PART:
        op.advance = advance_part
        allocate_state(op, sizeof(Part) + zone_bytes(extra[0]))
        part = <Part*> op.state
        part.part = extra[1]
        fill_zone(&part.zone, extra[0])
    elif op.code == OP_BETWEEN:
        op.advance = advance_between
        allocate_state(op, sizeof(Session) + zone_bytes(extra[0]))
        session = <Session*> op.state
        session.opens, session.closes, session.weekdays = extra[1:]
        fill_zone(&session.zone, extra[0])
    elif op.code == OP_NEW_DAY:
        op.advance = advance_new_day
        allocate_state(op, sizeof(NewDay) + zone_bytes(extra[0]))
        day = <NewDay*> op.state
        fill_rule(&day.rule, extra[1])
        fill_zone(&day.zone, extra[0])
    else:
        return False
    return True
