/* From the Begin board's charge frames to currents and charge at the End board's crystal time.
 *
 * Begin integrates with its RC oscillator (+-10 %). The ratio of crystal time to Begin's time over
 * many rounds corrects each charge difference; totals, not rates, are compared, so lost rounds
 * lose no charge. Pure logic, main loop. */
#ifndef END_BOARD_METER_H
#define END_BOARD_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/frame.h"

#define METER_UNITY_Q14 16384u

/* One direction of one sensor. */
struct meter_total {
    bool based;     /* the total of this Begin run is known */
    uint32_t mas;   /* Begin's total at the last reading */
    uint16_t at_ms; /* Begin's time of that reading */
    int32_t ma;     /* mean between the last two readings, passes not yet divided out */
};

struct meter_sensor {
    struct meter_total with_arrow;
    struct meter_total against_arrow;
    bool seen;           /* has worked since the reset of this board */
    uint8_t state;       /* enum sensor_state */
    int64_t pending_mas; /* net charge not yet taken, Begin's clock */
};

struct meter {
    struct meter_sensor sensor[FRAME_SENSORS_MAX];
    uint8_t boot; /* Begin's reset counter of the last round */
    bool boot_known;
    uint16_t ratio_q14; /* crystal time per Begin time */
    bool ratio_based;
    bool clock_lost;    /* the last window gave no ratio that two clocks in order can have */
    uint32_t base_ms;   /* crystal time at the start of the ratio window */
    uint32_t window_ms; /* Begin's time since then */
    uint16_t begin_ms;  /* Begin's time stamp of the last round */
};

void meter_init(struct meter *m);
/* A START arrived at crystal time now_ms. */
void meter_round(struct meter *m, const struct frame_start *start, uint32_t now_ms);
/* A CHARGE frame of the round whose START was given last. */
void meter_charge(struct meter *m, const struct frame_charge *frame);

/* Current of one sensor (0, 1) in mA, along its arrow. */
int32_t meter_sensor_ma(const struct meter *m, uint8_t sensor, uint8_t passes);

/* Battery current in mA, charge positive: sensor 1 minus sensor 2 (alone: sensor 1). */
int32_t meter_battery_ma(const struct meter *m, uint8_t passes);
/* Net battery charge in mAs since the last call. */
int64_t meter_take_mas(struct meter *m, uint8_t passes);
/* True when sensor 1 works: current and charge mean something. */
bool meter_known(const struct meter *m);
/* True when crystal and Begin's oscillator disagree by more than 15 %: one of them is broken, and no
 * hold time or charge can be trusted. */
bool meter_clock_lost(const struct meter *m);
/* True when a sensor that has worked does not any more. */
bool meter_lost(const struct meter *m);

#endif
