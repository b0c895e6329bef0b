/* Whole sub-blocks side by side, lane g of pair h being sub-block 2 * h + g. Included by window.h. */

enum { PAIRS = 4 };

typedef struct { pair a[PAIRS], b[PAIRS], p[PAIRS], s[PAIRS][TERMS]; } Lanes;     /* anchors, places, aggregates */

/* The same place of two neighbouring sub-blocks. */
INLINE pair gathered(const double* x, ptrdiff_t size) { return pair_of(x[0], x[size]); }

/* Take the values at x[0], y[0] of every lane, at the old end. */
INLINE void lane_older(int kind, Lanes* l, int h, const double* x, const double* y, ptrdiff_t size, pair p) {
    const pair u = first_series(kind, gathered(x, size), l->a[h]);
    take_older(kind, l->s[h], u, is_joint(kind) ? sub2(gathered(y, size), l->b[h]) : both(0.0), p);
}
INLINE void lane_newer(int kind, Lanes* l, int h, const double* x, const double* y, ptrdiff_t size, pair p) {
    const pair u = first_series(kind, gathered(x, size), l->a[h]);
    take_newer(kind, l->s[h], u, is_joint(kind) ? sub2(gathered(y, size), l->b[h]) : both(0.0), p);
}
INLINE pair middle_of_lanes(const double* x, ptrdiff_t core, ptrdiff_t size) {
    return middle2(gathered(x - 1, size), gathered(x - core + core / 2, size), gathered(x - core, size));
}
/* Anchors, and the places of the first values. */
INLINE void open_lanes(int kind, int grouped, Window* w, Lanes* l, const double* x, const double* y) {
    const ptrdiff_t size = w->size, core = w->window - 1 - size;
    if (grouped && w->sub == 0) open_group(kind, w, x, y);
    for (int h = 0; h < pairs_of(kind); h++) {
        const ptrdiff_t at = 2 * h * size;
        const double place = (double)((w->sub + 2 * h) * size);
        l->a[h] = both(w->anchor[0]);
        l->b[h] = both(w->anchor[1]);
        if (!grouped && is_anchored(kind)) l->a[h] = middle_of_lanes(x + at, core, size);
        if (!grouped && is_joint(kind)) l->b[h] = middle_of_lanes(y + at, core, size);
        l->p[h] = grouped ? pair_of(place, place + (double)size) : both(0.0);
        nothing(kind, l->s[h]);
    }
}
/* The heads are complete: in their stead what each sub-block of the group shares, its earlier heads among it. */
INLINE void share_in_group(int kind, Window* w, Lanes* l) {
    double parts[TERMS][2 * PAIRS];
    for (int h = 0; h < pairs_of(kind); h++)
        for (int q = 0; q < terms_of(kind); q++) store2(&parts[q][2 * h], l->s[h][q]);
    for (int g = 0; g < 2 * pairs_of(kind); g++) {
        pair head[TERMS], s[TERMS];
        shared_in_group(kind, w, s);
        for (int q = 0; q < terms_of(kind); q++) {
            head[q] = both(parts[q][g]);
            parts[q][g] = first_of(s[q]);
        }
        close_sub_block(kind, 1, w, head);
    }
    for (int h = 0; h < pairs_of(kind); h++)
        for (int q = 0; q < terms_of(kind); q++) l->s[h][q] = load2(&parts[q][2 * h]);
}
INLINE void share_alone(int kind, const Window* w, Lanes* l, const double* x, const double* y) {
    const ptrdiff_t size = w->size, core = w->window - 1 - size;
    for (int h = 0; h < pairs_of(kind); h++) nothing(kind, l->s[h]);
    for (ptrdiff_t k = -1; k >= -core; k--) for (int h = 0; h < pairs_of(kind); h++) {
        const ptrdiff_t at = k + 2 * h * size;
        lane_older(kind, l, h, x + at, y + at, size, both((double)k));
    }
}
/* Heads forwards, then tails backwards, each joined with its head at once. */
INLINE void leap(int kind, int grouped, Window* w, const double* x, const double* y, double* out) {
    const int K = shares_of(kind), P = pairs_of(kind);
    const ptrdiff_t size = w->size, back = w->window - 1;
    const Finish f = w->finish;
    pair heads[LONGEST * 12], tail[TERMS];
    Lanes l;
    open_lanes(kind, grouped, w, &l, x, y);
    for (ptrdiff_t k = 0; k < size; k++) for (int h = 0; h < P; h++) {
        const ptrdiff_t at = k + 2 * h * size;
        lane_newer(kind, &l, h, x + at, y + at, size, l.p[h]);
        l.p[h] = add2(l.p[h], both(1.0));
        for (int q = 0; q < K; q++) heads[(k * P + h) * K + q] = share_of_newer(kind, &f, l.s[h], q);
    }
    if (grouped) share_in_group(kind, w, &l);
    else share_alone(kind, w, &l, x, y);
    for (ptrdiff_t k = size - 1; k >= 0; k--) for (int h = 0; h < P; h++) {
        const ptrdiff_t at = k + 2 * h * size;
        l.p[h] = sub2(l.p[h], both(1.0));
        lane_older(kind, &l, h, x + at - back, y + at - back, size, sub2(l.p[h], both((double)back)));
        for (int q = 0; q < K; q++) tail[q] = share_of_older(kind, &f, l.s[h], q);
        store_apart(out + at, out + at + size, result_of(kind, &f, tail, &heads[(k * P + h) * K], l.a[h], l.p[h]));
    }
}
/* Outputs for n values that are in the buffer. */
INLINE void sub_blocks(int kind, int grouped, Window* w, const double* x, const double* y, double* out, ptrdiff_t n) {
    const int side = 2 * pairs_of(kind);
    ptrdiff_t i = 0, some;
    while (i < n) {
        if (w->at == 0 && n - i >= side * w->size && (!grouped || w->group - w->sub >= side)) {
            leap(kind, grouped, w, x + i, y + i, out + i);
            i += side * w->size;
            continue;
        }
        if (w->at == 0) open_sub_block(kind, grouped, w, x + i, y + i);
        some = w->size - w->at < n - i ? w->size - w->at : n - i;
        walk(kind, grouped, w, x + i, y + i, out + i, some);
        i += some;
    }
}
