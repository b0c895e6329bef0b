cdef bint avx2_chosen() noexcept
cdef void* avx2_function(int kind) noexcept
cdef const void* avx2_order() noexcept
cdef const void* avx2_recursions() noexcept
cdef const void* avx2_compare() noexcept
