/* One sub-block at a time: what its windows share, their tails, and outputs value by value. Included by window.h. */

/* A value of the first series as aggregates take it. */
INLINE vec first_series(int kind, vec x, vec anchor) {
    return is_extreme(kind) ? turned(kind, x) : is_anchored(kind) ? subv(x, anchor) : x;
}
/* A group: its anchor and core, and what its sub-blocks share of later tails; x, y point at its first value. */
INLINE void open_group(int kind, Window* w, const double* x, const double* y) {
    const ptrdiff_t core = w->window - 1 - w->group * w->size;
    double* rests = rests_of(kind, w);
    vec s[TERMS], rest[TERMS];
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
INLINE void shared_in_group(int kind, Window* w, vec* s) {
    vec heads[TERMS];
    load_all(kind, s, rests_of(kind, w) + (w->sub + 1) * TERMS);
    load_all(kind, heads, w->heads);
    append(kind, s, heads);
    /* linear weights count from 1 for the oldest value */
    if (is_linear(kind)) s[1] = addv(s[1], mulv(all((double)(w->window - (w->sub + 1) * w->size)), s[0]));
}
/* The same for a sub-block on its own: its core, from the newest value back. */
INLINE void shared_alone(int kind, Window* w, vec* s, const double* x, const double* y) {
    const ptrdiff_t core = w->window - 1 - w->size;
    vec v = all(0.0);
    if (is_anchored(kind)) w->anchor[0] = middle_of(x - core, core);
    if (is_joint(kind)) w->anchor[1] = middle_of(y - core, core);
    nothing(kind, s);
    for (ptrdiff_t k = -1; k >= -core; k--) {
        if (is_joint(kind)) v = all(y[k] - w->anchor[1]);
        take_older(kind, s, first_series(kind, all(x[k]), all(w->anchor[0])), v, all((double)k));
    }
}
/* The tails of the next sub-block, in the state; x, y point at its first value. */
INLINE void open_sub_block(int kind, int grouped, Window* w, const double* x, const double* y) {
    const ptrdiff_t back = w->window - 1;
    double* tails = tails_of(kind, w);
    vec s[TERMS], v = all(0.0);
    if (grouped && w->sub == 0) open_group(kind, w, x, y);
    nothing(kind, s);
    store_all(kind, w->head, s);
    if (grouped) shared_in_group(kind, w, s);
    else shared_alone(kind, w, s, x, y);
    for (ptrdiff_t k = w->size - 1; k >= 0; k--) {
        const vec u = first_series(kind, all(x[k - back]), all(w->anchor[0]));
        if (is_joint(kind)) v = all(y[k - back] - w->anchor[1]);
        take_older(kind, s, u, v, all((double)(k - back + w->sub * w->size)));
        for (int q = 0; q < shares_of(kind); q++)
            tails[q * w->size + k] = firstv(share_of_older(kind, &w->finish, s, q));
    }
}
/* The head of the sub-block is complete. */
INLINE void close_sub_block(int kind, int grouped, Window* w, vec* head) {
    vec heads[TERMS];
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
    const vec a = all(w->anchor[0]), b = all(w->anchor[1]);
    vec head[TERMS], tail[TERMS], share[TERMS], v = all(0.0), p = all((double)(w->sub * size + w->at));
    load_all(kind, head, w->head);
    for (ptrdiff_t i = 0; i < n; i++) {
        if (is_joint(kind)) v = subv(all(y[i]), b);
        take_newer(kind, head, first_series(kind, all(x[i]), a), v, p);
        for (int q = 0; q < shares_of(kind); q++) {
            tail[q] = all(tails[q * size + i]);
            share[q] = share_of_newer(kind, &f, head, q);
        }
        out[i] = firstv(result_of(kind, &f, tail, share, a, p));
        p = addv(p, all(1.0));
    }
    store_all(kind, w->head, head);
    w->at += n;
    if (w->at == size) close_sub_block(kind, grouped, w, head);
}
