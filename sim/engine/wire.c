#include "engine/wire.h"

#include <stdlib.h>

#define MASK (WIRE_EDGES - 1u)
#define FRAME_BITS 10
#define STOP_BIT 0x200u
#define FRAME_MASK 0x3FFu
#define AT_FRONT 64u /* of WIRE_EDGES: what is used again soon stays in the processor's cache */
#define FEW 8u

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
    if (w->head - w->tail == WIRE_EDGES)
        drop_oldest(w);
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

void wire_drive_frame(struct wire *w, int64_t at_ps, int64_t bit_ps, uint8_t byte)
{
    unsigned levels = STOP_BIT | (unsigned)byte << 1;
    unsigned changes;

    take_back(w, at_ps);
    changes = (levels ^ (levels << 1 | w->level)) & FRAME_MASK;
    while (changes) {
        int bit = __builtin_ctz(changes);
        append(w, at_ps + bit * bit_ps, (levels >> bit) & 1);
        changes &= changes - 1;
    }
}

bool wire_frame(const struct wire *w, int64_t first_ps, int64_t bit_ps, int64_t look_ps,
                unsigned *levels)
{
    const int64_t end_ps = first_ps + (FRAME_BITS - 1) * bit_ps + look_ps;

    if (w->broken)
        return false;
    *levels = w->tail_level ? FRAME_MASK : 0;
    for (uint64_t i = w->tail; i != w->head && w->edge[i & MASK].at_ps <= end_ps; i++) {
        int64_t late_ps = w->edge[i & MASK].at_ps - first_ps;
        int64_t bit = late_ps <= 0 ? 0 : (late_ps + bit_ps - 1) / bit_ps;

        if (late_ps > 0 && late_ps - (bit - 1) * bit_ps <= look_ps)
            return false;
        *levels &= (1u << bit) - 1u;
        if (w->edge[i & MASK].level)
            *levels |= FRAME_MASK & ~((1u << bit) - 1u);
    }
    return true;
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

/* The last edges of a quiet wire go back to the front of the memory. */
static void move_to_front(struct wire *w)
{
    uint64_t edges = w->head - w->tail;

    if (edges > FEW || (w->tail & MASK) < AT_FRONT)
        return;
    for (uint64_t i = 0; i < edges; i++)
        w->edge[i] = w->edge[(w->tail + i) & MASK];
    w->tail = 0;
    w->head = edges;
}

void wire_forget(struct wire *w, int64_t before_ps)
{
    while (w->head - w->tail > 1 && w->edge[(w->tail + 1) & MASK].at_ps < before_ps)
        drop_oldest(w);
    move_to_front(w);
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

/* The edges that are kept; where they lie in the memory makes no difference. */
void wire_state(struct wire *w, struct state *s)
{
    uint32_t edges = (uint32_t)(w->head - w->tail);

    state_count(s, "edges", &edges, WIRE_EDGES);
    if (s->loading) {
        w->tail = 0;
        w->head = edges;
    }
    for (uint64_t i = w->tail; i != w->head; i++) {
        struct wire_edge *edge = &w->edge[i & MASK];
        STATE(s, edge->at_ps);
        STATE(s, edge->level);
    }
    STATE(s, w->tail_level);
    STATE(s, w->level);
    STATE(s, w->broken);
    STATE(s, w->broken_ps);
}
