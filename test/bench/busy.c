/* An image that never sleeps, to measure how fast instructions are run: CRCs over a buffer. */
#include <stdint.h>

#include "protocol/crc.h"

uint8_t buffer[64];
volatile uint16_t result;

int main(void)
{
    for (;;) {
        uint16_t crc = crc_run(buffer, sizeof buffer);
        buffer[crc & (sizeof buffer - 1u)] = (uint8_t)(crc >> 8);
        result = crc;
    }
}
