#include "report/history.h"

#include <math.h>
#include <stdlib.h>

#include "belief.h"
#include "probe.h"
#include "run.h"

bool history_init(struct history *h, int cells, double from_s, double to_s)
{
    double duration_s = isfinite(to_s) ? to_s - from_s : HISTORY_BUCKETS_MAX - 1.0;
    double stride_s = ceil(duration_s / HISTORY_BUCKETS_MAX);
    bool ok = true;

    *h = (struct history){ .cells = cells, .from_s = from_s, .stride_s = fmax(1.0, stride_s) };
    h->buckets = (int)ceil(duration_s / h->stride_s) + 1;
    for (int i = 0; i < PACK_CHANNELS; i++)
        ok &= (h->pack[i] = malloc((size_t)h->buckets * sizeof(struct span))) != NULL;
    for (int i = 0; i < CELL_CHANNELS; i++)
        ok &= (h->cell[i] = malloc((size_t)(h->buckets * cells) * sizeof(struct span))) != NULL;
    h->hop = calloc((size_t)cells, sizeof *h->hop);
    h->last = calloc((size_t)cells, sizeof *h->last);
    h->base = calloc((size_t)cells, sizeof *h->base);
    return ok && h->hop && h->last && h->base;
}

void history_free(struct history *h)
{
    for (int i = 0; i < PACK_CHANNELS; i++)
        free(h->pack[i]);
    for (int i = 0; i < CELL_CHANNELS; i++)
        free(h->cell[i]);
    free(h->hop);
    free(h->last);
    free(h->base);
}

double history_time_s(const struct history *h, int bucket)
{
    return h->from_s + bucket * h->stride_s + (h->stride_s + 1.0) / 2.0;
}

/* ---- one second --------------------------------------------------------------------------------- */

static void widen(struct span *s, double value)
{
    s->min = fminf(s->min, (float)value);
    s->max = fmaxf(s->max, (float)value);
}

static void start_bucket(struct history *h, int bucket)
{
    const struct span none = { NAN, NAN };

    for (int i = 0; i < PACK_CHANNELS; i++)
        h->pack[i][bucket] = none;
    for (int i = 0; i < CELL_CHANNELS; i++)
        for (int k = 0; k < h->cells; k++)
            h->cell[i][bucket * h->cells + k] = none;
    h->used = bucket + 1;
}

static struct span joined(struct span a, struct span b)
{
    return (struct span){ fminf(a.min, b.min), fmaxf(a.max, b.max) };
}

static void join_pairs(struct span *s, int used, int step)
{
    for (int i = 0; i < used / 2; i++)
        for (int k = 0; k < step; k++)
            s[i * step + k] = joined(s[2 * i * step + k], s[(2 * i + 1) * step + k]);
    for (int k = 0; used % 2 && k < step; k++)
        s[used / 2 * step + k] = s[(used - 1) * step + k];
}

/* Nobody said how long the run is: buckets twice as wide leave half of the room. */
static void widen_buckets(struct history *h)
{
    for (int i = 0; i < PACK_CHANNELS; i++)
        join_pairs(h->pack[i], h->used, 1);
    for (int i = 0; i < CELL_CHANNELS; i++)
        join_pairs(h->cell[i], h->used, h->cells);
    h->used = (h->used + 1) / 2;
    h->stride_s *= 2.0;
}

/* A count that has become smaller began again with its board. */
static uint64_t grown(uint32_t now, uint32_t before)
{
    return now >= before ? now - before : now;
}

static void count_hop(struct hop_sum *sum, const struct link_counters *now,
                      const struct link_counters *before)
{
    sum->frames += grown(now->frames, before->frames);
    sum->bad += grown(now->bad_frames, before->bad_frames);
    sum->marked += grown(now->marked_frames, before->marked_frames);
    sum->stale += grown(now->stale_frames, before->stale_frames);
    sum->line_errors += grown(now->line_errors, before->line_errors);
    sum->bad_syncs += grown(now->bad_syncs, before->bad_syncs);
}

static void count_hops(struct history *h, const struct run *r)
{
    for (int i = 0; i < h->cells; i++) {
        struct link_counters now;
        belief_counters(&r->chain, i, &now);
        count_hop(&h->hop[i], &now, &h->last[i]);
        h->last[i] = now;
    }
}

