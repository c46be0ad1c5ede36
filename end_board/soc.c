#include "end_board/soc.h"

#define START_PM 500u
#define PM 1000
#define SECONDS_PER_HOUR 3600

void soc_init(struct soc *s)
{
    *s = (struct soc){ 0 };
}

static void learn_capacity(struct soc *s, const struct facts *f)
{
    uint32_t pack_nominal_mv = (uint32_t)f->settings->nominal_mv * f->pack->count;

    if (pack_nominal_mv == 0)
        return;
    int64_t capacity_mas =
        (int64_t)f->settings->capacity_wh * SECONDS_PER_HOUR * 1000 * 1000 / pack_nominal_mv;
    if (capacity_mas == s->capacity_mas)
        return;
    if (s->capacity_mas == 0)
        s->charge_mas = capacity_mas * START_PM / PM;
    s->capacity_mas = capacity_mas;
}

static void count_charge(struct soc *s, int64_t mas)
{
    s->charge_mas += mas;
    if (s->charge_mas < 0)
        s->charge_mas = 0;
    if (s->charge_mas > s->capacity_mas)
        s->charge_mas = s->capacity_mas;
}

static bool looks_full(const struct facts *f)
{
    if (f->faults != 0 || !facts_charge_rate_low(f))
        return false;
    if (f->settings->mode == MODE_CRITICAL)
        return f->pack->total_mv >= (uint32_t)f->vbalance_mv * f->pack->count;
    return f->pack->min_mv >= f->vbalance_mv;
}

static uint32_t full_hold_ms(const struct facts *f)
{
    return f->settings->mode == MODE_CRITICAL ? SOC_FULL_HOLD_CRITICAL_MS : SOC_FULL_HOLD_MS;
}

static bool looks_empty(const struct facts *f)
{
    return f->faults == 0 && !f->load_allowed && f->pack->min_mv < f->settings->vmin_mv;
}

/* True when a condition has held for hold_ms. */
static bool held(bool now, bool *running, uint32_t *since_ms, uint32_t now_ms, uint32_t hold_ms)
{
    if (now && !*running)
        *since_ms = now_ms;
    *running = now;
    return now && now_ms - *since_ms >= hold_ms;
}

void soc_step(struct soc *s, const struct facts *f, int64_t mas)
{
    learn_capacity(s, f);
    count_charge(s, mas);
    if (held(looks_full(f), &s->full_running, &s->full_since_ms, f->now_ms, full_hold_ms(f))) {
        s->charge_mas = s->capacity_mas;
        s->calibrated = true;
    }
    if (held(looks_empty(f), &s->empty_running, &s->empty_since_ms, f->now_ms, SOC_EMPTY_HOLD_MS))
        s->charge_mas = 0;
}

uint16_t soc_pm(const struct soc *s)
{
    if (s->capacity_mas == 0)
        return START_PM;
    return (uint16_t)((s->charge_mas * PM + s->capacity_mas / 2) / s->capacity_mas);
}
