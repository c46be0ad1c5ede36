#include "engine/wire.h"

#include <stdlib.h>

#define MASK (WIRE_EDGES - 1u)

/* ---- taps --------------------------------------------------------------------------------------- */

/* Without memory the tap misses edges; the wire itself does not. */
static void tap_add(struct wire_tap *t, struct wire_edge edge)
{
    if (t->count == t->room) {
        int room = t->room ? 2 * t->room : 64;
        struct wire_edge *all = realloc(t->edge, (size_t)room * sizeof *all);
        if (!all)
            return;
        t->edge = all;
        t->room = room;
    }
    t->edge[t->count++] = edge;
}

void wire_tap_free(struct wire_tap *t)
{
    free(t->edge);
    *t = (struct wire_tap){ 0 };
}

void wire_listen(struct wire *w, struct wire_tap *tap, int64_t from_ps)
{
    tap->count = 0;
    for (uint64_t i = w->tail; i != w->head; i++)
        if (w->edge[i & MASK].at_ps >= from_ps)
            tap_add(tap, w->edge[i & MASK]);
    w->tap = tap;
}

/* ---- edges -------------------------------------------------------------------------------------- */

void wire_init(struct wire *w)
{
    w->head = w->tail = 0;
    w->level = w->tail_level = true;
    w->broken = false;
    w->broken_ps = -1;
    w->bytes = w->lost_edges = 0;
    w->tap = NULL;
}

static void drop_oldest(struct wire *w)
{
    w->tail_level = w->edge[w->tail & MASK].level;
    w->tail++;
}

static void drop_newest(struct wire *w)
{
    w->head--;
    if (w->tap && w->tap->count > 0)
        w->tap->count--;
    w->level = w->head == w->tail ? w->tail_level : w->edge[(w->head - 1) & MASK].level;
}

/* An edge that was announced for later never happens: the sender was stopped before. */
static void take_back(struct wire *w, int64_t from_ps)
{
    while (w->head != w->tail && w->edge[(w->head - 1) & MASK].at_ps >= from_ps)
        drop_newest(w);
}

static void append(struct wire *w, int64_t at_ps, bool level)
{
    if (w->head - w->tail == WIRE_EDGES) {
        drop_oldest(w);
        w->lost_edges++;
    }
    w->edge[w->head & MASK] = (struct wire_edge){ .at_ps = at_ps, .level = level };
    w->head++;
    w->level = level;
    if (w->tap)
        tap_add(w->tap, w->edge[(w->head - 1) & MASK]);
}

void wire_drive(struct wire *w, int64_t at_ps, bool level)
{
    take_back(w, at_ps);
    if (level != w->level)
        append(w, at_ps, level);
}

/* Index of the first edge at or after a time; a receiver reads near the tail. */
static uint64_t first_from(const struct wire *w, int64_t from_ps)
{
    uint64_t i = w->tail;
    while (i != w->head && w->edge[i & MASK].at_ps < from_ps)
        i++;
    return i;
}

bool wire_level(const struct wire *w, int64_t at_ps)
{
    uint64_t i;

    if (w->broken && at_ps >= w->broken_ps)
        return true;
    i = first_from(w, at_ps + 1);
    return i == w->tail ? w->tail_level : w->edge[(i - 1) & MASK].level;
}

void wire_cursor_start(struct wire_cursor *c, const struct wire *w)
{
    *c = (struct wire_cursor){ .wire = w, .next = w->tail, .level = w->tail_level };
}

static bool sent_level(const struct wire *w, int64_t at_ps)
{
    uint64_t i = first_from(w, at_ps);
    return i == w->tail ? w->tail_level : w->edge[(i - 1) & MASK].level;
}

/* A wire that parts while it is low goes high, and the other way round when it is mended. */
static bool parts_at(const struct wire *w, int64_t from_ps, uint64_t next)
{
    return from_ps <= w->broken_ps && !sent_level(w, w->broken_ps) &&
           (next == w->head || w->edge[next & MASK].at_ps >= w->broken_ps);
}

int64_t wire_next_edge(const struct wire *w, int64_t from_ps, bool *level)
{
    uint64_t i = first_from(w, from_ps);

    if (parts_at(w, from_ps, i)) {
        *level = w->broken;
        return w->broken_ps;
    }
    if (i == w->head || (w->broken && w->edge[i & MASK].at_ps >= w->broken_ps))
        return WIRE_NEVER;
    *level = w->edge[i & MASK].level;
    return w->edge[i & MASK].at_ps;
}

int64_t wire_next_fall(const struct wire *w, int64_t from_ps)
{
    bool level = true;
    int64_t at_ps = wire_next_edge(w, from_ps, &level);

    if (at_ps != WIRE_NEVER && level)
        at_ps = wire_next_edge(w, at_ps + 1, &level);
    return at_ps;
}

void wire_forget(struct wire *w, int64_t before_ps)
{
    while (w->head - w->tail > 1 && w->edge[(w->tail + 1) & MASK].at_ps < before_ps)
        drop_oldest(w);
}

bool wire_take(struct wire *w, int64_t before_ps, int64_t *at_ps, bool *level)
{
    const struct wire_edge *e = &w->edge[w->tail & MASK];

    if (w->tail == w->head || e->at_ps >= before_ps)
        return false;
    *at_ps = e->at_ps;
    *level = e->level;
    drop_oldest(w);
    return true;
}

void wire_hand_over(struct wire *from, struct wire *to, int64_t end_ps, int64_t delay_ps)
{
    while (from->tail != from->head && from->edge[from->tail & MASK].at_ps < end_ps) {
        struct wire_edge e = from->edge[from->tail & MASK];
        append(to, e.at_ps + delay_ps, e.level);
        drop_oldest(from);
    }
}

void wire_continue(struct wire *empty, struct wire *real, int64_t from_ps)
{
    uint64_t first = real->head;
    uint64_t end = real->head;

    while (first != real->tail && real->edge[(first - 1) & MASK].at_ps >= from_ps)
        first--;
    empty->head = empty->tail = 0;
    for (uint64_t i = first; i != end; i++)
        append(empty, real->edge[i & MASK].at_ps, real->edge[i & MASK].level);
    while (real->head != first)
        drop_newest(real);
    empty->tail_level = real->level;
    if (empty->head == 0)
        empty->level = real->level;
}

/* What was sent into the open wire is gone. Where it is low now, the other end falls now. */
static void close_wire(struct wire *w, int64_t at_ps)
{
    while (w->tail != w->head && w->edge[w->tail & MASK].at_ps < at_ps)
        drop_oldest(w);
    if (w->tail_level || w->head - w->tail == WIRE_EDGES)
        return;
    w->tail_level = true;
    w->edge[--w->tail & MASK] = (struct wire_edge){ .at_ps = at_ps, .level = false };
}

void wire_break(struct wire *w, bool broken, int64_t at_ps)
{
    if (w->broken && !broken)
        close_wire(w, at_ps);
    w->broken = broken;
    w->broken_ps = at_ps;
}
