/* What the End board believes, in one place of its RAM: for a debugger and for the simulator,
 * which finds it by the symbol end_view. Same layout on AVR and host: no padding. */
#ifndef END_BOARD_VIEW_H
#define END_BOARD_VIEW_H

#include <stdint.h>

struct end_view {
    int32_t battery_ma; /* charge positive */
    int32_t in_ma;      /* sensor 1 along the arrow */
    int32_t out_ma;     /* sensor 2 along the arrow */
    uint32_t rounds;    /* complete rounds since reset */
    uint32_t readings;  /* cell readings taken into the table */
    uint32_t now_ms;    /* crystal time */
    uint16_t soc_pm;
    uint16_t switchings; /* of both relays */
    uint16_t vbalance_mv;
    uint8_t cells;
    uint8_t faults; /* enum pack_fault */
    uint8_t charge_closed;
    uint8_t load_closed;
    uint8_t charge_reason; /* enum relay_condition that opened it last */
    uint8_t load_reason;
    uint8_t soc_calibrated;
    uint8_t sensor_state[2]; /* enum sensor_state */
    uint8_t sensor_lost;
    uint8_t settings_lost; /* nobody has confirmed the settings: the relays stay open */
    uint8_t reserved[3];
};

_Static_assert(sizeof(struct end_view) == 44, "the simulator reads this layout");

#endif
