/* How the converter is shared on a board that also samples currents (sampler.c). On other boards
 * these two do nothing. */
#ifndef COMMON_AVR_ANALOG_H
#define COMMON_AVR_ANALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"

#ifdef BOARD_SAMPLER
/* Hands the converter over: returns once no sample is under way. */
void analog_sampling(bool on);
/* ISR: a conversion that hal_analog_sum() did not ask for. */
void analog_sample_done(uint16_t code);
#else
static inline void analog_sampling(bool on)
{
    (void)on;
}
static inline void analog_sample_done(uint16_t code)
{
    (void)code;
}
#endif

#endif
