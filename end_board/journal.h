/* A record in more than two slots that are written in turn, so that each byte of the EEPROM bears
 * only a share of the saves. With two slots it is a record as of common/record.h, byte for byte.
 * A save goes behind the newest valid copy: whatever byte power fails at, the old or the new
 * contents are found. Main loop only. */
#ifndef END_BOARD_JOURNAL_H
#define END_BOARD_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "end_board/store.h"

struct journal {
    uint16_t at;
    uint8_t slots; /* 2..100 */
    uint8_t size;  /* of the payload */
    uint8_t version;
    uint8_t slot; /* of the newest copy */
    uint8_t sequence;
};

#define JOURNAL_SPACE(slots, payload) ((slots) * ((payload) + RECORD_OVERHEAD))

/* Finds the newest copy of j's place, size and version, and copies its payload. False when there is
 * none: payload is untouched. */
bool journal_load(struct journal *j, uint8_t *payload);
/* Begins to write the payload into the next slot. Not while the store is busy. */
void journal_save(struct journal *j, struct store *s, const uint8_t *payload);

#endif
