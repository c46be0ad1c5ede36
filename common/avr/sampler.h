/* Millisecond clock and current sampling of a board with sensors: every millisecond the inputs
 * are converted one after the other, the board says which. */
#ifndef COMMON_AVR_SAMPLER_H
#define COMMON_AVR_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#define SAMPLER_INPUTS_DONE 0xFFu

void sampler_init(void);
/* Milliseconds of this board's own clock since reset, modulo 2^16. */
uint16_t sampler_ms(void);
/* sampler_due() will be true from this time on, until the next call. */
void sampler_wake_at(uint16_t ms);
bool sampler_due(void);

/* Implemented by the board, ISR: takes the code (0..1023) of an input (0..3) and returns the next
 * one to convert in this millisecond, or SAMPLER_INPUTS_DONE. */
uint8_t board_sample(uint8_t input, uint16_t code);

#endif
