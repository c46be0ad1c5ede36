#include "end_board/journal.h"

#include <string.h>

#include "common/hal.h"

#define HEAD 2u /* sequence number, version */

static uint16_t address(const struct journal *j, uint8_t slot)
{
    return (uint16_t)(j->at + slot * (uint16_t)(j->size + RECORD_OVERHEAD));
}

bool journal_load(struct journal *j, uint8_t *payload)
{
    bool found = false;

    j->slot = (uint8_t)(j->slots - 1u); /* the first save goes to slot 0 */
    j->sequence = 0;
    for (uint8_t slot = 0; slot < j->slots; slot++) {
        uint16_t at = address(j, slot);
        uint8_t sequence = hal_eeprom_read(at);

        if (hal_eeprom_read((uint16_t)(at + 1u)) != j->version ||
            !store_sealed(at, (uint8_t)(j->size + HEAD)))
            continue;
        if (found && (int8_t)(uint8_t)(sequence - j->sequence) <= 0)
            continue;
        found = true;
        j->slot = slot;
        j->sequence = sequence;
    }
    for (uint8_t i = 0; found && i < j->size; i++)
        payload[i] = hal_eeprom_read((uint16_t)(address(j, j->slot) + HEAD + i));
    return found;
}

void journal_save(struct journal *j, struct store *s, const uint8_t *payload)
{
    j->slot = (uint8_t)((j->slot + 1u) % j->slots);
    j->sequence++;
    s->bytes[0] = j->sequence;
    s->bytes[1] = j->version;
    memcpy(&s->bytes[HEAD], payload, j->size);
    store_begin(s, address(j, j->slot), (uint8_t)(j->size + HEAD));
}
