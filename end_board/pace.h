/* Brings the bit rate of the whole chain to 38 400, so that the divisor of the ring fits the app port as
 * well: Begin's clock leads, and End, which has the crystal, tells Begin by how much it is off. Needs the
 * return wire. Pure logic, main loop. */
#ifndef END_BOARD_PACE_H
#define END_BOARD_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/frame.h"

/* Rounds between looks: while the chain settles from its start, and when the rate is right. */
#define PACE_FIRST_ROUNDS 6u
#define PACE_REST_ROUNDS 64u
/* Behind the steps that were asked for, until all boards have followed. */
#define PACE_SETTLE_ROUNDS 10u
/* Up to this many steps are drift, which has time: ten minutes to the next look. */
#define PACE_DRIFT_STEPS 2
#define PACE_DRIFT_ROUNDS 600u
/* While this board is still on its way to Begin's rate, 0.5 %. */
#define PACE_AGAIN_ROUNDS 4u
#define PACE_FOLLOWED_1024 5
/* One look is good to 0.3 %: so many in a row, a round apart, make a mean that is good to 0.1 %. */
#define PACE_LOOKS 4u
/* 0.6 % is left alone, one step of the oscillator: half a step and the errors of the means before and
 * behind it are less, so a step is not taken back. */
#define PACE_GOOD_1024 6
/* 15 %: no oscillator in order is that far off, so it is the crystal. */
#define PACE_BROKEN_1024 154
#define PACE_STEPS_MAX 24
/* Sequences of the commands that are sent from here, in turn; the app's are below. */
#define PACE_SEQUENCE 14u

struct pace {
    uint16_t wait; /* rounds */
    uint8_t sequence;
    uint8_t looks;
    int16_t sum_1024; /* of the errors that they found */
};

void pace_init(struct pace *p);
/* A round is over. */
void pace_round(struct pace *p);
/* True when the clock is to be measured. */
static inline bool pace_due(const struct pace *p)
{
    return p->wait == 0;
}

/* By how much a bit of this many CPU cycles * 8 is faster than one of 38 400 baud, in 1/1024; cycles as in
 * cpu_clock.h. */
int16_t pace_error_1024(uint16_t cycles, uint8_t divisor);

/* The clock was measured when it was due: cycles as in cpu_clock.h, with the ring's divisor and this
 * board's error against Begin (struct trim). True when Begin is to be told this, after PACE_LOOKS. */
bool pace_step(struct pace *p, uint16_t cycles, uint8_t divisor, int8_t error_1024,
               struct frame_command *command);

#endif
