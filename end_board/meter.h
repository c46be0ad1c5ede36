/* From the Begin board's charge frames to currents and charge at the End board's crystal time.
 *
 * Begin integrates with its RC oscillator (+-10 %), which End itself may be steering (pace.h). Each
 * charge difference is corrected by the ratio of crystal time to Begin's time between the same two
 * readings, so a clock that moves is followed at once, and what one round came late the next comes
 * early. Totals, not rates, are compared: lost rounds lose no charge. Pure logic, main loop. */
#ifndef END_BOARD_METER_H
#define END_BOARD_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/frame.h"

#define METER_UNITY_Q14 16384u
/* A current older than this is none: two periods of Begin, 1.98 s at worst, and what steps and ticks take. */
#define METER_FRESH_MS 2432u
/* A time stamp of Begin that jumps is a damaged one, and the next one is measured from it. So many in a row are a
 * broken clock. */
#define METER_JUMPS 3u

/* One direction of one sensor. */
struct meter_total {
    bool based;          /* the total of this Begin run is known */
    uint32_t mas;        /* Begin's total at the last reading */
    uint16_t at_ms;      /* Begin's time of that reading */
    uint32_t crystal_ms; /* crystal time of it */
    bool rated;          /* the last reading and one before it gave a current: */
    int32_t ma;          /* mean between the two, passes not yet divided out */
};

struct meter_sensor {
    struct meter_total with_arrow;
    struct meter_total against_arrow;
    bool seen;         /* has worked since the reset of this board */
    bool fresh;        /* heard within METER_FRESH_MS */
    uint8_t state;     /* enum sensor_state */
    uint32_t heard_ms; /* crystal time of the last frame */
};

struct meter {
    struct meter_sensor sensor[FRAME_SENSORS_MAX];
    /* Charge that nobody has taken yet, in 2^-16 mAs of crystal time and of one pass */
    uint64_t in_q16;  /* into the battery: along sensor 1 and against sensor 2 */
    uint64_t out_q16; /* the other way */
    uint8_t boot;     /* Begin's reset counter of the last round */
    bool boot_known;
    uint32_t begin_rounds; /* of Begin since its reset, as last told */
    uint16_t ratio_q14; /* crystal time per Begin time, over a window: are the clocks in order? */
    uint16_t step_q14;  /* the same over the last round alone: 0.2 % of jitter, but never old */
    bool ratio_known;   /* from a first short window; until then no charge is given out */
    bool ratio_settled; /* from a whole window */
    bool ratio_based;
    uint8_t jumps;      /* so many time stamps in a row, saturates */
    bool clock_lost;    /* the last window gave no ratio that two clocks in order can have */
    uint32_t base_ms;   /* crystal time at the start of the ratio window */
    uint32_t window_ms; /* Begin's time since then */
    uint16_t begin_ms;  /* Begin's time stamp of the last round */
    uint32_t now_ms;    /* crystal time of the last round */
};

struct meter_taken {
    uint64_t in_mas;
    uint64_t out_mas;
};

void meter_init(struct meter *m);
/* A START arrived at crystal time now_ms, and behind it or in a round before an END that told Begin's rounds since its
 * reset. Begin has started anew when its boot number differs or its rounds are fewer. */
void meter_round(struct meter *m, const struct frame_start *start, uint32_t begin_rounds,
                 uint32_t now_ms);
/* A CHARGE frame of the round whose START was given last. */
void meter_charge(struct meter *m, const struct frame_charge *frame);
/* At least every second: what was not heard lately is not known. */
void meter_age(struct meter *m, uint32_t now_ms);

/* Current of one sensor (0, 1) in mA, along its arrow; 0 when it is not known, as behind the first total. */
int32_t meter_sensor_ma(const struct meter *m, uint8_t sensor, uint8_t passes);

/* Battery current in mA, charge positive: sensor 1 minus sensor 2 (alone: sensor 1). */
int32_t meter_battery_ma(const struct meter *m, uint8_t passes);
/* Charge since the last call, at crystal time. Nothing before the clocks have been compared. */
struct meter_taken meter_take(struct meter *m, uint8_t passes);
/* True when sensor 1 works, was heard lately, and more than once: the current means something. */
bool meter_known(const struct meter *m);
/* True when crystal and Begin's oscillator disagree by more than 15 %: one of them is broken, and no
 * hold time or charge can be trusted. */
bool meter_clock_lost(const struct meter *m);
/* True when a sensor that has worked says that it does not any more. */
bool meter_lost(const struct meter *m);
/* True when a sensor that has worked was not heard for this long. */
bool meter_silent(const struct meter *m, uint32_t now_ms, uint32_t limit_ms);

#endif
