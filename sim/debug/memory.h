/* Memory of a board by the addresses of avr-gdb. */
#ifndef SIM_DEBUG_MEMORY_H
#define SIM_DEBUG_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/board.h"

#define MEMORY_DATA 0x800000u
#define MEMORY_EEPROM 0x810000u

/* False where there is nothing. Looking changes nothing: an I/O register shows what the program read or
 * wrote last. */
bool memory_read(const struct board *b, uint32_t address, uint8_t *value);
/* False where nothing can be written: the flash, and what does not exist. An I/O register acts as if
 * the program had written it. */
bool memory_write(struct board *b, uint32_t address, uint8_t value);

#endif
