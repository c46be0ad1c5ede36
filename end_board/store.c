#include "end_board/store.h"

#include "common/hal.h"
#include "protocol/crc.h"

#define SEQUENCE_BYTES 2u /* an event's; a record's is one, behind it the version */

void store_init(struct store *s)
{
    s->size = 0;
    s->next = 0;
}

void store_begin(struct store *s, uint16_t at, uint8_t size)
{
    uint16_t crc = CRC_INIT;

    for (uint8_t i = 0; i < size; i++)
        crc = crc_update(crc, s->bytes[i]);
    crc = (uint16_t)~crc;
    s->bytes[size] = (uint8_t)crc;
    s->bytes[size + 1u] = (uint8_t)(crc >> 8);
    s->at = at;
    s->size = (uint8_t)(size + STORE_CRC);
    s->next = 0;
}

/* The sequence number, which tells the newer from the older, last: see record_save(). */
static uint8_t next_index(struct store *s)
{
    uint8_t index = (uint8_t)(s->next++ + SEQUENCE_BYTES);

    return index < s->size ? index : (uint8_t)(index - s->size);
}

void store_step(struct store *s)
{
    if (!hal_eeprom_ready())
        return;
    while (store_busy(s)) {
        uint8_t index = next_index(s);
        uint16_t at = (uint16_t)(s->at + index);
        uint8_t value = s->bytes[index];
        if (hal_eeprom_read(at) == value)
            continue;
        hal_eeprom_write(at, value);
        return;
    }
}

bool store_sealed(uint16_t at, uint8_t size)
{
    uint16_t crc = CRC_INIT;

    for (uint8_t i = 0; i < size + STORE_CRC; i++)
        crc = crc_update(crc, hal_eeprom_read((uint16_t)(at + i)));
    return crc == CRC_RESIDUE;
}
