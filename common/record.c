#include "common/record.h"

#include "common/apart.h"
#include "common/hal.h"
#include "protocol/crc.h"

#define NO_SLOT 2u

/* Sequence number in *sequence when the slot holds a sealed record of this version. */
static bool slot_valid(uint16_t at, uint8_t version, uint8_t size, uint8_t *sequence)
{
    uint16_t crc = CRC_INIT;
    uint16_t from = at;

    for (uint8_t left = (uint8_t)(size + RECORD_OVERHEAD); left; left--)
        crc = crc_update(crc, hal_eeprom_read(from++));
    *sequence = hal_eeprom_read(at);
    return crc == CRC_RESIDUE && hal_eeprom_read((uint16_t)(at + 1u)) == version;
}

/* The slot with the newest valid copy, or NO_SLOT. Sequence numbers wrap; only neighbours meet. */
static uint8_t newest_slot(uint16_t address, uint8_t version, uint8_t size, uint8_t *sequence)
{
    uint8_t newest = NO_SLOT;

    *sequence = 0;
    for (uint8_t slot = 0; slot < NO_SLOT; slot++) {
        uint8_t here;
        bool valid = slot_valid(address, version, size, &here);

        address = (uint16_t)(address + size + RECORD_OVERHEAD);
        if (valid && (newest == NO_SLOT || (int8_t)(uint8_t)(here - *sequence) > 0)) {
            newest = slot;
            *sequence = here;
        }
    }
    return newest;
}

bool record_load(uint16_t address, uint8_t version, uint8_t *payload, uint8_t size)
{
    uint8_t sequence;
    uint8_t slot = newest_slot(address, version, size, &sequence);

    if (slot == NO_SLOT)
        return false;
    if (slot != 0)
        address = (uint16_t)(address + size + RECORD_OVERHEAD);
    for (address += 2u; size; size--)
        *payload++ = hal_eeprom_read(address++);
    return true;
}

APART static uint16_t put(uint16_t at, uint8_t value, uint16_t crc)
{
    hal_eeprom_write(at, value);
    return crc_update(crc, value);
}

/* The sequence number behind all that it speaks for: until then a mixture of old and new contents, whose CRC fits in
 * one of 65536 cases, is older than the copy in the other slot. And the version last: a slot that was never
 * written is no record before it, also where there is no other copy yet. */
void record_save(uint16_t address, uint8_t version, const uint8_t *payload, uint8_t size)
{
    uint8_t sequence;
    uint16_t first;
    uint16_t crc;

    if (newest_slot(address, version, size, &sequence) == 0)
        address = (uint16_t)(address + size + RECORD_OVERHEAD);
    first = address;
    address = (uint16_t)(address + 2u);
    sequence++;
    crc = crc_update(crc_update(CRC_INIT, sequence), version);
    for (; size; size--)
        crc = put(address++, *payload++, crc);
    crc = (uint16_t)~crc;
    hal_eeprom_write(address++, (uint8_t)crc);
    hal_eeprom_write(address, (uint8_t)(crc >> 8));
    hal_eeprom_write(first, sequence);
    hal_eeprom_write((uint16_t)(first + 1u), version);
}
