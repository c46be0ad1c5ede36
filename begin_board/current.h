/* Two dual-range current sensors: from converter codes to currents and running charge totals.
 *
 * Low range: one code is 50 mA, used below 20 A; high range: one code is 1.25 A, to 500 A (product
 * manual, "Dual range current sensor measurement specifications"; one pass of the cable). A sensor
 * gives 0.5 .. 4.5 V around 2.5 V, divided by 4.55 into the 1.1 V range: codes 102 .. 922 around
 * 512, all of them larger where this board's reference is below 1.1 V. With two or four passes the End board divides; steps and dead band shrink with it.
 *
 * current_sample() is for the sampling ISR, the rest for the main loop. Pure logic. */
#ifndef BEGIN_BOARD_CURRENT_H
#define BEGIN_BOARD_CURRENT_H

#include <stdbool.h>
#include <stdint.h>

#include "begin_board/sensor_record.h"
#include "common/calibration.h"
#include "protocol/frame.h"

#define CURRENT_INPUTS SENSOR_INPUTS
#define CURRENT_INPUTS_DONE 0xFFu
#define CURRENT_DEAD_BAND_MA 300 /* means below this count as zero */
#define CURRENT_LIMIT_MA 500000L
/* A block lasts as long as a round, 0.45 or 0.9 s, and a board that is away for longer starts anew. Beyond, its clock
 * has jumped: then the block's samples are counted, one a millisecond but for 2 %. */
#define CURRENT_BLOCK_MAX_MS 2000u
#define CURRENT_ZERO_NOMINAL_Q6 (512u * SENSOR_ZERO_UNITY)

/* Collected by the ISR between two rounds: bare codes, so that a sample costs little. */
struct current_sum {
    uint32_t low;  /* sum of low-range codes */
    uint32_t high; /* sum of high-range codes */
    uint16_t low_samples;
    uint16_t high_samples;
    uint16_t illegal; /* samples outside the window a sensor can give */
    uint16_t over;    /* samples at the end of the high range */
};

/* One input while zero points are taken: every millisecond a code of each. */
struct current_zero {
    uint32_t sum;
    uint16_t samples;
    uint16_t least;
    uint16_t most;
};

struct current_sensor {
    struct current_sum sum;
    uint16_t low_min; /* low-range codes within +-20 A of zero */
    uint16_t low_max;
    uint16_t zero_q6[2];  /* code at 0 A at the board's temperature: low, high range */
    bool seen;            /* has worked since reset: later silence means broken */
    uint8_t state;        /* enum sensor_state */
    int32_t ma;           /* mean of the last block */
    uint32_t forward_mas; /* with the arrow, modulo 2^32 */
    uint32_t reverse_mas;
    uint16_t forward_rest_ua; /* below one mAs: mA * ms, 0..999 */
    uint16_t reverse_rest_ua;
};

struct current {
    struct sensor_record record;
    uint16_t scale_q14; /* reference voltage of this board against 1.1 V */
    int16_t tc_ppm;     /* its change per kelvin */
    uint16_t legal_min; /* codes outside these two no sensor gives */
    uint16_t legal_max;
    uint16_t rail_min; /* the low range counts between these two only */
    uint16_t rail_max;
    int16_t over_q6;   /* high-range codes from zero beyond full scale */
    uint16_t seal;     /* of all above, which changes with the record only */
    bool spoiled;      /* something else has changed it: the watchdog is to start the board anew */
    int32_t drift_ppm; /* of the reference since 25 C */
    volatile bool zeroing; /* samples go to zero[], see zero.h */
    struct current_zero zero[CURRENT_INPUTS];
    struct current_sensor sensor[FRAME_SENSORS_MAX];
};

void current_init(struct current *c);
/* Takes this board's reference from its cell calibration, and zero points and gains from their
 * record, where there is a valid one. */
void current_load(struct current *c, const struct calibration *calibration);
/* The reference's temperature, 0.1 C: zero points and gains follow it. */
void current_set_temperature(struct current *c, int16_t dc);

/* After c->record was changed: takes it over. */
void current_use_record(struct current *c);

/* Code of one input; returns the next input for this sample or CURRENT_INPUTS_DONE. ISR. */
uint8_t current_sample(struct current *c, uint8_t input, uint16_t code);

/* Ends a block of elapsed_ms: means, states, totals. A spoiled one counts nothing, and its frames say that
 * the sensors are broken. */
void current_close(struct current *c, uint16_t elapsed_ms);

/* Frames of one sensor, with and against the arrow; the link fills in the round. */
void current_frames(const struct current *c, uint8_t sensor, struct frame_charge out[2]);

#endif
