/* One sealed piece of EEPROM on its way out, byte by byte, so that nobody waits for it: a byte takes
 * 3.4 ms, and a break wants its measurement at once. Main loop only. */
#ifndef END_BOARD_STORE_H
#define END_BOARD_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/record.h"

#define STORE_CRC 2u
#define STORE_MAX (RECORD_PAYLOAD_MAX + RECORD_OVERHEAD)

struct store {
    uint16_t at;
    uint8_t size; /* with the CRC; 0: nothing to do */
    uint8_t next;
    uint8_t bytes[STORE_MAX];
};

void store_init(struct store *s);
static inline bool store_busy(const struct store *s)
{
    return s->next < s->size;
}
/* Seals the first size bytes of bytes and begins to write them to at, the first two of them last. Not while busy. */
void store_begin(struct store *s, uint16_t at, uint8_t size);
/* Writes the next byte that differs, if the EEPROM is ready for it. Never waits. */
void store_step(struct store *s);

/* True when size bytes and a CRC behind them are sealed at this address. */
bool store_sealed(uint16_t at, uint8_t size);

#endif
