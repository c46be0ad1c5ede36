/* Pins of the Between board (ATmega328P) besides those of common/avr/cell_pins.h. Nowhere else. docs/hardware.md
 * draws the circuit. */
#ifndef BOARD_H
#define BOARD_H

#include <avr/io.h>

#include "common/avr/cell_pins.h"

#define BOARD_RING_FOLLOWS 1

#define BOARD_ANALOG_PINS (_BV(ADC0D) | _BV(ADC2D))

static inline void board_pins_init(void)
{
    DDRB = _BV(BOARD_LED_BIT) | _BV(BOARD_BALANCE_BIT);
    /* unused: pulled up, a floating input draws current */
    PORTB = _BV(BOARD_RESISTOR_BIT) | _BV(PB2) | _BV(PB4) | _BV(PB6) | _BV(PB7);
    PORTC = _BV(PC4) | _BV(PC5);
    PORTD = (uint8_t)~_BV(RING_RX_BIT);
    DDRD = _BV(RING_TX_BIT);
}

#endif
