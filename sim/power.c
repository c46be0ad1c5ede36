#include "power.h"

#include <math.h>

#define PS 1e-12

/* ---- prices ----------------------------------------------------------------------------------- */

/* By supply voltage; straight between the points, held beyond the first and last. */
struct price {
    double volts[3];
    double value[3];
};

struct chip_price {
    struct price active_ua_per_mhz;
    struct price idle_ua_per_mhz;
    struct price power_down_ua; /* with watchdog */
    struct price crystal_ua;    /* on top in power-save */
};

/* ATmega328P data sheet, "DC characteristics" of the ATmega328P, typical: active 0.3, 1.7, 5.2 mA and
 * idle 0.04, 0.3, 1.2 mA at 1 MHz 2 V, 4 MHz 3 V, 8 MHz 5 V; power-down with watchdog 4.2 uA at 3 V,
 * power-save with crystal 0.8 and 0.9 uA at 1.8 and 3 V. The watchdog's other points are read from
 * the curve "Power-down supply current vs. VCC (watchdog timer enabled)". */
static const struct chip_price price_328p = {
    .active_ua_per_mhz = { { 2.0, 3.0, 5.0 }, { 300.0, 425.0, 650.0 } },
    .idle_ua_per_mhz = { { 2.0, 3.0, 5.0 }, { 40.0, 75.0, 150.0 } },
    .power_down_ua = { { 2.0, 3.0, 5.0 }, { 3.0, 4.2, 7.0 } },
    .crystal_ua = { { 1.8, 3.0, 5.0 }, { 0.8, 0.9, 1.1 } },
};

/* ATmega1284P, estimate: the table was not at hand. The ATmega324PA of the same data sheet ("DC
 * characteristics") has active 0.3, 1.5, 5.2 mA, idle 0.06, 0.35, 1.3 mA, watchdog 4.2 uA, crystal
 * 0.5 and 0.6 uA; a fifth is added to its active current for the larger memory. */
static const struct chip_price price_1284p = {
    .active_ua_per_mhz = { { 2.0, 3.0, 5.0 }, { 360.0, 450.0, 780.0 } },
    .idle_ua_per_mhz = { { 2.0, 3.0, 5.0 }, { 60.0, 88.0, 163.0 } },
    .power_down_ua = { { 2.0, 3.0, 5.0 }, { 3.0, 4.2, 7.0 } },
    .crystal_ua = { { 1.8, 3.0, 5.0 }, { 0.5, 0.6, 0.8 } },
};

/* Of both parts: "Brown-out detector current vs. VCC" and "ADC current vs. VCC" of the ATmega328P's
 * typical characteristics, read from the curves. The converter's includes the 10 uA of the reference
 * ("System and reset characteristics"). */
static const struct price brown_out_ua = { { 2.0, 3.0, 5.0 }, { 17.0, 19.0, 24.0 } };
static const struct price adc_ua = { { 2.0, 3.0, 5.0 }, { 150.0, 200.0, 300.0 } };
#define RESET_UA 300.0 /* at 1 MHz and held; estimate */

/* Parts of docs/hardware.md. The link is assumed to be an NPN transistor in common base on the
 * receiving board: base at its minus, which is the sender's plus, emitter through R_E to OUT,
 * collector to IN with a pull-up. */
#define LED_OHM 2200.0
#define LED_V 1.8
#define DIVIDER_OHM 185700.0
#define NTC_OHM 20000.0 /* with its 10 k, at 25 C */
#define LINK_BASE_V 0.65
#define LINK_EMITTER_OHM 27000.0
#define LINK_PULL_UP_OHM 100000.0

static double at(const struct price *p, double volts)
{
    int i = volts > p->volts[1];
    double share = (volts - p->volts[i]) / (p->volts[i + 1] - p->volts[i]);

    share = share < 0.0 ? 0.0 : share > 1.0 ? 1.0 : share;
    return p->value[i] + share * (p->value[i + 1] - p->value[i]);
}

/* ---- time in each mode -------------------------------------------------------------------------- */

static void take_times(const struct mcu *m, struct power_report *out)
{
    double period_s = (double)m->period_ps * PS;
    double open_s = m->frozen ? (double)(m->done_ps - m->frozen_ps) * PS : 0.0;

    *out = (struct power_report){
        .active_s = (double)m->active_cycles * period_s,
        .idle_s = (double)m->idle_cycles * period_s,
        .power_save_s = (double)m->time_ps[MCU_POWER_SAVE] * PS,
        .power_down_s = (double)(m->time_ps[MCU_POWER_DOWN] + m->time_ps[MCU_STANDBY]) * PS,
        .reset_s = (double)m->time_ps[MCU_RESET] * PS,
    };
    if (m->frozen && m->mode == MCU_POWER_SAVE)
        out->power_save_s += open_s;
    else if (m->frozen && m->mode == MCU_RESET)
        out->reset_s += open_s;
    else
        out->power_down_s += open_s;
    out->volts = m->volt_looks ? m->volt_seconds / (double)m->volt_looks : m->volts;
}

static double unwatched_s(const struct mcu *m)
{
    bool now = m->frozen && (m->avr->data[REG_MCUCR] & MCUCR_BODS);
    return (double)(m->unwatched_ps + (now ? m->done_ps - m->frozen_ps : 0)) * PS;
}

static double chip_uas(const struct mcu *m, const struct power_report *r, double total_s)
{
    const struct chip_price *p = m->part == &part_atmega1284p ? &price_1284p : &price_328p;
    double mhz = 1e6 / (double)m->period_ps;
    double watchdog_ua = at(&p->power_down_ua, r->volts);

    return r->active_s * mhz * at(&p->active_ua_per_mhz, r->volts) +
           r->idle_s * mhz * at(&p->idle_ua_per_mhz, r->volts) +
           r->power_save_s * at(&p->crystal_ua, r->volts) + total_s * watchdog_ua +
           r->reset_s * RESET_UA + (total_s - unwatched_s(m)) * at(&brown_out_ua, r->volts);
}

void power_report(const struct board *b, const struct board *before, struct power_report *out)
{
    int64_t now_ps = mcu_now_ps(&b->mcu);
    double total_s;
    double volts;

    take_times(&b->mcu, out);
    volts = out->volts;
    total_s = out->active_s + out->idle_s + out->power_save_s + out->power_down_s + out->reset_s;
    if (total_s <= 0.0)
        return;
    out->chip_ua = chip_uas(&b->mcu, out, total_s) / total_s;
    out->adc_ua = gauge_s(&b->adc.on, now_ps) / total_s * at(&adc_ua, volts);
    out->led_ua = gauge_s(&b->led, now_ps) / total_s * 1e6 * fmax(0.0, volts - LED_V) / LED_OHM;
    out->divider_ua = gauge_s(&b->divider, now_ps) / total_s * 1e6 * volts / DIVIDER_OHM;
    out->ntc_ua = gauge_s(&b->ntc, now_ps) / total_s * 1e6 * volts / NTC_OHM;
    out->link_in_ua =
        gauge_s(&before->usart.out_low, now_ps) / total_s * 1e6 * volts / LINK_PULL_UP_OHM;
    out->link_out_ua = gauge_s(&b->usart.out_low, now_ps) / total_s * 1e6 *
                       fmax(0.0, volts - LINK_BASE_V) / LINK_EMITTER_OHM;
    out->avg_current_ua = out->chip_ua + out->adc_ua + out->led_ua + out->divider_ua + out->ntc_ua +
                          out->link_in_ua + out->link_out_ua;
}
