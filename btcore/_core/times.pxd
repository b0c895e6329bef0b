# Local time of a zone, and the stretches of time (days, hours, buckets) that it is cut into.
from libc.stdint cimport int64_t

from btcore._core.operators cimport Operator

cdef struct Zone:               # the last field of a state; in memory `count` instants and `count` offsets follow it
    Py_ssize_t count            # stretches of one offset; the first begins before all times
    Py_ssize_t at               # the stretch that was asked for last
    int64_t highest             # the largest offset

cdef struct Rule:               # how time is cut into buckets
    int64_t length              # ns; of several days the longest that a bucket can be, in a zone without clock changes
    int64_t phase               # the open time of some bucket, where all are of one length
    int64_t days                # session days in a bucket; 0: parts of a day, or all of one length
    int64_t anchor              # the session day that opens some bucket of several days
    int64_t roll                # local time at which a session day opens, from the midnight of its date
    bint even                   # all of one length

cdef struct Span:               # [start, end) in ns UTC
    int64_t start
    int64_t end

cdef size_t zone_bytes(object table) except 0
cdef int fill_zone(Zone* zone, object table) except -1
cdef int fill_rule(Rule* rule, object numbers) except -1
cdef Span bucket_of(const Rule* rule, Zone* zone, int64_t t) noexcept nogil
cdef bint setup_time(Operator* op, object extra) except? 0
