/* Products of 16 bits by 16 of which the upper half counts, in one place: an AVR multiplies bytes. */
#ifndef COMMON_UPPER_H
#define COMMON_UPPER_H

#include <stdint.h>

/* a * b / 65536, rounded down. Pure; any context. */
uint16_t upper_u16(uint16_t a, uint16_t b);

#endif
