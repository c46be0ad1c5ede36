#include "end_board/soc.h"

#define START_PM 500u
#define PM 1000
#define SECONDS_PER_HOUR 3600
#define TREND_Q 256
#define TREND_STEP_MS 700u /* about once per round */

void soc_init(struct soc *s)
{
    *s = (struct soc){ 0 };
}

void soc_restore(struct soc *s, int64_t charge_mas, bool calibrated)
{
    s->charge_mas = charge_mas;
    s->calibrated = calibrated;
    s->restored = true;
}

/* ---- counting --------------------------------------------------------------------------------- */

static void learn_capacity(struct soc *s, const struct facts *f)
{
    uint32_t pack_nominal_mv = (uint32_t)f->settings->nominal_mv * f->pack->count;

    int64_t capacity_mas;

    if (pack_nominal_mv == 0 ||
        (pack_nominal_mv == s->nominal_mv && f->settings->capacity_wh == s->capacity_wh))
        return;
    s->nominal_mv = pack_nominal_mv;
    s->capacity_wh = f->settings->capacity_wh;
    capacity_mas =
        (int64_t)f->settings->capacity_wh * SECONDS_PER_HOUR * 1000 * 1000 / pack_nominal_mv;
    if (s->capacity_mas == 0 && !s->restored)
        s->charge_mas = capacity_mas * START_PM / PM;
    s->capacity_mas = capacity_mas;
}

/* Of what goes in only a share can be taken out again. */
static int64_t after_losses(struct soc *s, int64_t mas, int32_t efficiency_pm)
{
    int64_t thousandths;

    if (mas <= 0)
        return mas;
    thousandths = mas * efficiency_pm + s->efficiency_rest;
    s->efficiency_rest = (uint16_t)(thousandths % PM);
    return thousandths / PM;
}

static void count_charge(struct soc *s, int64_t mas)
{
    s->charge_mas += mas;
    if (s->capacity_mas == 0)
        return;
    if (s->charge_mas < 0)
        s->charge_mas = 0;
    if (s->charge_mas > s->capacity_mas)
        s->charge_mas = s->capacity_mas;
}

static void work_out_pm(struct soc *s)
{
    if (s->capacity_mas != 0)
        s->pm = (uint16_t)((s->charge_mas * PM + s->capacity_mas / 2) / s->capacity_mas);
}

/* ---- full and empty --------------------------------------------------------------------------- */

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

/* Without the load a cell comes back a little: that does not make it less empty. */
static bool looks_empty(struct soc *s, const struct facts *f)
{
    int32_t limit_mv = f->settings->vmin_mv;

    if (s->low)
        limit_mv += SOC_EMPTY_BACK_MV;
    s->low = f->faults == 0 && f->pack->min_mv <= limit_mv;
    return s->low && !f->load_allowed;
}

/* True when a condition has held for hold_ms. */
static bool held(bool now, bool *running, uint32_t *since_ms, uint32_t now_ms, uint32_t hold_ms)
{
    if (now && !*running)
        *since_ms = now_ms;
    *running = now;
    return now && now_ms - *since_ms >= hold_ms;
}

static bool set_full(struct soc *s)
{
    bool news = s->charge_mas != s->capacity_mas || !s->calibrated;

    if (news)
        s->before_pm = soc_pm(s);
    s->charge_mas = s->capacity_mas;
    s->calibrated = true;
    return news;
}

static bool set_empty(struct soc *s)
{
    bool news = s->charge_mas != 0;

    if (news)
        s->before_pm = soc_pm(s);
    s->charge_mas = 0;
    return news;
}

/* ---- trend ------------------------------------------------------------------------------------ */

static void follow_current(struct soc *s, const struct facts *f)
{
    uint32_t step_ms = f->now_ms - s->trend_ms;
    int32_t now_q8 = f->battery_ma * TREND_Q;

    if (!f->current_known) {
        s->trend_known = false;
        return;
    }
    if (s->trend_known && step_ms < TREND_STEP_MS)
        return;
    s->trend_ms = f->now_ms;
    if (!s->trend_known || step_ms >= SOC_TREND_MS)
        s->trend_q8 = now_q8;
    else
        s->trend_q8 +=
            (int32_t)((int64_t)(now_q8 - s->trend_q8) * (int32_t)step_ms / (int32_t)SOC_TREND_MS);
    s->trend_known = true;
}

static bool time_at(int64_t mas, int64_t ma_q8, uint32_t *seconds)
{
    if (ma_q8 <= 0 || mas * TREND_Q / ma_q8 > (int64_t)SOC_TIME_MAX_S)
        return false;
    *seconds = (uint32_t)(mas * TREND_Q / ma_q8);
    return true;
}

bool soc_time_to_full(const struct soc *s, const struct settings *settings, uint32_t *seconds)
{
    return s->trend_known && s->capacity_mas != 0 &&
           time_at(s->capacity_mas - s->charge_mas,
                   (int64_t)s->trend_q8 * settings->charge_efficiency_pm / PM, seconds);
}

bool soc_time_to_empty(const struct soc *s, uint32_t *seconds)
{
    return s->trend_known && s->capacity_mas != 0 &&
           time_at(s->charge_mas, -(int64_t)s->trend_q8, seconds);
}

/* ---- all -------------------------------------------------------------------------------------- */

enum soc_event soc_step(struct soc *s, const struct facts *f, int64_t mas)
{
    enum soc_event event = SOC_NOTHING;
    int64_t charge_mas = s->charge_mas;
    int64_t capacity_mas = s->capacity_mas;

    learn_capacity(s, f);
    count_charge(s, after_losses(s, mas, f->settings->charge_efficiency_pm));
    follow_current(s, f);
    if (held(looks_full(f), &s->full_running, &s->full_since_ms, f->now_ms, full_hold_ms(f)) &&
        set_full(s))
        event = SOC_SET_FULL;
    if (held(looks_empty(s, f), &s->empty_running, &s->empty_since_ms, f->now_ms,
             SOC_EMPTY_HOLD_MS) &&
        set_empty(s))
        event = SOC_SET_EMPTY;
    if (s->charge_mas != charge_mas || s->capacity_mas != capacity_mas)
        work_out_pm(s);
    return event;
}

uint16_t soc_pm(const struct soc *s)
{
    return s->capacity_mas == 0 ? START_PM : s->pm;
}

uint32_t soc_stored_wh(const struct soc *s, const struct settings *settings)
{
    if (s->capacity_mas == 0)
        return 0;
    return (uint32_t)((s->charge_mas * settings->capacity_wh + s->capacity_mas / 2) /
                      s->capacity_mas);
}
