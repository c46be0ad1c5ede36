/* Time of one chip: its clock, what is planned, and where a stretch ends. */
#include "engine/mcu_parts.h"

#include "engine/inside.h"

#define PS_PER_S 1e12
#define DRIFT_STEP_PS 100000000LL /* 0.1 ms: a drift is smooth inside a byte */

/* ---- time ------------------------------------------------------------------------------------- */

int64_t mcu_now_ps(const struct mcu *m)
{
    if (m->frozen)
        return m->done_ps;
    return m->base_ps + (int64_t)(m->avr->cycle - m->base_cycle) * m->period_ps;
}

avr_cycle_count_t mcu_cycle_at(const struct mcu *m, int64_t at_ps)
{
    if (at_ps <= m->base_ps)
        return m->base_cycle;
    return m->base_cycle +
           (avr_cycle_count_t)((at_ps - m->base_ps + m->period_ps - 1) / m->period_ps);
}

void mcu_rebase(struct mcu *m, int64_t now_ps)
{
    m->base_ps = now_ps;
    m->base_cycle = m->avr->cycle;
}

/* ---- event sources ------------------------------------------------------------------------------ */

static avr_cycle_count_t source_timer(avr_t *avr, avr_cycle_count_t when, void *param)
{
    struct source *s = param;
    int64_t at_ps = s->due_ps;

    (void)avr;
    (void)when;
    s->armed = false;
    s->due_ps = INT64_MAX;
    s->fire(s->ctx, at_ps);
    return 0;
}

static void arm(struct source *s)
{
    avr_t *avr = s->mcu->avr;
    avr_cycle_count_t at;

    if (s->armed)
        inside_unlink(avr, source_timer, s);
    s->armed = s->due_ps != INT64_MAX;
    if (s->armed) {
        at = mcu_cycle_at(s->mcu, s->due_ps);
        inside_link(avr, at > avr->cycle ? at : avr->cycle, source_timer, s);
    }
    inside_limit_run(avr);
}

void source_plan(struct source *s, int64_t due_ps)
{
    s->due_ps = due_ps;
    if (!s->mcu->frozen)
        arm(s);
}

void mcu_add_source(struct mcu *m, struct source *s, void (*fire)(void *, int64_t), void *ctx,
                    unsigned alive)
{
    *s = (struct source){ .mcu = m, .due_ps = INT64_MAX, .fire = fire, .ctx = ctx, .alive = alive };
    m->source[m->sources++] = s;
    mcu_name_timer(m, source_timer, s);
}

void mcu_name_timer(struct mcu *m, avr_cycle_timer_t timer, void *param)
{
    m->timer[m->timers++] = (struct mcu_timer){ timer, param };
}

void mcu_arm_all(struct mcu *m)
{
    for (int i = 0; i < m->sources; i++)
        arm(m->source[i]);
}

/* ---- end of a stretch ---------------------------------------------------------------------------- */

avr_cycle_count_t mcu_stop_here(avr_t *avr, avr_cycle_count_t when, void *param)
{
    (void)avr;
    (void)when;
    (void)param;
    return 0;
}

/* A timer among simavr's: a callback that plans something makes it forget every other limit. */
void mcu_plan_horizon(struct mcu *m)
{
    avr_t *avr = m->avr;

    m->horizon = mcu_cycle_at(m, m->horizon_ps);
    if (m->horizon > avr->cycle)
        inside_plan(avr, m->horizon, mcu_stop_here, m);
}

/* ---- clock -------------------------------------------------------------------------------------- */

static double drift_at(const struct mcu *m, int64_t now_ps)
{
    const struct mcu_drift *d = &m->drift;

    if (now_ps - d->at_ps >= d->span_ps)
        return d->to;
    return d->from + (d->to - d->from) * (double)(now_ps - d->at_ps) / (double)d->span_ps;
}

void mcu_clock_changed(struct mcu *m)
{
    avr_t *avr = m->avr;
    int64_t now_ps = mcu_now_ps(m);

    m->hz = oscillator_hz(&m->oscillator, avr->data[REG_OSCCAL], m->celsius, m->volts);
    m->hz *= 1.0 + drift_at(m, now_ps);
    if (!m->frozen)
        mcu_rebase(m, now_ps);
    m->period_ps =
        (int64_t)(PS_PER_S / m->hz * (double)(1u << (avr->data[REG_CLKPR] & 0x0F)) + 0.5);
    avr->frequency = (uint32_t)(m->hz / (double)(1u << (avr->data[REG_CLKPR] & 0x0F)));
    if (m->frozen)
        return;
    mcu_arm_all(m);
    mcu_plan_horizon(m);
}

void mcu_drift_on(void *ctx, int64_t at_ps)
{
    struct mcu *m = ctx;

    mcu_clock_changed(m);
    if (at_ps - m->drift.at_ps < m->drift.span_ps)
        source_plan(&m->drift_step, at_ps + DRIFT_STEP_PS);
}

void mcu_drift(struct mcu *m, double error, int64_t span_ps)
{
    int64_t now_ps = mcu_now_ps(m);

    m->drift = (struct mcu_drift){ drift_at(m, now_ps), error, now_ps, span_ps };
    mcu_drift_on(m, now_ps);
}

void mcu_write_clock(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    /* the enable bit of CLKPR's two-step write sets no prescaler */
    if (addr == REG_CLKPR && (v & 0x80))
        return;
    avr->data[addr] = v;
    mcu_clock_changed(param);
}
