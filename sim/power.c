#include "power.h"

/* ATmega328P data sheet, "DC characteristics", typical at 3 V: active 1.7 mA and idle 0.3 mA at
 * 4 MHz, both in proportion to the clock; power-down with watchdog 4.2 uA, without 0.1 uA;
 * power-save with the 32 kHz crystal and watchdog 4.2 + 0.9 uA. Taken for the ATmega1284P too. */
#define ACTIVE_UA_PER_MHZ 425.0
#define IDLE_UA_PER_MHZ 75.0
#define POWER_DOWN_UA 4.2
#define POWER_SAVE_UA 5.1
#define RESET_UA 300.0
#define PS 1e-12

void power_report(const struct board *b, struct power_report *out)
{
    const struct mcu *m = &b->mcu;
    double period_s = (double)m->period_ps * PS;
    double mhz = 1e-6 / period_s;
    double total_s;
    double charge_uas;

    *out = (struct power_report){
        .active_s = (double)m->active_cycles * period_s,
        .idle_s = (double)m->idle_cycles * period_s,
        .power_save_s = (double)m->time_ps[MCU_POWER_SAVE] * PS,
        .power_down_s = (double)(m->time_ps[MCU_POWER_DOWN] + m->time_ps[MCU_STANDBY]) * PS,
        .reset_s = (double)m->time_ps[MCU_RESET] * PS,
    };
    if (m->frozen) {
        double open_s = (double)(m->done_ps - m->frozen_ps) * PS;
        if (m->mode == MCU_POWER_SAVE)
            out->power_save_s += open_s;
        else if (m->mode == MCU_RESET)
            out->reset_s += open_s;
        else
            out->power_down_s += open_s;
    }
    total_s = out->active_s + out->idle_s + out->power_save_s + out->power_down_s + out->reset_s;
    charge_uas = out->active_s * ACTIVE_UA_PER_MHZ * mhz + out->idle_s * IDLE_UA_PER_MHZ * mhz +
                 out->power_save_s * POWER_SAVE_UA + out->power_down_s * POWER_DOWN_UA +
                 out->reset_s * RESET_UA;
    out->avg_current_ua = total_s > 0.0 ? charge_uas / total_s : 0.0;
}
