/* Relay drivers and status LEDs of the End board. The pins float at reset and pull-downs hold the
 * drivers off: a board without running firmware allows nothing. */
#ifndef COMMON_AVR_RELAYS_H
#define COMMON_AVR_RELAYS_H

#include <stdbool.h>

void relays_set(bool charge, bool load);
void relays_show(bool charge_led, bool load_led);

#endif