static uint64_t bad_frames(const struct history *h)
{
    uint64_t bad = 0;

    for (int i = 0; i < h->cells; i++)
        bad += h->hop[i].bad - h->base[i].bad;
    return bad;
}

static void add_rounds(struct history *h, uint32_t sent, uint32_t whole)
{
    h->sent += grown(sent, h->last_sent);
    h->whole += grown(whole, h->last_whole);
    h->last_sent = sent;
    h->last_whole = whole;
}

static void miss(struct history *h, uint64_t on_their_way)
{
    if (h->sent > h->whole + on_their_way + h->incomplete)
        h->incomplete = h->sent - h->whole - on_their_way;
}

/* Counts that belong together are those of the moment when a whole round had just arrived. Since
 * then others may have failed, but up to two are only on their way. */
static void count_rounds(struct history *h, const struct run *r)
{
    if (h->last_whole != r->seen_end_rounds) {
        add_rounds(h, r->last_rounds, r->seen_end_rounds);
        miss(h, 0);
    }
    add_rounds(h, h->last[0].rounds, r->view.rounds);
    miss(h, 2);
}

/* Before that, boards number and trim themselves, which is no fault of the ring. */
static void start_counting(struct history *h, const struct run *r)
{
    h->base_lost = r->from_ps > 0 ? run_lost_readings(r) : 0;
    h->locked = true;
    h->sent = h->whole = h->incomplete = 0;
    for (int i = 0; i < h->cells; i++)
        h->base[i] = h->hop[i];
}

static void take_ring(struct history *h, const struct run *r, int bucket)
{
    count_hops(h, r);
    count_rounds(h, r);
    if (!r->locked)
        return;
    if (!h->locked)
        start_counting(h, r);
    widen(&h->pack[PACK_BAD_FRAMES][bucket], (double)bad_frames(h));
    widen(&h->pack[PACK_INCOMPLETE][bucket], (double)h->incomplete);
    widen(&h->pack[PACK_LOST][bucket], (double)(run_lost_readings(r) - h->base_lost));
}

static void take_pack(struct history *h, const struct run *r, int bucket, int balancing)
{
    widen(&h->pack[PACK_CURRENT_TRUE][bucket], run_true_ma(r) / 1000.0);
    widen(&h->pack[PACK_SOC_TRUE][bucket], world_pack_soc(r->world) * 100.0);
    if (r->view.known & VIEW_CURRENT)
        widen(&h->pack[PACK_CURRENT_END][bucket], r->view.battery_ma / 1000.0);
    if (r->view.cells == 0)
        return;
    widen(&h->pack[PACK_SOC_END][bucket], r->view.soc_pm / 10.0);
    widen(&h->pack[PACK_BALANCING][bucket], balancing);
}

/* Returns whether it balances. */
static bool take_cell(struct history *h, const struct run *r, int bucket, int cell)
{
    int at = bucket * h->cells + cell;
    struct pack_cell c;

    belief_cell(&r->chain, cell, &c);
    widen(&h->cell[CELL_V_TRUE][at], world_cell_v(r->world, cell));
    widen(&h->cell[CELL_C_TRUE][at], world_cell_temp_c(r->world, cell));
    if (!c.fresh)
        return false;
    widen(&h->cell[CELL_V_END][at], c.mv / 1000.0);
    if (!(c.flags & (CELL_NTC_OPEN | CELL_NTC_SHORT)))
        widen(&h->cell[CELL_C_END][at], c.dc / 10.0);
    return c.flags & CELL_BALANCING;
}

void history_second(struct history *h, const struct run *r)
{
    double since_s = (double)r->second - 1.0 - h->from_s;
    int balancing = 0;
    int bucket;

    while (since_s / h->stride_s >= h->buckets)
        widen_buckets(h);
    bucket = (int)(since_s / h->stride_s);
    if (bucket >= h->used)
        start_bucket(h, bucket);
    for (int i = 0; i < h->cells; i++)
        balancing += take_cell(h, r, bucket, i);
    take_pack(h, r, bucket, balancing);
    take_ring(h, r, bucket);
}
