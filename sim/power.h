/* Supply current of a board from the time it spent in each mode. */
#ifndef SIM_POWER_H
#define SIM_POWER_H

#include "engine/board.h"

struct power_report {
    double active_s;
    double idle_s;
    double power_save_s;
    double power_down_s;
    double reset_s;
    double avg_current_ua; /* chip alone, at the price list's 3 V */
};

void power_report(const struct board *b, struct power_report *out);

#endif
