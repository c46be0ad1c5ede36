/* What the End board believes, in one place of its RAM: for a debugger and for the simulator,
 * which finds it by the symbol end_view. Same layout on AVR and host: no padding. */
#ifndef END_BOARD_VIEW_H
#define END_BOARD_VIEW_H

#include <stdint.h>

struct end_view {
    int32_t battery_ma;   /* charge positive */
    int32_t in_ma;        /* sensor 1 along the arrow */
    int32_t out_ma;       /* sensor 2 along the arrow */
    uint32_t rounds;      /* complete rounds since reset */
    uint32_t readings;    /* cell readings taken into the table */
    uint32_t now_ms;      /* crystal time */
    uint32_t charge_held; /* RULE_BIT of every rule that holds the charge relay open */
    uint32_t load_held;
    uint16_t soc_pm;
    uint16_t switchings; /* of both relays */
    uint16_t vbalance_mv;
    uint16_t faults; /* enum pack_fault, enum fault */
    uint8_t cells;
    uint8_t charge_closed;
    uint8_t load_closed;
    uint8_t charge_reason; /* enum rule_id that opened it last */
    uint8_t load_reason;
    uint8_t soc_calibrated;
    uint8_t sensor_state[2]; /* enum sensor_state */
};

_Static_assert(sizeof(struct end_view) == 48, "the simulator reads this layout");

#endif
