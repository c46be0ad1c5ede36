#include "common/led.h"

#include "common/pgm.h"

#define FAST_MS 128u /* half of a fast flash's period; a power of two */

enum led_pattern { PATTERN_DARK, PATTERN_FAST, PATTERN_LIT };

/* Product manual, tables "Begin Board" and "Between Board"; a refusal is ours. */
static const struct {
    uint8_t cause;
    uint8_t pattern;
} rows[] FLASH_TABLE = {
    { LED_ZERO_DONE, PATTERN_FAST },   { LED_ZERO_REFUSED, PATTERN_DARK },
    { LED_IDENTIFY_LIT, PATTERN_LIT }, { LED_IDENTIFY_DARK, PATTERN_DARK },
    { LED_BALANCING, PATTERN_LIT },    { LED_DATA, PATTERN_LIT },
};

bool led_lit(uint8_t causes, uint16_t now_ms)
{
    for (uint8_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!(causes & flash_u8(&rows[i].cause)))
            continue;
        if (flash_u8(&rows[i].pattern) == PATTERN_FAST)
            return (now_ms & FAST_MS) != 0;
        return flash_u8(&rows[i].pattern) == PATTERN_LIT;
    }
    return false;
}
