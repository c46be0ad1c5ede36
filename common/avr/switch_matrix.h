/* Option switches on two rows and four columns. */
#ifndef COMMON_AVR_SWITCH_MATRIX_H
#define COMMON_AVR_SWITCH_MATRIX_H

#include <stdint.h>

/* Switch 1 in bit 7 .. switch 8 in bit 0, ON = 1. About 30 us; main loop only. */
uint8_t switch_matrix_read(void);

#endif
