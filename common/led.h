/* What the LED of a cell board shows: one row for each cause, the first that holds decides.
 * Pure logic, any context. */
#ifndef COMMON_LED_H
#define COMMON_LED_H

#include <stdbool.h>
#include <stdint.h>

/* In the order of their rows. */
enum led_cause {
    LED_ZERO_DONE = 1u << 0,    /* Begin: sensors are zeroed, the button is still held */
    LED_ZERO_REFUSED = 1u << 1, /* Begin: they are not */
    LED_BALANCING = 1u << 2,
    LED_IDENTIFY_LIT = 1u << 4, /* by command: every other round */
    LED_IDENTIFY_DARK = 1u << 5,
    LED_DATA = 1u << 3, /* a round begins: lit while the cell is measured, 15 ms */
};

/* Whether it is lit at this moment of any millisecond clock. */
bool led_lit(uint8_t causes, uint16_t now_ms);

#endif
