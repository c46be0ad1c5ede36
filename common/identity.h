/* Who a board is, wherever in the chain it is put, and the sum by which the last board sees that a chain is
 * made of the same boards in the same order. docs/protocol.md, "HOP". */
#ifndef COMMON_IDENTITY_H
#define COMMON_IDENTITY_H

#include <stdint.h>

#include "common/calibration.h"

/* A board that was never calibrated is nobody: it is not trusted anyway. */
#define IDENTITY_NOBODY 0u
#define IDENTITY_PAYLOAD 2u
#define IDENTITY_VERSION 1u

/* The board's own, 1..65535. It is made of the first calibration that a start finds, in whose figures two
 * boards hardly ever agree, and of the oscillator's factory value; from then on it is kept as a record,
 * whatever is calibrated later. Main loop; saves once in a board's life. */
uint16_t identity_load(const struct calibration *c, uint8_t factory_trim);

/* What a board with this identity adds to the sum at place `number`, 1..255. Mixed so that two boards which
 * change places leave the sum as it was in 1 of 50 000 cases. Pure; about 100 cycles, may be called from an ISR. */
uint16_t identity_part(uint16_t identity, uint8_t number);

#endif
