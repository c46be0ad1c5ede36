/* Registers of a board as avr-gdb numbers and packs them: r0 to r31, SREG, SP (2 bytes), PC (4 bytes, in
 * bytes). */
#ifndef SIM_DEBUG_REGISTERS_H
#define SIM_DEBUG_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/board.h"

#define REGISTERS 35
#define REGISTERS_BYTES 39

void registers_read(const struct board *b, uint8_t out[REGISTERS_BYTES]);
/* Where one of them is in that, and how long; false when there is no such register. */
bool registers_find(unsigned number, int *at, int *size);
/* False when there is none, or a program counter outside the flash. */
bool registers_write(struct board *b, unsigned number, const uint8_t *value);

#endif
