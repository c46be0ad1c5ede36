#include "protocol/crc.h"

/* One nibble at a time: 32 bytes of table instead of 512, so that the table may live in the RAM
 * of an AVR and this file needs no flash access macros. Reflected polynomial 0xA6BC; low bytes of
 * the table first, then the high ones. Kept in two bytes because shifting a byte by four is one
 * instruction there and shifting a word is a loop. */
static const uint8_t nibble_table[32] = {
    0x00, 0x6B, 0xAF, 0xC4, 0x5E, 0x35, 0xF1, 0x9A, 0xBC, 0xD7, 0x13, 0x78, 0xE2, 0x89, 0x4D, 0x26,
    0x00, 0xB2, 0x29, 0x9B, 0x53, 0xE1, 0x7A, 0xC8, 0xA6, 0x14, 0x8F, 0x3D, 0xF5, 0x47, 0xDC, 0x6E,
};

struct halves {
    uint8_t low;
    uint8_t high;
};

/* Both nibbles written out: as a function of its own each would cost an AVR a call. */
static inline struct halves update(struct halves crc, uint8_t byte)
{
    const uint8_t *entry = &nibble_table[(crc.low ^ byte) & 0x0Fu];
    uint8_t low = (uint8_t)((uint8_t)(crc.low >> 4) | (uint8_t)(crc.high << 4)) ^ entry[0];
    uint8_t high = (uint8_t)(crc.high >> 4) ^ entry[16];

    entry = &nibble_table[(uint8_t)(low ^ (byte >> 4)) & 0x0Fu];
    return (struct halves){
        .low = (uint8_t)((uint8_t)(low >> 4) | (uint8_t)(high << 4)) ^ entry[0],
        .high = (uint8_t)(high >> 4) ^ entry[16],
    };
}

uint16_t crc_update(uint16_t crc, uint8_t byte)
{
    struct halves h = update((struct halves){ (uint8_t)crc, (uint8_t)(crc >> 8) }, byte);
    return (uint16_t)((uint16_t)(h.high << 8) | h.low);
}

uint16_t crc_run(const uint8_t *data, uint8_t size)
{
    struct halves h = { (uint8_t)CRC_INIT, (uint8_t)(CRC_INIT >> 8) };

    while (size--)
        h = update(h, *data++);
    return (uint16_t)((uint16_t)(h.high << 8) | h.low);
}

uint16_t crc_of(const uint8_t *data, uint8_t size)
{
    return (uint16_t)~crc_run(data, size);
}
