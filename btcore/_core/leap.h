/* Whole sub-blocks side by side, lane g of vector h being sub-block WIDTH * h + g. Included by window.h. */

enum { VECS = 8 / WIDTH };

typedef struct { vec a[VECS], b[VECS], p[VECS], s[VECS][TERMS]; } Lanes;    /* anchors, places, aggregates */

/* Take a value of every lane, at the old end or at the new one. */
INLINE void lane_older(int kind, Lanes* l, int h, vec x, vec y, vec p) {
    take_older(kind, l->s[h], first_series(kind, x, l->a[h]), is_joint(kind) ? subv(y, l->b[h]) : all(0.0), p);
}
INLINE void lane_newer(int kind, Lanes* l, int h, vec x, vec y, vec p) {
    take_newer(kind, l->s[h], first_series(kind, x, l->a[h]), is_joint(kind) ? subv(y, l->b[h]) : all(0.0), p);
}
/* WIDTH neighbouring values of every lane, those of a lane in one place of each vector. */
INLINE void values_of_lanes(int kind, vec* u, vec* v, const double* x, const double* y, ptrdiff_t size) {
    turned_in(u, x, size);
    if (is_joint(kind)) turned_in(v, y, size);
    else for (int j = 0; j < WIDTH; j++) v[j] = all(0.0);
}
INLINE vec middle_of_lanes(const double* x, ptrdiff_t core, ptrdiff_t size) {
    return middlev(gathered(x - 1, size), gathered(x - core + core / 2, size), gathered(x - core, size));
}
/* Anchors, and the places of the first values. */
INLINE void open_lanes(int kind, int grouped, Window* w, Lanes* l, const double* x, const double* y) {
    const ptrdiff_t size = w->size, core = w->window - 1 - size;
    if (grouped && w->sub == 0) open_group(kind, w, x, y);
    for (int h = 0; h < vecs_of(kind); h++) {
        const ptrdiff_t at = h * WIDTH * size;
        l->a[h] = all(w->anchor[0]);
        l->b[h] = all(w->anchor[1]);
        if (!grouped && is_anchored(kind)) l->a[h] = middle_of_lanes(x + at, core, size);
        if (!grouped && is_joint(kind)) l->b[h] = middle_of_lanes(y + at, core, size);
        l->p[h] = grouped ? from_on((double)((w->sub + h * WIDTH) * size), (double)size) : all(0.0);
        nothing(kind, l->s[h]);
    }
}
/* The heads are complete: in their stead what each sub-block of the group shares, its earlier heads among it. */
INLINE void share_in_group(int kind, Window* w, Lanes* l) {
    double parts[TERMS][8];
    for (int h = 0; h < vecs_of(kind); h++)
        for (int q = 0; q < terms_of(kind); q++) storev(&parts[q][h * WIDTH], l->s[h][q]);
    for (int g = 0; g < lanes_of(kind); g++) {
        vec head[TERMS], s[TERMS];
        shared_in_group(kind, w, s);
        for (int q = 0; q < terms_of(kind); q++) {
            head[q] = all(parts[q][g]);
            parts[q][g] = firstv(s[q]);
        }
        close_sub_block(kind, 1, w, head);
    }
    for (int h = 0; h < vecs_of(kind); h++)
        for (int q = 0; q < terms_of(kind); q++) l->s[h][q] = loadv(&parts[q][h * WIDTH]);
}
INLINE void share_alone(int kind, const Window* w, Lanes* l, const double* x, const double* y) {
    const ptrdiff_t size = w->size, core = w->window - 1 - size;
    ptrdiff_t k = -WIDTH;
    for (int h = 0; h < vecs_of(kind); h++) nothing(kind, l->s[h]);
    for (; k >= -core; k -= WIDTH) for (int h = 0; h < vecs_of(kind); h++) {
        vec u[WIDTH], v[WIDTH];
        values_of_lanes(kind, u, v, x + k + h * WIDTH * size, y + k + h * WIDTH * size, size);
        for (int j = WIDTH - 1; j >= 0; j--) lane_older(kind, l, h, u[j], v[j], all((double)(k + j)));
    }
    for (k += WIDTH - 1; k >= -core; k--) for (int h = 0; h < vecs_of(kind); h++) {
        const ptrdiff_t at = k + h * WIDTH * size;
        const vec v = is_joint(kind) ? gathered(y + at, size) : all(0.0);
        lane_older(kind, l, h, gathered(x + at, size), v, all((double)k));
    }
}
/* Heads forwards, then tails backwards, each joined with its head at once. */
INLINE void leap(int kind, int grouped, Window* w, const double* x, const double* y, double* out) {
    const int K = shares_of(kind), P = vecs_of(kind);
    const ptrdiff_t size = w->size, back = w->window - 1;
    const Finish f = w->finish;
    vec heads[LONGEST * 3 * VECS], u[WIDTH], v[WIDTH], tail[TERMS];
    Lanes l;
    open_lanes(kind, grouped, w, &l, x, y);
    for (ptrdiff_t k = 0; k < size; k += WIDTH) for (int h = 0; h < P; h++) {
        const ptrdiff_t at = k + h * WIDTH * size;
        values_of_lanes(kind, u, v, x + at, y + at, size);
        for (int j = 0; j < WIDTH; j++) {
            lane_newer(kind, &l, h, u[j], v[j], l.p[h]);
            l.p[h] = addv(l.p[h], all(1.0));
            for (int q = 0; q < K; q++) heads[((k + j) * P + h) * K + q] = share_of_newer(kind, &f, l.s[h], q);
        }
    }
    if (grouped) share_in_group(kind, w, &l);
    else share_alone(kind, w, &l, x, y);
    for (ptrdiff_t k = size - WIDTH; k >= 0; k -= WIDTH) for (int h = 0; h < P; h++) {
        const ptrdiff_t at = k + h * WIDTH * size;
        values_of_lanes(kind, u, v, x + at - back, y + at - back, size);
        for (int j = WIDTH - 1; j >= 0; j--) {
            l.p[h] = subv(l.p[h], all(1.0));
            lane_older(kind, &l, h, u[j], v[j], subv(l.p[h], all((double)back)));
            for (int q = 0; q < K; q++) tail[q] = share_of_older(kind, &f, l.s[h], q);
            u[j] = result_of(kind, &f, tail, &heads[((k + j) * P + h) * K], l.a[h], l.p[h]);
        }
        turned_out(out + at, size, u);
    }
}
/* Outputs for n values that are in the buffer. */
INLINE void sub_blocks(int kind, int grouped, Window* w, const double* x, const double* y, double* out, ptrdiff_t n) {
    const int side = lanes_of(kind);
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
