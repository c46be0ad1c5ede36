#include "protocol/crc.h"

/* One nibble at a time: 32 bytes of table instead of 512, so that the table may live in the RAM
 * of an AVR and this file needs no flash access macros. Reflected polynomial 0xA6BC. */
static const uint16_t nibble_table[16] = {
    0x0000, 0xB26B, 0x29AF, 0x9BC4, 0x535E, 0xE135, 0x7AF1, 0xC89A,
    0xA6BC, 0x14D7, 0x8F13, 0x3D78, 0xF5E2, 0x4789, 0xDC4D, 0x6E26,
};

uint16_t crc_update(uint16_t crc, uint8_t byte)
{
    crc = (uint16_t)((crc >> 4) ^ nibble_table[(uint8_t)((uint8_t)crc ^ byte) & 0x0Fu]);
    crc = (uint16_t)((crc >> 4) ^ nibble_table[(uint8_t)((uint8_t)crc ^ (byte >> 4)) & 0x0Fu]);
    return crc;
}

uint16_t crc_of(const uint8_t *data, uint8_t size)
{
    uint16_t crc = CRC_INIT;
    while (size--)
        crc = crc_update(crc, *data++);
    return (uint16_t)~crc;
}
