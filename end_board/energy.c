#include "end_board/energy.h"

#define UWS_PER_MWH 3600000u /* 1 mAs at 1 mV is 1 uWs */
#define MILLI 1000

void energy_init(struct energy *e)
{
    *e = (struct energy){ 0 };
}

/* 16 000 A for an hour at 1275 V are 7.4e16 uWs: far below 2^63. */
static void add(struct energy_counter *c, uint64_t mas, uint32_t mv)
{
    uint64_t uws = mas * mv + c->rest_uws;

    if (mas == 0)
        return;
    c->mwh += uws / UWS_PER_MWH;
    c->rest_uws = (uint32_t)(uws % UWS_PER_MWH);
}

static void count_cycles(struct energy *e, const struct meter_taken *taken, int64_t capacity_mas)
{
    int64_t thousandth_mas;

    if (taken->out_mas <= taken->in_mas)
        return;
    e->cycle_mas += (int64_t)(taken->out_mas - taken->in_mas);
    thousandth_mas = capacity_mas / MILLI;
    if (thousandth_mas == 0)
        return;
    e->cycles_milli += (uint32_t)(e->cycle_mas / thousandth_mas);
    e->cycle_mas %= thousandth_mas;
}

void energy_step(struct energy *e, const struct meter_taken *taken, uint32_t pack_mv,
                 int64_t capacity_mas)
{
    add(&e->in, taken->in_mas, pack_mv);
    add(&e->out, taken->out_mas, pack_mv);
    count_cycles(e, taken, capacity_mas);
}

void energy_day_over(struct energy *e)
{
    e->in.base_mwh = e->in.mwh;
    e->out.base_mwh = e->out.mwh;
}

void energy_clear(struct energy *e)
{
    e->in = (struct energy_counter){ 0 };
    e->out = (struct energy_counter){ 0 };
}

/* ---- extremes --------------------------------------------------------------------------------- */

void extremes_init(struct extremes *x)
{
    *x = (struct extremes){ 0 };
}

static bool take_cells(struct extremes *x, const struct pack *p)
{
    bool news = false;

    if (!x->known || p->min_mv < x->min_mv) {
        x->min_mv = p->min_mv;
        x->lowest = p->lowest;
        news = true;
    }
    if (!x->known || p->max_mv > x->max_mv) {
        x->max_mv = p->max_mv;
        x->highest = p->highest;
        news = true;
    }
    if (!x->known || p->min_dc < x->min_dc) {
        x->min_dc = p->min_dc;
        x->coldest = p->coldest;
        news = true;
    }
    if (!x->known || p->max_dc > x->max_dc) {
        x->max_dc = p->max_dc;
        x->hottest = p->hottest;
        news = true;
    }
    x->known = true;
    return news;
}

static bool take_current(struct extremes *x, int32_t ma)
{
    if (ma > x->charge_ma) {
        x->charge_ma = ma;
        return true;
    }
    if (-ma > x->discharge_ma) {
        x->discharge_ma = -ma;
        return true;
    }
    return false;
}

bool extremes_step(struct extremes *x, const struct facts *f)
{
    bool news = false;

    if (f->faults & PACK_FAULT_ANY)
        return false;
    news |= take_cells(x, f->pack);
    if (f->current_known)
        news |= take_current(x, f->battery_ma);
    return news;
}
