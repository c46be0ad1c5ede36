#include "engine/timer2.h"

#include <math.h>
#include <stddef.h>

#include <sim_io.h>

#include "engine/inside.h"

enum { AS2 = 0x20, TCN2UB = 0x10, OCR2AUB = 0x08, OCR2BUB = 0x04, TCR2AUB = 0x02, TCR2BUB = 0x01 };
enum { TOIE2 = 0x01 };

#define CRYSTAL_HZ 32768.0
#define FS_PER_PS 1000

static const int prescalers[8] = { 0, 1, 8, 32, 64, 128, 256, 1024 };

static bool on_crystal(const struct timer2 *t)
{
    return t->mcu->avr->data[REG_ASSR] & AS2;
}

static bool stands(const struct timer2 *t)
{
    return t->dead && on_crystal(t);
}

/* Length of a count; 0 while the timer stands. */
static int64_t tick_fs(const struct timer2 *t)
{
    int64_t clock_fs = on_crystal(t) ? t->crystal_fs : t->mcu->period_ps * FS_PER_PS;
    return prescalers[t->mcu->avr->data[REG_TCCR2B] & 7] * clock_fs;
}

static bool runs(const struct timer2 *t)
{
    return tick_fs(t) > 0;
}

/* A double holds picoseconds for two and a half hours only. */
static int64_t ticks_at(const struct timer2 *t, int64_t at_ps)
{
    if (stands(t) && at_ps > t->died_ps)
        at_ps = t->died_ps;
    return runs(t) ? (int64_t)((__int128)(at_ps - t->start_ps) * FS_PER_PS / tick_fs(t)) : 0;
}

static int64_t time_of(const struct timer2 *t, int64_t ticks)
{
    __int128 fs = (__int128)ticks * tick_fs(t);
    return t->start_ps + (int64_t)((fs + FS_PER_PS - 1) / FS_PER_PS);
}

static void plan_from(struct timer2 *t, int64_t at_ps)
{
    source_plan(&t->overflow, runs(t) && !stands(t)
                                  ? time_of(t, (ticks_at(t, at_ps) / 256 + 1) * 256)
                                  : INT64_MAX);
}

static void plan(struct timer2 *t)
{
    plan_from(t, mcu_now_ps(t->mcu));
}

static void overflowed(void *ctx, int64_t at_ps)
{
    struct timer2 *t = ctx;

    /* a sleeping core wakes here: its view of the count is one crystal cycle late */
    if (t->mcu->frozen) {
        t->stale = 255;
        t->valid_from_ps = at_ps + t->crystal_fs / FS_PER_PS;
    }
    inside_raise(t->mcu->avr, t->vector);
    if (!on_crystal(t))
        t->start_ps = at_ps; /* the CPU clock may have another period next time */
    plan_from(t, at_ps);
}

/* Only the crystal goes on in power-save. */
static void stay_alive(struct timer2 *t)
{
    t->overflow.alive =
        ALIVE_CLOCKED | (on_crystal(t) ? 1u << MCU_ADC_NOISE_REDUCTION | 1u << MCU_POWER_SAVE : 0u);
}

static void busy(struct timer2 *t, uint8_t bit)
{
    if (!on_crystal(t))
        return;
    t->busy |= bit;
    t->busy_until_ps = mcu_now_ps(t->mcu) + 2 * t->crystal_fs / FS_PER_PS;
}

static uint8_t read_tcnt2(avr_t *avr, avr_io_addr_t addr, void *param)
{
    struct timer2 *t = param;
    int64_t now_ps = mcu_now_ps(t->mcu);

    (void)avr;
    (void)addr;
    return now_ps < t->valid_from_ps ? t->stale : (uint8_t)ticks_at(t, now_ps);
}

static void write_tcnt2(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    struct timer2 *t = param;

    avr->data[addr] = v;
    t->start_ps = mcu_now_ps(t->mcu) - v * tick_fs(t) / FS_PER_PS;
    busy(t, TCN2UB);
    plan(t);
}

static uint8_t read_assr(avr_t *avr, avr_io_addr_t addr, void *param)
{
    struct timer2 *t = param;

    if (mcu_now_ps(t->mcu) >= t->busy_until_ps && !stands(t))
        t->busy = 0;
    return (uint8_t)((avr->data[addr] & AS2) | t->busy);
}

static void write_assr(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    struct timer2 *t = param;

    avr->data[addr] = v & AS2;
    t->start_ps = mcu_now_ps(t->mcu);
    if (!on_crystal(t))
        t->busy = 0;
    stay_alive(t);
    plan(t);
}

static void write_control(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    struct timer2 *t = param;
    int64_t count = ticks_at(t, mcu_now_ps(t->mcu)) & 0xFF;

    avr->data[addr] = v;
    busy(t, addr == REG_TCCR2A ? TCR2AUB : TCR2BUB);
    t->start_ps = mcu_now_ps(t->mcu) - count * tick_fs(t) / FS_PER_PS;
    plan(t);
}

static void write_compare(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    avr->data[addr] = v;
    busy(param, addr == REG_OCR2A ? OCR2AUB : OCR2BUB);
}

static void write_flags(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    struct timer2 *t = param;

    (void)addr;
    if (v & TOIE2)
        inside_clear(avr, t->vector);
}

void timer2_reset(struct timer2 *t)
{
    t->busy = 0;
    t->valid_from_ps = 0;
    t->start_ps = mcu_now_ps(t->mcu);
    stay_alive(t);
}

void timer2_crystal(struct timer2 *t, bool dead)
{
    int64_t now_ps = mcu_now_ps(t->mcu);

    if (dead && !t->dead)
        t->died_ps = now_ps;
    if (!dead && stands(t))
        t->start_ps += now_ps - t->died_ps;
    t->dead = dead;
    plan(t);
}

void timer2_init(struct timer2 *t, struct mcu *m, double ppm)
{
    *t = (struct timer2){ .mcu = m,
                          .crystal_fs = llround(1e15 / (CRYSTAL_HZ * (1.0 + ppm * 1e-6))) };
    t->vector = mcu_vector(m, m->part->vector_timer2_ovf);
    mcu_add_source(m, &t->overflow, overflowed, t,
                   ALIVE_CLOCKED | 1u << MCU_ADC_NOISE_REDUCTION | 1u << MCU_POWER_SAVE);
    mcu_own_register(m, REG_TCCR2A, NULL, write_control, t);
    mcu_own_register(m, REG_TCCR2B, NULL, write_control, t);
    mcu_own_register(m, REG_TCNT2, read_tcnt2, write_tcnt2, t);
    mcu_own_register(m, REG_OCR2A, NULL, write_compare, t);
    mcu_own_register(m, REG_OCR2B, NULL, write_compare, t);
    mcu_own_register(m, REG_ASSR, read_assr, write_assr, t);
    mcu_own_register(m, REG_TIFR2, NULL, write_flags, t);
}

void timer2_state(struct timer2 *t, struct state *s)
{
    STATE(s, t->start_ps);
    STATE(s, t->dead);
    STATE(s, t->died_ps);
    STATE(s, t->busy_until_ps);
    STATE(s, t->busy);
    STATE(s, t->valid_from_ps);
    STATE(s, t->stale);
}
