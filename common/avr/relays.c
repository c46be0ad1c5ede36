#include "common/avr/relays.h"

#include <avr/io.h>

#include "board.h"
#include "common/hal.h"

#ifdef BOARD_RELAYS

/* The port is shared with the ring's software interrupt pin, which an interrupt toggles. */
static void put(uint8_t bit, bool on)
{
    uint8_t irq = hal_irq_save();

    if (on)
        RELAY_PORT = (uint8_t)(RELAY_PORT | _BV(bit));
    else
        RELAY_PORT = (uint8_t)(RELAY_PORT & ~_BV(bit));
    hal_irq_restore(irq);
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
