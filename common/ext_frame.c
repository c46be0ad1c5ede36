#include "common/ext_frame.h"

uint8_t ext_sum(const uint8_t frame[EXT_FRAME_SIZE])
{
    uint8_t sum = 0;

    for (uint8_t i = 0; i < EXT_AT_SUM; i++)
        sum = (uint8_t)(sum + frame[i]);
    return sum;
}
