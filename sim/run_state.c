/* What a run has measured and where it stands. */
#include "run.h"

#include <stdlib.h>

#include "world/supply.h"

#define MARKS_MAX 0x1000000u

static void sum_state(struct error_sum *e, struct state *s)
{
    STATE(s, e->worst);
    STATE(s, e->sum);
    STATE(s, e->count);
}

static void places_state(struct run *r, struct state *s)
{
    uint32_t places = (uint32_t)r->places;

    state_count(s, "places", &places, RUN_PLACES_MAX);
    r->places = (int)places;
    for (int i = 0; i < r->places; i++) {
        struct run_place *p = &r->place[i];
        STATE(s, p->s);
        STATE(s, p->comm_ok);
        STATE(s, p->broken);
        STATE(s, p->after);
        STATE(s, p->charge);
        STATE(s, p->load);
    }
}

static void counters_state(struct link_counters *c, struct state *s)
{
    STATE(s, c->rounds);
    STATE(s, c->frames);
    STATE(s, c->bad_frames);
    STATE(s, c->marked_frames);
    STATE(s, c->stale_frames);
    STATE(s, c->line_errors);
    STATE(s, c->bad_syncs);
    STATE(s, c->returned);
}

static bool make_room_for_mark(struct run_mark *m, int cells)
{
    *m = (struct run_mark){ .line = 0 };
    m->counters = calloc((size_t)cells, sizeof *m->counters);
    m->breaks = calloc((size_t)cells, sizeof *m->breaks);
    return m->counters && m->breaks;
}

static void mark_state(struct run *r, struct run_mark *m, struct state *s)
{
    STATE(s, m->s);
    STATE(s, m->line);
    STATE(s, m->rounds);
    STATE(s, m->lost);
    STATE(s, m->shown_error_mv);
    for (int i = 0; i < r->chain.cells; i++) {
        counters_state(&m->counters[i], s);
        STATE(s, m->breaks[i]);
    }
}

static void marks_state(struct run *r, struct state *s)
{
    uint32_t marks = (uint32_t)r->marks;

    state_count(s, "marks", &marks, MARKS_MAX);
    if (s->loading)
        r->mark = calloc(marks + 1u, sizeof *r->mark);
    for (uint32_t i = 0; i < marks && !s->failed; i++) {
        if (s->loading && (!r->mark || !make_room_for_mark(&r->mark[r->marks++], r->chain.cells)))
            state_fail(s, "out of memory");
        else
            mark_state(r, &r->mark[i], s);
    }
}

static void statistics_state(struct run *r, struct state *s)
{
    state_begin(s, "RUN ");
    STATE(s, r->view);
    STATE(s, r->told);
    STATE(s, r->locked);
    STATE(s, r->locked_s);
    STATE(s, r->base_rounds);
    STATE(s, r->base_readings);
    STATE(s, r->last_rounds);
    STATE(s, r->last_readings);
    STATE(s, r->seen_end_rounds);
    STATE(s, r->lost_before);
    sum_state(&r->cell_mv, s);
    sum_state(&r->temp_dc, s);
    sum_state(&r->now_mv, s);
    sum_state(&r->now_dc, s);
    sum_state(&r->current_ma, s);
    STATE(s, r->base_mas);
    STATE(s, r->base_true_as);
    STATE(s, r->shown_error_mv);
    places_state(r, s);
    marks_state(r, s);
    state_end(s);
}

/* A profile is named by its place among the events. */
static void profile_state(struct run *r, struct state *s)
{
    const struct series *profile = world_supply(r->world)->profile;
    const struct event *e;
    int32_t place = -1;

    for (int32_t i = 0; profile && r->scenario && (e = scenario_event(r->scenario, (size_t)i)); i++)
        if (e->series == profile)
            place = i;
    STATE(s, place);
    if (!s->loading || place < 0 || s->failed)
        return;
    e = r->scenario ? scenario_event(r->scenario, (size_t)place) : NULL;
    if (e && e->series)
        world_profile_goes_on(r->world, e->series);
    else
        state_fail(s, "a profile is in use, and no scenario has it");
}

void run_state(struct run *r, struct state *s)
{
    statistics_state(r, s);
    state_begin(s, "WRLD");
    world_state(r->world, s);
    profile_state(r, s);
    state_end(s);
    chain_state(&r->chain, s);
    state_begin(s, "OUTS");
    outside_state(&r->outside, s);
    state_end(s);
}
