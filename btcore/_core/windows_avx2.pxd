cdef bint avx2_runs() noexcept
cdef void* avx2_function(int kind) noexcept
