/* Whole sub-blocks side by side, lane g of pair h being sub-block 2 * h + g. Included by window.h. */

typedef struct { double anchor[2][8], shared[TERMS][8], place[8]; } Lanes;

INLINE void put_shared(int kind, int grouped, Window* w, Lanes* lanes, int g) {
    pair s[TERMS];
    shared(kind, grouped, w, s, w->sub);
    for (int q = 0; q < terms_of(kind); q++) lanes->shared[q][g] = first_of(s[q]);
}
/* Anchors and places: a group of its own for each sub-block, or one for all. */
INLINE void open_lanes(int kind, int grouped, Window* w, Lanes* lanes, const double* x, const double* y) {
    if (grouped && w->sub == 0) open_group(kind, 1, w, x, y);
    for (int g = 0; g < 2 * pairs_of(kind); g++) {
        if (!grouped) {
            open_group(kind, 0, w, x + g * w->size, y + g * w->size);
            put_shared(kind, 0, w, lanes, g);
        }
        lanes->anchor[0][g] = w->anchor[0];
        lanes->anchor[1][g] = w->anchor[1];
        lanes->place[g] = grouped ? (double)((w->sub + g) * w->size) : 0.0;
    }
}
/* The heads are complete: what each sub-block of the group shares, its earlier heads among it. */
INLINE void close_lanes(int kind, Window* w, Lanes* lanes, pair head[][TERMS]) {
    double parts[TERMS][8];
    for (int h = 0; h < pairs_of(kind); h++)
        for (int q = 0; q < terms_of(kind); q++) store2(&parts[q][2 * h], head[h][q]);
    for (int g = 0; g < 2 * pairs_of(kind); g++) {
        pair one[TERMS];
        for (int q = 0; q < terms_of(kind); q++) one[q] = both(parts[q][g]);
        put_shared(kind, 1, w, lanes, g);
        close_sub_block(kind, 1, w, one);
    }
}
/* The same place of two neighbouring sub-blocks. */
INLINE pair gathered(const double* x, ptrdiff_t size) { return pair_of(x[0], x[size]); }

/* Heads forwards, then tails backwards, each joined with its head at once. */
INLINE void leap(int kind, int grouped, Window* w, const double* x, const double* y, double* out) {
    const int T = terms_of(kind), K = shares_of(kind), P = pairs_of(kind);
    const ptrdiff_t size = w->size, back = w->window - 1;
    const Finish f = w->finish;
    pair shares[LONGEST * 12], s[4][TERMS], a[4], b[4], p[4], share[TERMS], u, v = both(0.0);
    Lanes lanes;
    open_lanes(kind, grouped, w, &lanes, x, y);
    for (int h = 0; h < P; h++) {
        a[h] = load2(&lanes.anchor[0][2 * h]);
        b[h] = load2(&lanes.anchor[1][2 * h]);
        p[h] = load2(&lanes.place[2 * h]);
        nothing(kind, s[h]);
    }
    for (ptrdiff_t k = 0; k < size; k++) for (int h = 0; h < P; h++) {
        const ptrdiff_t at = k + 2 * h * size;
        u = first_series(kind, gathered(x + at, size), a[h]);
        if (is_joint(kind)) v = sub2(gathered(y + at, size), b[h]);
        take_newer(kind, s[h], u, v, p[h]);
        p[h] = add2(p[h], both(1.0));
        for (int q = 0; q < K; q++) shares[(k * P + h) * K + q] = share_of_newer(kind, &f, s[h], q);
    }
    if (grouped) close_lanes(kind, w, &lanes, s);
    for (int h = 0; h < P; h++) for (int q = 0; q < T; q++) s[h][q] = load2(&lanes.shared[q][2 * h]);
    for (ptrdiff_t k = size - 1; k >= 0; k--) for (int h = 0; h < P; h++) {
        const ptrdiff_t at = k + 2 * h * size;
        u = first_series(kind, gathered(x + at - back, size), a[h]);
        if (is_joint(kind)) v = sub2(gathered(y + at - back, size), b[h]);
        p[h] = sub2(p[h], both(1.0));
        take_older(kind, s[h], u, v, sub2(p[h], both((double)back)));
        for (int q = 0; q < K; q++) share[q] = share_of_older(kind, &f, s[h], q);
        store_apart(out + at, out + at + size, result_of(kind, &f, share, &shares[(k * P + h) * K], a[h], p[h]));
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
