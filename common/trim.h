/* Follows the Begin board's bit rate with two knobs: the USART divisor (8 % steps, exact) and the
 * oscillator trim (about 0.55 % steps, uncertain). The divisor takes the factory error of the RC
 * oscillator (+-10 %, ATmega328P data sheet, table "Calibration accuracy of internal RC
 * oscillator"), so the trim never has to move more than half a divisor step from the factory
 * value and stays far from the step at OSCCAL bit 7.
 *
 * Errors are in 1/1024 of the bit rate, > 0 is fast. They are measured against the board before
 * (sync byte) and added to that board's own error, which its HOP frame tells: every board knows
 * its error against Begin, and hop errors do not add up.
 *
 * All but trim_init(), trim_adjust(), trim_stray() and trim_lead() may be called from an ISR; these are for the
 * main loop. */
#ifndef COMMON_TRIM_H
#define COMMON_TRIM_H

#include <stdbool.h>
#include <stdint.h>

#include "common/hal.h"

struct trim {
    uint8_t factory;     /* OSCCAL as loaded at reset */
    uint8_t divisor;     /* USART divisor in use */
    int8_t rest;         /* of the last measurement, in CPU cycles over eight bits */
    int8_t relative;     /* error against the board before, after any move */
    int8_t error;        /* error against Begin in this round */
    int16_t filtered_q4; /* low-passed error, 1/16 of 1/1024 */
    bool moved;          /* trim was moved in this round: error is a prediction */
    bool at_limit;       /* a move was wanted but the range was at its end */
};

void trim_init(struct trim *t, uint8_t factory);

/* Captured times of the five falling edges of a sync byte, in CPU cycles modulo 2^16. False when
 * the distances are not those of a sync byte. On true the divisor is set. Fast: the next board
 * waits for what follows. */
bool trim_measure(struct trim *t, const uint16_t edges[SYNC_EDGES]);

/* After trim_measure(): takes the rest error, and moves the trim if it endangers reception. */
void trim_settle(struct trim *t);

/* Both. */
static inline bool trim_sync(struct trim *t, const uint16_t edges[SYNC_EDGES])
{
    bool found = trim_measure(t, edges);

    if (found)
        trim_settle(t);
    return found;
}

/* Error of the board before against Begin, from its HOP frame. Sets t->error. */
void trim_hop(struct trim *t, int8_t upstream_error);

/* Between rounds: one step of fine trim when the low-passed error asks for it; all of an error that
 * is large. Until the first HOP each board follows its neighbour alone, and the errors of a long
 * chain add up like the steps of a drunk. */
void trim_adjust(struct trim *t);

/* Behind a round that brought no number. Where the oscillator is at its end and still too far from the board
 * before, HOP may never arrive, and trim_adjust() never be called: the divisor takes the step. */
void trim_stray(struct trim *t);

/* The leader follows nobody; somebody told it that its bit rate is wrong. Moves by so many steps, and
 * where the oscillator is at its end, by one divisor beside the nominal one. */
void trim_lead(struct trim *t, int8_t steps);

#endif
