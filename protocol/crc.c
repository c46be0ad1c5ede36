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

struct halves {
    uint8_t low;
    uint8_t high;
};

/* In every loop over a frame: as a function of its own it would cost an AVR a call per byte. */
__attribute__((always_inline)) static inline struct halves update(struct halves crc, uint8_t byte)
{
    uint8_t index = crc.low ^ byte;
    const uint8_t *low = &nibble_table[index & 0x0Fu];
    const uint8_t *high = &nibble_table[32u + (index >> 4)];

    return (struct halves){
        .low = crc.high ^ low[0] ^ high[0],
        .high = low[16] ^ high[16],
    };
}

uint16_t crc_update(uint16_t crc, uint8_t byte)
{
    struct halves h = update((struct halves){ (uint8_t)crc, (uint8_t)(crc >> 8) }, byte);
    return (uint16_t)((uint16_t)(h.high << 8) | h.low);
}

#ifdef __AVR__
/* Every board runs this over every byte of every frame. Written out, a byte takes 24 cycles where the
 * compiler needs 34. Z stays in the table's page, X walks over the data. */
uint16_t crc_run(const uint8_t *data, uint8_t size)
{
    uint16_t crc = CRC_INIT;
    uint8_t high;

    __asm__("ldi  r31, hi8(%[table])   \n"
            "rjmp 2f                   \n"
            "1:                        \n"
            "ld   __tmp_reg__, X+      \n" /* 2 */
            "eor  __tmp_reg__, %A[crc] \n" /* 1 */
            "mov  r30, __tmp_reg__     \n" /* 1 */
            "andi r30, 0x0F            \n" /* 1 */
            "ori  r30, lo8(%[table])   \n" /* 1 */
            "ld   %A[crc], Z           \n" /* 2 */
            "eor  %B[crc], %A[crc]     \n" /* 1 */
            "ldd  %[high], Z+16        \n" /* 2 */
            "swap __tmp_reg__          \n" /* 1 */
            "mov  r30, __tmp_reg__     \n" /* 1 */
            "andi r30, 0x0F            \n" /* 1 */
            "ori  r30, lo8(%[table])   \n" /* 1 */
            "ldd  %A[crc], Z+32        \n" /* 2 */
            "eor  %A[crc], %B[crc]     \n" /* 1 */
            "ldd  %B[crc], Z+48        \n" /* 2 */
            "eor  %B[crc], %[high]     \n" /* 1 */
            "2:                        \n"
            "subi %[size], 1           \n" /* 1 */
            "brcc 1b                   \n" /* 2 */
            : [crc] "+r"(crc), [high] "=&r"(high), [size] "+d"(size), "+x"(data)
            : [table] "i"(nibble_table)
            : "r30", "r31", "memory");
    return crc;
}
#else
uint16_t crc_run(const uint8_t *data, uint8_t size)
{
    struct halves h = { (uint8_t)CRC_INIT, (uint8_t)(CRC_INIT >> 8) };

    while (size--)
        h = update(h, *data++);
    return (uint16_t)((uint16_t)(h.high << 8) | h.low);
}
#endif

uint16_t crc_of(const uint8_t *data, uint8_t size)
{
    return (uint16_t)~crc_run(data, size);
}
