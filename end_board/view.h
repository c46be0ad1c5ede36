/* What the End board believes, in one place of its RAM: for a debugger and for the simulator,
 * which finds it by the symbol end_view. Same layout on AVR and host: no padding. */
#ifndef END_BOARD_VIEW_H
#define END_BOARD_VIEW_H

#include <stdint.h>

/* What is not known is a bit here, and its value is 0. */
enum view_known {
    VIEW_CURRENT = 1u << 0,
    VIEW_TIME_TO_FULL = 1u << 1,
    VIEW_TIME_TO_EMPTY = 1u << 2,
    VIEW_SOC_CALIBRATED = 1u << 3,
    VIEW_CLOCK_SET = 1u << 4,
};

struct end_view {
    int64_t net_mas; /* charge that went in less what went out, since reset */
    uint64_t in_mwh; /* totals, through sensors 1 and 2 */
    uint64_t out_mwh;
    uint64_t in_today_mwh;
    uint64_t out_today_mwh;
    int32_t battery_ma;   /* charge positive */
    int32_t in_ma;        /* sensor 1 along the arrow */
    int32_t out_ma;       /* sensor 2 along the arrow */
    uint32_t rounds;      /* complete rounds since reset */
    uint32_t readings;    /* cell readings taken into the table */
    uint32_t now_ms;      /* crystal time */
    uint32_t clock_s;     /* since 2000, or since the first power-up while nobody set it */
    uint32_t charge_held; /* RULE_BIT of every rule that holds the charge relay open */
    uint32_t load_held;
    uint32_t stored_wh;
    uint32_t to_full_s;
    uint32_t to_empty_s;
    uint32_t cycles_milli; /* full equivalent cycles in thousandths */
    uint32_t events;       /* in the log since reset */
    uint16_t soc_pm;
    uint16_t switchings; /* of both relays */
    uint16_t vbalance_mv;
    uint16_t faults; /* enum pack_fault, enum fault */
    uint8_t known;   /* enum view_known */
    uint8_t cells;
    uint8_t charge_closed;
    uint8_t load_closed;
    uint8_t charge_reason; /* enum rule_id that opened it last */
    uint8_t load_reason;
    uint8_t sensor_state[2]; /* enum sensor_state */
    uint8_t broken;          /* the ring is */
    uint8_t broken_after;    /* between this board and the next, 0: nobody knows where */
    uint8_t noisy_hops;      /* hops of the ring with many bad frames; pack_cell.noisy says which */
    uint8_t reserved[5];
};

_Static_assert(sizeof(struct end_view) == 120, "the simulator reads this layout");

#endif
