#include "engine/timer2.h"

#include <math.h>
#include <stddef.h>

#include <sim_interrupts.h>
#include <sim_io.h>

enum { AS2 = 0x20, TCN2UB = 0x10, OCR2AUB = 0x08, OCR2BUB = 0x04, TCR2AUB = 0x02, TCR2BUB = 0x01 };
enum { TOIE2 = 0x01 };

#define CRYSTAL_HZ 32768.0

static const int prescalers[8] = { 0, 1, 8, 32, 64, 128, 256, 1024 };

static double tick_ps(const struct timer2 *t)
{
    int prescaler = prescalers[t->mcu->avr->data[REG_TCCR2B] & 7];
    return prescaler == 0 ? 0.0 : 1e12 * prescaler / t->hz;
}

static bool runs(const struct timer2 *t)
{
    return (t->mcu->avr->data[REG_ASSR] & AS2) && tick_ps(t) > 0.0;
}

static uint64_t ticks_at(const struct timer2 *t, int64_t at_ps)
{
    return runs(t) ? (uint64_t)((double)(at_ps - t->start_ps) / tick_ps(t)) : 0;
}

static void plan(struct timer2 *t)
{
    uint64_t next;

    if (!runs(t)) {
        source_plan(&t->overflow, INT64_MAX);
        return;
    }
    next = (ticks_at(t, mcu_now_ps(t->mcu)) / 256 + 1) * 256;
    source_plan(&t->overflow, t->start_ps + (int64_t)ceil((double)next * tick_ps(t)));
}

static void overflowed(void *ctx, int64_t at_ps)
{
    struct timer2 *t = ctx;
    uint64_t next = (ticks_at(t, at_ps + 1) / 256 + 1) * 256;

    /* a sleeping core wakes here: its view of the count is one crystal cycle late */
    if (t->mcu->frozen) {
        t->stale = 255;
        t->valid_from_ps = at_ps + (int64_t)(1e12 / t->hz);
    }
    avr_raise_interrupt(t->mcu->avr, t->vector);
    source_plan(&t->overflow, t->start_ps + (int64_t)ceil((double)next * tick_ps(t)));
}

static void busy(struct timer2 *t, uint8_t bit)
{
    t->busy |= bit;
    t->busy_until_ps = mcu_now_ps(t->mcu) + (int64_t)(2e12 / t->hz);
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
    t->start_ps = mcu_now_ps(t->mcu) - (int64_t)(v * tick_ps(t));
    busy(t, TCN2UB);
    plan(t);
}

static uint8_t read_assr(avr_t *avr, avr_io_addr_t addr, void *param)
{
    struct timer2 *t = param;

    if (mcu_now_ps(t->mcu) >= t->busy_until_ps)
        t->busy = 0;
    return (uint8_t)((avr->data[addr] & AS2) | t->busy);
}

static void write_assr(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    struct timer2 *t = param;

    avr->data[addr] = v & AS2;
    t->start_ps = mcu_now_ps(t->mcu);
    plan(t);
}

static void write_control(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    struct timer2 *t = param;
    double count = (double)(ticks_at(t, mcu_now_ps(t->mcu)) & 0xFF);

    avr->data[addr] = v;
    busy(t, addr == REG_TCCR2A ? TCR2AUB : TCR2BUB);
    t->start_ps = mcu_now_ps(t->mcu) - (int64_t)(count * tick_ps(t));
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
        avr_clear_interrupt(avr, t->vector);
}

void timer2_reset(struct timer2 *t)
{
    t->busy = 0;
    t->valid_from_ps = 0;
    t->start_ps = mcu_now_ps(t->mcu);
}

void timer2_init(struct timer2 *t, struct mcu *m, double ppm)
{
    *t = (struct timer2){ .mcu = m, .hz = CRYSTAL_HZ * (1.0 + ppm * 1e-6) };
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
