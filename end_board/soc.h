/* State of charge by coulomb counting, set right when the pack is full or empty (product manual,
 * "SOC calculation"). Pure logic, main loop. */
#ifndef END_BOARD_SOC_H
#define END_BOARD_SOC_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/pack.h"
#include "end_board/settings.h"

#define SOC_FULL_HOLD_MS 5000u   /* full must hold this long: not a spike of the voltage */
#define SOC_EMPTY_HOLD_MS 30000u /* "for a longer time" */

struct soc {
    int64_t charge_mas;   /* 0..capacity */
    int64_t capacity_mas; /* 0 until the number of cells is known */
    bool calibrated;      /* has been full since the start */
    bool full_running;
    bool empty_running;
    uint32_t full_since_ms;
    uint32_t empty_since_ms;
};

struct soc_input {
    const struct pack *pack;
    const struct settings *settings;
    uint16_t vbalance_mv; /* in force: from the switches, else from the settings */
    int32_t battery_ma;   /* charge positive */
    int64_t mas;          /* charge since the last step */
    bool current_known;   /* a sensor works; without one SOC stands still */
    bool sensor_lost;     /* a sensor failed that had worked */
    bool load_allowed;
    uint32_t now_ms;
};

void soc_init(struct soc *s);
void soc_step(struct soc *s, const struct soc_input *in);

/* 0..1000; 500 while the capacity is not known. */
uint16_t soc_pm(const struct soc *s);

/* Charge power at most 5 % of capacity per hour, in the direction of charge or zero. */
bool soc_charge_rate_low(const struct soc_input *in);

#endif
