#include "checkpoint/crc32.h"

uint32_t crc32_more(uint32_t crc, const void *data, size_t size)
{
    const uint8_t *byte = data;

    crc = ~crc;
    for (size_t i = 0; i < size; i++) {
        crc ^= byte[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1u ? 0xEDB88320u : 0u);
    }
    return ~crc;
}

uint32_t crc32_of(const void *data, size_t size)
{
    return crc32_more(0, data, size);
}
