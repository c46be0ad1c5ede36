/* Which relay is allowed: the manual's tables of normal and critical mode as rows, one evaluator.
 * A relay closes when all its enabling rows hold, opens when any disabling row holds, and keeps
 * its state in between. Pure logic, main loop. */
#ifndef END_BOARD_RELAY_H
#define END_BOARD_RELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/soc.h"

enum relay_name { RELAY_CHARGE, RELAY_LOAD, RELAY_COUNT };

enum relay_condition {
    ALL_BELOW_VBALANCE,
    ALL_BELOW_VMAX,
    ALL_ABOVE_VMIN,
    SOC_BELOW_CHARGE_RESTART,
    SOC_FROM_DISCHARGE_RESTART,
    CHARGE_TEMPERATURES_INSIDE,
    LOAD_TEMPERATURES_INSIDE,
    CELLS_COMMUNICATE,
    A_CELL_AT_VMAX,
    A_CELL_AT_VMIN,
    FULL_AT_LOW_RATE,
    A_CHARGE_TEMPERATURE_OUTSIDE,
    A_LOAD_TEMPERATURE_OUTSIDE,
    CELLS_SILENT,
    RELAY_CONDITION_COUNT,
};

/* A relay that opened stays open this long, whatever the rows say. */
#define RELAY_REST_MS 5000u

struct relay {
    bool closed[RELAY_COUNT];
    bool rested[RELAY_COUNT]; /* the rest since the last opening is over */
    uint32_t opened_ms[RELAY_COUNT];
    uint8_t reason[RELAY_COUNT]; /* enum relay_condition that opened it last */
    uint16_t switchings;         /* of both relays since reset */
};

/* Both released, as after a reset. */
void relay_init(struct relay *r, uint32_t now_ms);
void relay_step(struct relay *r, const struct soc_input *in, uint16_t soc_pm);

/* Value of one condition; for the relay table and its test. */
bool relay_condition_holds(enum relay_condition condition, const struct soc_input *in,
                           uint16_t soc_pm);

#endif
