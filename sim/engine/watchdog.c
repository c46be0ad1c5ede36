#include "engine/watchdog.h"

#include <stddef.h>

#include <avr_watchdog.h>
#include <sim_io.h>

#include "engine/inside.h"

enum { WDIF = 0x80, WDIE = 0x40, WDP3 = 0x20, WDCE = 0x10, WDE = 0x08 };

#define NOMINAL_HZ 128000.0
#define SHORTEST_CYCLES 2048 /* 16 ms */
#define CHANGE_CYCLES 4
#define WDRF 0x08

static uint8_t control(const struct watchdog *w)
{
    return w->mcu->avr->data[REG_WDTCSR];
}

static void restart_from(struct watchdog *w, int64_t from_ps)
{
    uint8_t v = control(w);
    unsigned prescaler = (v & 7u) | (v & WDP3 ? 8u : 0u);
    double seconds = (double)(SHORTEST_CYCLES << (prescaler > 9 ? 9 : prescaler)) / w->hz;

    if ((v & (WDE | WDIE)) && from_ps != INT64_MAX)
        source_plan(&w->timeout, from_ps + (int64_t)(seconds * 1e12));
    else
        source_plan(&w->timeout, INT64_MAX);
}

static void restart(struct watchdog *w)
{
    restart_from(w, mcu_now_ps(w->mcu));
}

/* simavr sets WDIF as it raises the interrupt. While WDIE stands there is no reset, however often it
 * times out: the data sheet promises one if the vector has not run by the next time-out, which is
 * kinder. */
static void timed_out(void *ctx, int64_t at_ps)
{
    struct watchdog *w = ctx;
    avr_t *avr = w->mcu->avr;
    uint8_t v = control(w);

    if (!(v & WDIE)) {
        mcu_reset(w->mcu, RESET_WATCHDOG, at_ps);
        return;
    }
    inside_raise(avr, w->vector);
    restart(w);
}

/* In interrupt-and-reset mode the vector's execution clears WDIE: the next time-out resets. */
static void interrupt_runs(avr_irq_t *irq, uint32_t value, void *param)
{
    struct watchdog *w = param;

    (void)irq;
    if (!value)
        return;
    w->mcu->avr->data[REG_WDTCSR] &= (uint8_t)~WDIF;
    if (control(w) & WDE)
        w->mcu->avr->data[REG_WDTCSR] &= (uint8_t)~WDIE;
}

static void write_wdtcsr(avr_t *avr, avr_io_addr_t addr, uint8_t v, void *param)
{
    struct watchdog *w = param;
    int64_t now_ps = mcu_now_ps(w->mcu);
    uint8_t old = avr->data[addr];
    uint8_t kept = WDE | WDP3 | 7;
    uint8_t flag = (uint8_t)(old & WDIF & ~v); /* cleared by writing a one */

    if (v & WDIF)
        inside_clear(avr, w->vector);
    if ((v & WDCE) && (v & WDE)) {
        w->change_until_ps = now_ps + (CHANGE_CYCLES + 1) * w->mcu->period_ps;
        v = (uint8_t)(old | (v & WDIE));
    } else if (now_ps > w->change_until_ps) {
        v = (uint8_t)((old & kept) | (v & WDIE) | (v & WDE));
    }
    if (avr->data[REG_MCUSR] & WDRF)
        v |= WDE; /* forced on until the flag is cleared */
    avr->data[addr] = (uint8_t)((v & ~(WDCE | WDIF)) | flag);
    if ((old ^ avr->data[addr]) & kept)
        restart(w);
    else if (((old ^ v) & WDIE) && w->timeout.due_ps == INT64_MAX)
        restart(w);
    if (flag && (v & ~old & WDIE))
        inside_raise(avr, w->vector);
}

static int hear_wdr(avr_io_t *io, uint32_t ctl, void *io_param)
{
    struct watchdog *w = (struct watchdog *)((char *)io - offsetof(struct watchdog, io));

    (void)io_param;
    if (ctl != AVR_IOCTL_WATCHDOG_RESET)
        return -1;
    restart(w);
    return 0;
}

void watchdog_model_reset(struct watchdog *w)
{
    w->change_until_ps = 0;
    if (w->mcu->avr->data[REG_MCUSR] & WDRF)
        w->mcu->avr->data[REG_WDTCSR] = WDE;
    restart_from(w, w->mcu->release_ps); /* stands still while the chip is held in reset */
}

void watchdog_model_init(struct watchdog *w, struct mcu *m, double rate_error)
{
    *w = (struct watchdog){ .mcu = m, .hz = NOMINAL_HZ * (1.0 + rate_error) };
    w->vector = mcu_vector(m, m->part->vector_wdt);
    mcu_add_source(m, &w->timeout, timed_out, w, ALIVE_ALWAYS);
    mcu_own_register(m, REG_WDTCSR, NULL, write_wdtcsr, w);
    w->io.kind = "bms-watchdog";
    w->io.ioctl = hear_wdr;
    avr_register_io(m->avr, &w->io);
    avr_irq_register_notify(w->vector->irq + AVR_INT_IRQ_RUNNING, interrupt_runs, w);
}

void watchdog_model_state(struct watchdog *w, struct state *s)
{
    STATE(s, w->change_until_ps);
}
