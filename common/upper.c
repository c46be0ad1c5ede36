#include "common/upper.h"

#include "common/apart.h"

APART uint16_t upper_u16(uint16_t a, uint16_t b)
{
    return (uint16_t)((uint32_t)a * b >> 16);
}
