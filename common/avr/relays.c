#include "common/avr/relays.h"

#include <avr/io.h>

#include "board.h"

#ifdef BOARD_RELAYS

static void put(uint8_t bit, bool on)
{
    if (on)
        RELAY_PORT = (uint8_t)(RELAY_PORT | _BV(bit));
    else
        RELAY_PORT = (uint8_t)(RELAY_PORT & ~_BV(bit));
}

void relays_set(bool charge, bool load)
{
    put(RELAY_CHARGE_BIT, charge);
    put(RELAY_LOAD_BIT, load);
}

void relays_show(bool charge_led, bool load_led)
{
    put(RELAY_CHARGE_LED_BIT, charge_led);
    put(RELAY_LOAD_LED_BIT, load_led);
}

#endif
