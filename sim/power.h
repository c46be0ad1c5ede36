/* Supply current of a board: the time each consumer was on times its price. docs/simulation.md,
 * "Supply current", lists prices, sources and what is left out. */
#ifndef SIM_POWER_H
#define SIM_POWER_H

#include "engine/board.h"

struct power_report {
    double active_s;
    double idle_s;
    double power_save_s;
    double power_down_s;
    double reset_s;
    double volts;          /* mean of the cell while the board was supplied */
    double avg_current_ua; /* the sum of the following */
    double chip_ua;
    double adc_ua;
    double led_ua;
    double divider_ua;
    double ntc_ua;
    double link_in_ua;
    double link_out_ua;
};

/* before: the board whose OUT is this one's IN. */
void power_report(const struct board *b, const struct board *before, struct power_report *out);

#endif
