#include "end_board/soc.h"

#define START_PM 500u
#define PM 1000
#define SECONDS_PER_HOUR 3600
#define LOW_RATE_DIVISOR 20u /* 5 % */

void soc_init(struct soc *s)
{
    *s = (struct soc){ 0 };
}

static void learn_capacity(struct soc *s, const struct soc_input *in)
{
    uint32_t pack_nominal_mv = (uint32_t)in->settings->nominal_mv * in->pack->count;

    if (pack_nominal_mv == 0)
        return;
    int64_t capacity_mas =
        (int64_t)in->settings->capacity_wh * SECONDS_PER_HOUR * 1000 * 1000 / pack_nominal_mv;
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

bool soc_charge_rate_low(const struct soc_input *in)
{
    uint32_t limit_mw = (uint32_t)in->settings->capacity_wh * 1000u / LOW_RATE_DIVISOR;
    int64_t power_mw = (int64_t)in->battery_ma * in->pack->total_mv / 1000;

    return in->current_known && in->battery_ma >= 0 && power_mw <= limit_mw;
}

static bool looks_full(const struct soc_input *in)
{
    if (!pack_good(in->pack) || !soc_charge_rate_low(in))
        return false;
    if (in->settings->mode == MODE_CRITICAL)
        return in->pack->total_mv >= (uint32_t)in->vbalance_mv * in->pack->count;
    return in->pack->min_mv >= in->vbalance_mv;
}

static bool looks_empty(const struct soc_input *in)
{
    return pack_good(in->pack) && !in->load_allowed && in->pack->min_mv < in->settings->vmin_mv;
}

/* True when a condition has held for hold_ms. */
static bool held(bool now, bool *running, uint32_t *since_ms, uint32_t now_ms, uint32_t hold_ms)
{
    if (now && !*running)
        *since_ms = now_ms;
    *running = now;
    return now && now_ms - *since_ms >= hold_ms;
}

void soc_step(struct soc *s, const struct soc_input *in)
{
    learn_capacity(s, in);
    count_charge(s, in->mas);
    if (held(looks_full(in), &s->full_running, &s->full_since_ms, in->now_ms, SOC_FULL_HOLD_MS)) {
        s->charge_mas = s->capacity_mas;
        s->calibrated = true;
    }
    if (held(looks_empty(in), &s->empty_running, &s->empty_since_ms, in->now_ms, SOC_EMPTY_HOLD_MS))
        s->charge_mas = 0;
}

uint16_t soc_pm(const struct soc *s)
{
    if (s->capacity_mas == 0)
        return START_PM;
    return (uint16_t)((s->charge_mas * PM + s->capacity_mas / 2) / s->capacity_mas);
}
