#include "common/seal.h"

static inline uint16_t add(uint16_t seal, uint16_t word)
{
    return (uint16_t)((uint16_t)(seal << 1 | seal >> 15) + word);
}

uint16_t seal_more(uint16_t seal, const void *memory, uint16_t size)
{
    const uint8_t *at = memory;

    for (; size > 1u; size = (uint16_t)(size - 2u), at += 2)
        seal = add(seal, (uint16_t)(at[0] | (uint16_t)(at[1] << 8)));
    return size ? add(seal, at[0]) : seal;
}
