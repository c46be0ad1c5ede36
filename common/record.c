#include "common/record.h"

#include "common/hal.h"
#include "protocol/crc.h"

#define NO_SLOT 2u

static uint16_t slot_address(uint16_t address, uint8_t slot, uint8_t size)
{
    return (uint16_t)(address + slot * (uint16_t)(size + RECORD_OVERHEAD));
}

/* Sequence number in *sequence when the slot holds a sealed record of this version. */
static bool slot_valid(uint16_t at, uint8_t version, uint8_t size, uint8_t *sequence)
{
    uint16_t crc = CRC_INIT;

    for (uint8_t i = 0; i < size + RECORD_OVERHEAD; i++)
        crc = crc_update(crc, hal_eeprom_read((uint16_t)(at + i)));
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
        if (!slot_valid(slot_address(address, slot, size), version, size, &here))
            continue;
        if (newest == NO_SLOT || (int8_t)(uint8_t)(here - *sequence) > 0) {
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
    uint16_t at = slot_address(address, slot, size);

    if (slot == NO_SLOT)
        return false;
    for (uint8_t i = 0; i < size; i++)
        payload[i] = hal_eeprom_read((uint16_t)(at + 2u + i));
    return true;
}

void record_save(uint16_t address, uint8_t version, const uint8_t *payload, uint8_t size)
{
    uint8_t sequence;
    uint8_t slot = newest_slot(address, version, size, &sequence);
    uint16_t at = slot_address(address, slot == 0, size);
    uint16_t crc = CRC_INIT;

    for (uint8_t i = 0; i < size + 2u; i++) {
        uint8_t value = i == 0 ? (uint8_t)(sequence + 1u) : i == 1 ? version : *payload++;
        hal_eeprom_write(at++, value);
        crc = crc_update(crc, value);
    }
    crc = (uint16_t)~crc;
    hal_eeprom_write(at, (uint8_t)crc);
    hal_eeprom_write((uint16_t)(at + 1u), (uint8_t)(crc >> 8));
}
