/* One sub-block at a time: what its windows share, their tails, and outputs value by value. Included by window.h. */

/* A value of the first series as aggregates take it. */
INLINE pair first_series(int kind, pair x, pair anchor) {
    return is_extreme(kind) ? turned(kind, x) : is_anchored(kind) ? sub2(x, anchor) : x;
}
/* A group: its anchor and core, and what its sub-blocks share of later tails; x, y point at its first value. */
INLINE void open_group(int kind, Window* w, const double* x, const double* y) {
    const ptrdiff_t core = w->window - 1 - w->group * w->size;
    double* rests = rests_of(kind, w);
    pair s[TERMS], rest[TERMS];
    if (is_anchored(kind)) w->anchor[0] = anchor_of(kind, x - core, core);
    if (is_joint(kind)) w->anchor[1] = anchor_of(kind, y - core, core);
    nothing(kind, s);
    store_all(kind, w->heads, s);
    of_run(kind, rest, x - core, y - core, core, w->anchor, -(double)core);
    store_all(kind, rests + w->group * TERMS, rest);
    for (ptrdiff_t j = w->group - 1; j > 0; j--) {
        const ptrdiff_t back = w->window - 1 - j * w->size;
        of_run(kind, s, x - back, y - back, w->size, w->anchor, -(double)back);
        append(kind, s, rest);
        for (int q = 0; q < terms_of(kind); q++) rest[q] = s[q];
        store_all(kind, rests + j * TERMS, rest);
    }
}
/* What all windows of the sub-block hold: core, later tails and earlier heads of its group. */
INLINE void shared_in_group(int kind, Window* w, pair* s) {
    pair heads[TERMS];
    load_all(kind, s, rests_of(kind, w) + (w->sub + 1) * TERMS);
    load_all(kind, heads, w->heads);
    append(kind, s, heads);
    /* linear weights count from 1 for the oldest value */
    if (is_linear(kind)) s[1] = add2(s[1], mul2(both((double)(w->window - (w->sub + 1) * w->size)), s[0]));
}
/* The same for a sub-block on its own: its core, from the newest value back. */
INLINE void shared_alone(int kind, Window* w, pair* s, const double* x, const double* y) {
    const ptrdiff_t core = w->window - 1 - w->size;
    pair v = both(0.0);
    if (is_anchored(kind)) w->anchor[0] = middle_of(x - core, core);
    if (is_joint(kind)) w->anchor[1] = middle_of(y - core, core);
    nothing(kind, s);
    for (ptrdiff_t k = -1; k >= -core; k--) {
        if (is_joint(kind)) v = both(y[k] - w->anchor[1]);
        take_older(kind, s, first_series(kind, both(x[k]), both(w->anchor[0])), v, both((double)k));
    }
}
/* The tails of the next sub-block, in the state; x, y point at its first value. */
INLINE void open_sub_block(int kind, int grouped, Window* w, const double* x, const double* y) {
    const ptrdiff_t back = w->window - 1;
    double* tails = tails_of(kind, w);
    pair s[TERMS], v = both(0.0);
    if (grouped && w->sub == 0) open_group(kind, w, x, y);
    nothing(kind, s);
    store_all(kind, w->head, s);
    if (grouped) shared_in_group(kind, w, s);
    else shared_alone(kind, w, s, x, y);
    for (ptrdiff_t k = w->size - 1; k >= 0; k--) {
        const pair u = first_series(kind, both(x[k - back]), both(w->anchor[0]));
        if (is_joint(kind)) v = both(y[k - back] - w->anchor[1]);
        take_older(kind, s, u, v, both((double)(k - back + w->sub * w->size)));
        for (int q = 0; q < shares_of(kind); q++)
            tails[q * w->size + k] = first_of(share_of_older(kind, &w->finish, s, q));
    }
}
/* The head of the sub-block is complete. */
INLINE void close_sub_block(int kind, int grouped, Window* w, pair* head) {
    pair heads[TERMS];
    w->at = 0;
    if (!grouped) return;
    turn_places(kind, head, (double)((w->sub + 1) * w->size - 1));
    load_all(kind, heads, w->heads);
    append(kind, heads, head);
    store_all(kind, w->heads, heads);
    w->sub = w->sub + 1 == w->group ? 0 : w->sub + 1;
}
/* Outputs for n more values of one sub-block. */
INLINE void walk(int kind, int grouped, Window* w, const double* x, const double* y, double* out, ptrdiff_t n) {
    const double* tails = tails_of(kind, w) + w->at;
    const ptrdiff_t size = w->size;
    const Finish f = w->finish;
    const pair a = both(w->anchor[0]), b = both(w->anchor[1]);
    pair head[TERMS], tail[TERMS], share[TERMS], v = both(0.0), p = both((double)(w->sub * size + w->at));
    load_all(kind, head, w->head);
    for (ptrdiff_t i = 0; i < n; i++) {
        if (is_joint(kind)) v = sub2(both(y[i]), b);
        take_newer(kind, head, first_series(kind, both(x[i]), a), v, p);
        for (int q = 0; q < shares_of(kind); q++) {
            tail[q] = both(tails[q * size + i]);
            share[q] = share_of_newer(kind, &f, head, q);
        }
        out[i] = first_of(result_of(kind, &f, tail, share, a, p));
        p = add2(p, both(1.0));
    }
    store_all(kind, w->head, head);
    w->at += n;
    if (w->at == size) close_sub_block(kind, grouped, w, head);
}
