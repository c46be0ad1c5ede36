/* Numbers in frames and records: high byte first. Pure; any context. */
#ifndef PROTOCOL_BYTES_H
#define PROTOCOL_BYTES_H

#include <stdint.h>

static inline void put_u16(uint8_t *out, uint16_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

static inline uint16_t get_u16(const uint8_t *in)
{
    return (uint16_t)((uint16_t)((uint16_t)in[0] << 8) | in[1]);
}

static inline void put_u32(uint8_t *out, uint32_t value)
{
    put_u16(out, (uint16_t)(value >> 16));
    put_u16(out + 2, (uint16_t)value);
}

static inline uint32_t get_u32(const uint8_t *in)
{
    return ((uint32_t)get_u16(in) << 16) | get_u16(in + 2);
}

#endif
