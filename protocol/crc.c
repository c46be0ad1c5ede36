#include "protocol/crc.h"

/* The usual table of 256 words is linear: an entry is the sum of one for the low and one for the
 * high nibble of its index. 64 bytes then do instead of 512, small enough for the RAM of an AVR, so
 * that this file needs no flash access macros. Rows: low nibble, low and high byte of the word;
 * high nibble, the same. Reflected polynomial 0xA6BC. */
_Alignas(16) static const uint8_t nibble_table[64] = {
    0x00, 0x5E, 0xBC, 0xE2, 0x78, 0x26, 0xC4, 0x9A, 0x89, 0xD7, 0x35, 0x6B, 0xF1, 0xAF, 0x4D, 0x13,
    0x00, 0x36, 0x6C, 0x5A, 0xD9, 0xEF, 0xB5, 0x83, 0xFF, 0xC9, 0x93, 0xA5, 0x26, 0x10, 0x4A, 0x7C,
    0x00, 0x6B, 0xAF, 0xC4, 0x5E, 0x35, 0xF1, 0x9A, 0xBC, 0xD7, 0x13, 0x78, 0xE2, 0x89, 0x4D, 0x26,
    0x00, 0xB2, 0x29, 0x9B, 0x53, 0xE1, 0x7A, 0xC8, 0xA6, 0x14, 0x8F, 0x3D, 0xF5, 0x47, 0xDC, 0x6E,
};

#ifdef __AVR__
/* Every board runs this over every byte of every frame. Written out, a byte takes 24 cycles where the
 * compiler needs 34. Z stays in the table's page, X walks over the data. crc_update() comes in for one
 * byte. `used`: nobody may change what lies in which register. */
#define BY_HAND __attribute__((naked, noinline, noclone, used))

BY_HAND uint16_t crc_run(const uint8_t *data, uint8_t size)
{
    __asm__ volatile("movw r26, r24            \n"
                     "ldi  r24, 0              \n"
                     "ldi  r25, 0              \n"
                     "ldi  r31, hi8(%[table])  \n"
                     "rjmp 2f                  \n"
                     "1:                       \n"
                     "ld   r0, X+              \n" /* 2 */
                     ".global crc_one          \n"
                     "crc_one:                 \n"
                     "eor  r0, r24             \n" /* 1 */
                     "mov  r30, r0             \n" /* 1 */
                     "andi r30, 0x0F           \n" /* 1 */
                     "ori  r30, lo8(%[table])  \n" /* 1 */
                     "ld   r24, Z              \n" /* 2 */
                     "eor  r25, r24            \n" /* 1 */
                     "ldd  r23, Z+16           \n" /* 2 */
                     "swap r0                  \n" /* 1 */
                     "mov  r30, r0             \n" /* 1 */
                     "andi r30, 0x0F           \n" /* 1 */
                     "ori  r30, lo8(%[table])  \n" /* 1 */
                     "ldd  r24, Z+32           \n" /* 2 */
                     "eor  r24, r25            \n" /* 1 */
                     "ldd  r25, Z+48           \n" /* 2 */
                     "eor  r25, r23            \n" /* 1 */
                     ".global crc_next         \n"
                     "crc_next:                \n"
                     "2:                       \n"
                     "subi r22, 1              \n" /* 1 */
                     "brcc 1b                  \n" /* 2 */
                     "ret                      \n" ::"r"(data),
                     "r"(size), [table] "i"(nibble_table)
                     : "r23", "r26", "r27", "r30", "r31", "memory");
}

BY_HAND uint16_t crc_more(const uint8_t *data, uint8_t size, uint16_t crc)
{
    __asm__ volatile("movw r26, r24            \n"
                     "movw r24, r20            \n"
                     "ldi  r31, hi8(%[table])  \n"
                     "jmp  crc_next            \n" ::"r"(data),
                     "r"(size), "r"(crc), [table] "i"(nibble_table)
                     : "r23", "r26", "r27", "r30", "r31", "memory");
}

BY_HAND uint16_t crc_update(uint16_t crc, uint8_t byte)
{
    __asm__ volatile("mov  r0, r22             \n"
                     "ldi  r22, 0              \n"
                     "ldi  r31, hi8(%[table])  \n"
                     "jmp  crc_one             \n" ::"r"(crc),
                     "r"(byte), [table] "i"(nibble_table)
                     : "r23", "r30", "r31");
}
#else
uint16_t crc_update(uint16_t crc, uint8_t byte)
{
    uint8_t index = (uint8_t)crc ^ byte;
    const uint8_t *low = &nibble_table[index & 0x0Fu];
    const uint8_t *high = &nibble_table[32u + (index >> 4)];
    uint8_t crc_low = (uint8_t)(crc >> 8) ^ low[0] ^ high[0];

    return (uint16_t)((uint16_t)((low[16] ^ high[16]) << 8) | crc_low);
}

uint16_t crc_more(const uint8_t *data, uint8_t size, uint16_t crc)
{
    while (size--)
        crc = crc_update(crc, *data++);
    return crc;
}

uint16_t crc_run(const uint8_t *data, uint8_t size)
{
    return crc_more(data, size, CRC_INIT);
}
#endif

uint16_t crc_of(const uint8_t *data, uint8_t size)
{
    return (uint16_t)~crc_run(data, size);
}
